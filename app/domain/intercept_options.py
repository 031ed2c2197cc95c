"""What people type about an intercept, turned into its parts; what cannot be meant is refused in one sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.domain.errors import ErrorCode, KubeferryError
from app.domain.intercepts import HeaderRule, HttpRule, MatchKind, PortMap
from app.domain.regexes import BadRegex, check_regex

MAX_HEADERS = 16
MAX_NAME = 256
MAX_VALUE = 1024
MAX_PORTS = 64

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""RFC 9110 5.6.2: what a header's name is made of."""

_PSEUDO = frozenset({":authority", ":method", ":path", ":scheme"})
"""RFC 9113 8.3.1. `:path` has the query; `--path` is what people mean."""


def parse_rule(
    exact: Sequence[str], prefix: Sequence[str], regex: Sequence[str], present: Sequence[str], path: str | None
) -> HttpRule:
    """Returns the rule of a mesh. Raises KubeferryError (INVALID_OPTION)."""
    headers = [
        *(parse_header(text, MatchKind.EXACT, "--header") for text in exact),
        *(parse_header(text, MatchKind.PREFIX, "--header-prefix") for text in prefix),
        *(parse_header(text, MatchKind.REGEX, "--header-regex") for text in regex),
        *(parse_header(text, MatchKind.PRESENT, "--header-present") for text in present),
    ]
    if not headers and not path:
        raise _refusal("mesh", "it needs a --header or a --path; `kubeferry proxy` takes everything")
    if len(headers) > MAX_HEADERS:
        raise _refusal("--header", f"more than {MAX_HEADERS} headers in one rule")
    return HttpRule(tuple(dict.fromkeys(headers)), "" if path is None else parse_path(path))


def parse_header(text: str, kind: MatchKind, option: str) -> HeaderRule:
    """`name=value`; only the name for PRESENT. The value may be empty where it is compared as a whole."""
    name, equals, value = text.partition("=")
    told = f"{option} {text}"
    name = name.strip().lower()
    if kind is MatchKind.PRESENT:
        if equals:
            raise _refusal(told, "it takes a header's name alone")
        return HeaderRule(_checked_name(name, told), kind)
    if not equals:
        example = _as_in_a_request(text) or "x-user=alice"
        raise _refusal(told, f"it has to look like name=value: {option} {example}")
    _checked_name(name, told)
    if len(value) > MAX_VALUE:
        raise _refusal(f"{option} {name}", f"its value is longer than {MAX_VALUE} characters")
    if any(letter in value for letter in "\r\n\0"):
        raise _refusal(f"{option} {name}", "its value has a line break or a zero byte, which no header has")
    if not value and kind is not MatchKind.EXACT:
        raise _refusal(told, "its value is empty; --header-present asks only that the header is there")
    if kind is MatchKind.REGEX:
        try:
            check_regex(value)
        except BadRegex as error:
            raise _refusal(told, str(error)) from error
    return HeaderRule(name, kind, value)


def _as_in_a_request(text: str) -> str:
    """`name: value`, as curl is told, written as we want it; "" for anything else."""
    name, colon, value = (part.strip() for part in text.partition(":"))
    return f"{name}={value}" if colon and value and _TOKEN.fullmatch(name) else ""


def parse_path(text: str) -> str:
    """A prefix by whole segments, without its last slash: "/api" means "/api" and "/api/…"."""
    told = f"--path {text}"
    if not text.startswith("/"):
        raise _refusal(told, "a path begins with /")
    if "?" in text or "#" in text:
        raise _refusal(told, "a path has no ? and no #: the query is not compared")
    if any(ord(letter) <= 0x20 or ord(letter) == 0x7F for letter in text):
        raise _refusal(told, "a path has no blanks; write them as %20")
    if len(text) > MAX_VALUE:
        raise _refusal("--path", f"it is longer than {MAX_VALUE} characters")
    return text.rstrip("/") or "/"


def parse_ports(texts: Sequence[str]) -> tuple[PortMap, ...]:
    """`9080` or `9080:8080`, the pod's first. Raises KubeferryError (INVALID_OPTION)."""
    if len(texts) > MAX_PORTS:
        raise _refusal("--port", f"more than {MAX_PORTS} of them")
    ports: dict[int, PortMap] = {}
    for text in texts:
        remote, colon, local = text.partition(":")
        told = f"--port {text}"
        port = PortMap(_port(remote, told), _port(local, told) if colon else _port(remote, told))
        if port.remote in ports:
            raise _refusal(told, f"port {port.remote} of the pod is named twice")
        ports[port.remote] = port
    return tuple(ports.values())


def _port(text: str, told: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise _refusal(told, "it has to look like 9080 or 9080:8080, the pod's port first")
    number = int(text) if len(text) <= 5 else 0
    if not 1 <= number <= 65535:
        raise _refusal(told, "ports are 1 to 65535")
    return number


def _checked_name(name: str, told: str) -> str:
    if name in _PSEUDO:
        return name
    if not name:
        raise _refusal(told, "it has no header name")
    if len(name) > MAX_NAME or not _TOKEN.fullmatch(name):
        raise _refusal(told, f"{name[:40]} is not the name of a header")
    return name


def _refusal(option: str, problem: str) -> KubeferryError:
    return KubeferryError(ErrorCode.INVALID_OPTION, option=option, problem=problem)
