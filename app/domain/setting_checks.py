"""Is what the user wrote into a setting usable? An empty text always is: it means "as by default"."""

from __future__ import annotations

import enum
import re

from app.domain.errors import KubeferryError
from app.domain.subnets import parse_subnet


class Fault(enum.StrEnum):
    NOT_A_NAME = "not_a_name"
    NOT_AN_IMAGE = "not_an_image"
    NOT_A_SUBNET = "not_a_subnet"
    WHOLE_INTERNET = "whole_internet"


_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
"""RFC 1123, as Kubernetes has it for namespaces."""
_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
"""An RFC 1123 subdomain: Secrets may have dots."""
_IMAGE = re.compile(
    r"(?=.{1,1024}$)"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?/)?"
    r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*"
    r"(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?"
    r"(?:@sha256:[0-9a-f]{64})?"
)
"""The reference grammar of the distribution project, without its rarer digests."""
_LEAST_PREFIX = {4: 5, 6: 7}
"""What the helper sets at most (helper.net.plan)."""


def check_namespace(text: str) -> Fault | None:
    return None if not text or _LABEL.fullmatch(text) else Fault.NOT_A_NAME


def check_secret(text: str) -> Fault | None:
    return None if not text or _NAME.fullmatch(text) else Fault.NOT_A_NAME


def check_image(text: str) -> Fault | None:
    return None if not text or _IMAGE.fullmatch(text) else Fault.NOT_AN_IMAGE


def read_subnets(text: str) -> tuple[tuple[str, ...], Fault | None, str]:
    """Subnets between commas, blanks or lines, as they are kept; the first fault and what it is about.

    Where there is a fault nothing else is told.
    """
    found: list[str] = []
    for word in re.split(r"[\s,;]+", text.strip()):
        if not word:
            continue
        try:
            subnet = parse_subnet(word)
        except KubeferryError:
            return (), Fault.NOT_A_SUBNET, word
        if subnet.prefixlen < _LEAST_PREFIX[subnet.version]:
            return (), Fault.WHOLE_INTERNET, word
        found.append(str(subnet))
    return tuple(dict.fromkeys(found)), None, ""
