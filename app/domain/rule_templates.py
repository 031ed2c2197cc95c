"""Rules that people begin with: their own name in a header, in the baggage that services pass on, or in a cookie."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

from app.domain.intercepts import HeaderRule, HttpRule, MatchKind

_SPECIAL = re.compile(r"([][\\.*+?(){}|^$])")


class TemplateKind(enum.StrEnum):
    HEADER = "header"
    BAGGAGE = "baggage"
    COOKIE = "cookie"


@dataclass(frozen=True)
class RuleTemplate:
    kind: TemplateKind
    rule: HttpRule


def templates(me: str) -> tuple[RuleTemplate, ...]:
    """`me`: what tells this person's requests from all others."""
    return (
        RuleTemplate(TemplateKind.HEADER, HttpRule((HeaderRule("x-user", MatchKind.EXACT, me),))),
        RuleTemplate(
            TemplateKind.BAGGAGE, HttpRule((HeaderRule("baggage", MatchKind.REGEX, baggage_regex("user", me)),))
        ),
        RuleTemplate(TemplateKind.COOKIE, HttpRule((HeaderRule("cookie", MatchKind.REGEX, cookie_regex("user", me)),))),
    )


def cookie_regex(name: str, value: str) -> str:
    """RFC 6265, 4.2.1: pairs, with a semicolon and a blank between."""
    return f"(.*; ?)?{escaped(name)}={escaped(value)}(;.*)?"


def baggage_regex(name: str, value: str) -> str:
    """W3C Baggage, 3.2.1: members, with a comma between; a member may have properties, each after a semicolon."""
    return f"(.*, *)?{escaped(name)}={escaped(value)}( *[,;].*)?"


def escaped(text: str) -> str:
    """As part of a regular expression that means just this text."""
    return _SPECIAL.sub(r"\\\1", text)


def short_name(owner: str) -> str:
    """ "alice" of "alice@desk": short enough for a header, and without what a header's value cannot have."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", owner.partition("@")[0]).strip("-")
    return name.lower() or "me"
