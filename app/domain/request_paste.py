"""What people paste to try rules with: a curl command, or a request's headers as a browser or a log shows them."""

from __future__ import annotations

import re
import textwrap

from app.domain.curl import is_curl, parse_curl
from app.domain.sample_request import BadPaste, PasteTrouble, SampleRequest

MAX_PASTE = 100_000
_REQUEST_LINE = re.compile(r"([A-Z][A-Z-]*) (\S+)(?: HTTP/[\d.]+)?")
_ANSWER_LINE = re.compile(r"HTTP/[\d.]+ \d{3}\b.*")
_OTHER_TOOLS = re.compile(
    r"\s*(await\s+fetch|fetch|\$session\b|Invoke-WebRequest|Invoke-RestMethod|wget|http|https)[\s(=.]"
)
_HEADER = re.compile(r"(:?[!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*:[ \t]*(.*)")
_BLANKS = " \t\r"
_PREFIX = re.compile(r"[<>*][ \t]")
"""Of `curl -v`: what was sent, what came, and what curl says."""


def parse_request(text: str) -> SampleRequest:
    """Raises BadPaste."""
    if len(text) > MAX_PASTE:
        raise BadPaste(PasteTrouble.TOO_LONG)
    if not text.strip():
        raise BadPaste(PasteTrouble.EMPTY)
    if is_curl(text):
        return parse_curl(text)
    if _OTHER_TOOLS.match(text):
        raise BadPaste(PasteTrouble.OTHER_TOOL)
    return _parse_block(text)


def _parse_block(text: str) -> SampleRequest:
    method, path, headers = "GET", "/", list[tuple[str, str]]()
    for number, line in enumerate(_lines(text)):
        request = _REQUEST_LINE.fullmatch(line) if number == 0 else None
        if request is not None:
            method, path = request[1], request[2]
        elif _ANSWER_LINE.fullmatch(line):
            raise BadPaste(PasteTrouble.ANSWER, line)
        elif line[0] in " \t" and headers:
            # RFC 9112, 5.2: a value may go on in the next line.
            headers[-1] = headers[-1][0], f"{headers[-1][1]} {line.strip(_BLANKS)}".strip(_BLANKS)
        else:
            found = _HEADER.fullmatch(line.strip(_BLANKS))
            if found is None:
                raise BadPaste(PasteTrouble.NO_HEADER, line.strip())
            headers.append((found[1].lower(), found[2].strip(_BLANKS)))
    if not headers and (method, path) == ("GET", "/"):
        raise BadPaste(PasteTrouble.EMPTY)
    return _request(method, path, headers)


def _lines(text: str) -> list[str]:
    """Until the empty line that ends the headers."""
    lines = textwrap.dedent(text.replace("\r\n", "\n").strip("\n")).split("\n")
    sent = [line[2:] for line in lines if line.startswith(">") and _PREFIX.match(line)]
    if sent:
        lines = sent
    found: list[str] = []
    for line in lines:
        if not line.strip(_BLANKS):
            if found:
                break
            continue
        found.append(line.rstrip(_BLANKS))
    return found


def _request(method: str, path: str, headers: list[tuple[str, str]]) -> SampleRequest:
    pseudo = {name: value for name, value in headers if name.startswith(":")}
    host = next((value for name, value in headers if name == "host"), "")
    target = re.fullmatch(r"(https?)://([^/?#]*)([^#]*).*", path)
    scheme = pseudo.get(":scheme", "http")
    if target is not None:
        scheme, host, path = target[1], host or target[2], target[3] or "/"
    return SampleRequest(
        headers=tuple(pair for pair in headers if pair[0] != "host" and not pair[0].startswith(":")),
        method=pseudo.get(":method", method),
        path=pseudo.get(":path", path),
        authority=pseudo.get(":authority", host),
        scheme=scheme,
    )


_COMMON = frozenset(
    (
        "accept",
        "accept-encoding",
        "accept-language",
        "cache-control",
        "connection",
        "content-length",
        "content-type",
        "dnt",
        "expect",
        "if-modified-since",
        "if-none-match",
        "keep-alive",
        "origin",
        "pragma",
        "priority",
        "referer",
        "te",
        "transfer-encoding",
        "upgrade-insecure-requests",
        "user-agent",
        "x-requested-with",
    )
)


def telling_headers(request: SampleRequest) -> tuple[tuple[str, str], ...]:
    """Those that may tell one person's requests from another's: not what every client sends."""
    return tuple(
        dict.fromkeys(pair for pair in request.headers if pair[0] not in _COMMON and not pair[0].startswith("sec-"))
    )
