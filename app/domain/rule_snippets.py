"""How to send a request that a rule takes: as a curl line, and as headers that a browser extension adds."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from urllib.parse import quote

from app.domain.intercepts import HeaderRule, HttpRule, MatchKind
from app.domain.regex_match import example

_PATH_SAFE = "/%:@!$&'()*+,;=-._~"
_ANY_VALUE = "1"


@dataclass(frozen=True)
class ExampleHeader:
    """`made_up`: the rule takes other values too. `value` None: none was found that the rule takes."""

    name: str
    value: str | None
    made_up: bool = False


def example_headers(rule: HttpRule) -> tuple[ExampleHeader, ...]:
    return tuple(_example(header) for header in rule.headers)


def curl_line(rule: HttpRule, base_url: str) -> str:
    """`base_url`: "http://reviews.shop:9080". What could not be made up is left out: see `gaps`."""
    words: list[str] = ["curl"]
    path = rule.path or "/"
    for header in example_headers(rule):
        if header.value is None:
            continue
        match header.name:
            case ":method":
                words += ["-X", header.value]
            case ":path":
                path = header.value
            case ":authority":
                words += ["-H", f"host: {header.value}"]
            case ":scheme":
                base_url = f"{header.value}://{base_url.partition('://')[2]}"
            case name:
                words += ["-H", f"{name}: {header.value}" if header.value else f"{name};"]
    query = "?" + path.partition("?")[2] if "?" in path else ""
    url = base_url.rstrip("/") + quote(path.partition("?")[0], safe=_PATH_SAFE) + query
    return shlex.join([*words, url])


def gaps(rule: HttpRule) -> tuple[str, ...]:
    """Headers for which no value was found."""
    return tuple(header.name for header in example_headers(rule) if header.value is None)


def made_up(rule: HttpRule) -> tuple[ExampleHeader, ...]:
    return tuple(header for header in example_headers(rule) if header.value is not None and header.made_up)


def browser_headers(rule: HttpRule) -> tuple[ExampleHeader, ...]:
    """Those that an extension can add: no pseudo headers, no host."""
    return tuple(
        header
        for header in example_headers(rule)
        if header.value is not None and not header.name.startswith(":") and header.name != "host"
    )


def header_lines(rule: HttpRule) -> str:
    """ "name: value", one a line."""
    return "\n".join(f"{header.name}: {header.value}" for header in browser_headers(rule))


def modheader_profile(rule: HttpRule, title: str) -> str:
    """A profile that the ModHeader extension imports: JSON, a list of profiles."""
    headers = [
        {"enabled": True, "name": header.name, "value": header.value, "comment": "Kubeferry"}
        for header in browser_headers(rule)
    ]
    profile = {"title": title, "shortTitle": title[:1].upper(), "version": 2, "headers": headers, "respHeaders": []}
    return json.dumps([profile], indent=2, ensure_ascii=False)


def _example(header: HeaderRule) -> ExampleHeader:
    match header.kind:
        case MatchKind.EXACT:
            return ExampleHeader(header.name, header.value)
        case MatchKind.PREFIX:
            return ExampleHeader(header.name, header.value, made_up=True)
        case MatchKind.PRESENT:
            return ExampleHeader(header.name, _ANY_VALUE, made_up=True)
        case MatchKind.REGEX:
            return ExampleHeader(header.name, example(header.value), made_up=True)
