"""What request a curl command would send, as far as rules look at it (curl's man page)."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from app.domain.sample_request import BadPaste, PasteTrouble, SampleRequest
from app.domain.shell_words import shell_words

_SHORT = {
    "A": "--user-agent",
    "b": "--cookie",
    "d": "--data",
    "e": "--referer",
    "F": "--form",
    "G": "--get",
    "H": "--header",
    "I": "--head",
    "T": "--upload-file",
    "u": "--user",
    "X": "--request",
}
_SHORT_WITH_VALUE = frozenset("AbcCdDeEFHhKmoPQrtTuUwxXyYz")
_USED = """
--user-agent --cookie --data --data-ascii --data-binary --data-raw --data-urlencode --referer --form --form-string
--header --json --oauth2-bearer --request --request-target --upload-file --url --user
"""
_UNUSED = """
--cacert --capath --cert --cert-type --ciphers --config --connect-timeout --connect-to --cookie-jar --crlfile
--dns-interface --dns-servers --doh-url --dump-header --expect100-timeout --form-escape --happy-eyeballs-timeout-ms
--interface --keepalive-time --key --key-type --limit-rate --local-port --max-filesize --max-redirs --max-time
--noproxy --output --output-dir --parallel-max --pass --pinnedpubkey --post301 --preproxy --proto --proto-default
--proto-redir --proxy --proxy-cacert --proxy-cert --proxy-header --proxy-key --proxy-user --quote --range --rate
--resolve --retry --retry-delay --retry-max-time --socks4 --socks4a --socks5 --socks5-hostname --speed-limit
--speed-time --stderr --time-cond --tls-max --tls13-ciphers --trace --trace-ascii --unix-socket --variable
--write-out
"""
_WITH_VALUE = frozenset((*_USED.split(), *_UNUSED.split()))
_DATA = frozenset(("--data", "--data-ascii", "--data-binary", "--data-raw", "--data-urlencode", "--json"))
_BODY_METHODS = {"--form": "POST", "--form-string": "POST", "--upload-file": "PUT"}
_FLAGS = frozenset(("--get", "--head"))
_BLANKS = " \t"
"""What is no part of a header's value around it (RFC 9110, 5.5)."""

_PATH_SAFE = "/%:@!$&'()*+,;=-._~[]|^{}\"\\<>`?"


@dataclass
class _Asked:
    """What the options say; headers that curl adds by itself come later."""

    urls: list[str] = field(default_factory=list)
    headers: list[tuple[str, str]] = field(default_factory=list)
    removed: set[str] = field(default_factory=set)
    implied: dict[str, str] = field(default_factory=dict)
    data: list[str] = field(default_factory=list)
    method: str = ""
    body_method: str = ""
    target: str = ""
    flags: set[str] = field(default_factory=set)


def is_curl(text: str) -> bool:
    return re.match(r"\s*(\$\s+)?((sudo|time|command)\s+)*(\S*/)?curl(\.exe)?(\s|$)", text) is not None


def parse_curl(text: str) -> SampleRequest:
    """Raises BadPaste."""
    words = shell_words(text.strip())
    while words and not re.fullmatch(r"(.*/)?curl(\.exe)?", words[0]):
        words.pop(0)
    asked = _Asked()
    _read(words[1:], asked)
    if not asked.urls:
        raise BadPaste(PasteTrouble.NO_URL)
    return _request(asked)


def _read(words: list[str], asked: _Asked) -> None:
    waiting = list(reversed(words))
    only_urls = False
    while waiting:
        word = waiting.pop()
        if only_urls or not word.startswith("-") or word == "-":
            asked.urls.append(word)
        elif word == "--":
            only_urls = True
        elif word == "--next":
            return
        elif word.startswith("--"):
            if word in _WITH_VALUE:
                _option(word, _value(word, waiting), asked)
            elif word in _FLAGS:
                asked.flags.add(word)
        else:
            _short(word, waiting, asked)


def _short(word: str, waiting: list[str], asked: _Asked) -> None:
    """`-sSH 'a: b'`, `-XPOST`: the first that takes a value takes the rest of the word."""
    for at, letter in enumerate(word[1:], start=1):
        name = _SHORT.get(letter, "")
        if letter in _SHORT_WITH_VALUE:
            value = word[at + 1 :] or _value(f"-{letter}", waiting)
            _option(name, value, asked)
            return
        if name in _FLAGS:
            asked.flags.add(name)


def _value(option: str, waiting: list[str]) -> str:
    if not waiting:
        raise BadPaste(PasteTrouble.OPTION_WITHOUT_VALUE, option)
    return waiting.pop()


def _option(name: str, value: str, asked: _Asked) -> None:
    if name in _DATA:
        _add_data(name, value, asked)
    elif name in _IMPLIED:
        header, made = _IMPLIED[name]
        asked.implied[header] = made(value)
    asked.body_method = _BODY_METHODS.get(name, asked.body_method)
    match name:
        case "--header":
            _add_header(value, asked)
        case "--cookie" if "=" in value:  # Else it is the name of a file.
            asked.implied["cookie"] = "; ".join(filter(None, (asked.implied.get("cookie"), value)))
        case "--request":
            asked.method = value
        case "--request-target":
            asked.target = value
        case "--url":
            asked.urls.append(value)


def _basic(value: str) -> str:
    return "Basic " + base64.b64encode(value.encode()).decode()


_IMPLIED: dict[str, tuple[str, Callable[[str], str]]] = {
    "--user-agent": ("user-agent", str),
    "--referer": ("referer", lambda value: value.removesuffix(";auto")),
    "--user": ("authorization", _basic),
    "--oauth2-bearer": ("authorization", lambda value: f"Bearer {value}"),
    "--form": ("content-type", lambda _: "multipart/form-data"),
    "--form-string": ("content-type", lambda _: "multipart/form-data"),
}


def _add_data(name: str, value: str, asked: _Asked) -> None:
    asked.data.append(quote(value, safe="=") if name == "--data-urlencode" else value)
    asked.body_method = "POST"
    if name == "--json":
        asked.implied.update({"content-type": "application/json", "accept": "application/json"})
    else:
        asked.implied.setdefault("content-type", "application/x-www-form-urlencoded")


def _add_header(text: str, asked: _Asked) -> None:
    """`Name: value`; `Name;` is sent with an empty value; `Name:` is not sent, even if curl would by itself."""
    if text.startswith("@"):
        raise BadPaste(PasteTrouble.HEADERS_IN_A_FILE, text)
    name, colon, value = text.partition(":")
    if text.startswith(":"):
        name, colon, value = text[1:].partition(":")
        name = ":" + name
    if not colon:
        if not text.rstrip().endswith(";"):
            raise BadPaste(PasteTrouble.NO_HEADER, text)
        asked.headers.append((text.rstrip()[:-1].strip().lower(), ""))
    elif value.strip(_BLANKS):
        asked.headers.append((name.strip().lower(), value.strip(_BLANKS)))
    else:
        asked.removed.add(name.strip().lower())


def _request(asked: _Asked) -> SampleRequest:
    scheme, authority, path = _target(asked.urls[0])
    data = "&".join(asked.data)
    if "--get" in asked.flags:
        asked.implied.pop("content-type", None)
        path = f"{path}{'&' if '?' in path else '?'}{data}" if data else path
        method = "GET"
    else:
        method = asked.body_method or "GET"
    if "--head" in asked.flags:
        method = "HEAD"
    own = {name for name, _ in asked.headers}
    added = {"user-agent": "curl/8", "accept": "*/*", **asked.implied}
    extra = [(name, value) for name, value in added.items() if value and name not in own and name not in asked.removed]
    host = next((value for name, value in asked.headers if name in ("host", ":authority")), authority)
    return SampleRequest(
        headers=(*extra, *(pair for pair in asked.headers if pair[0] != "host" and not pair[0].startswith(":"))),
        method=asked.method or method,
        path=asked.target or path,
        authority=host,
        scheme=scheme,
    )


def _target(url: str) -> tuple[str, str, str]:
    """Scheme, authority, and path with query, as curl sends them."""
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", url):
        url = f"http://{url}"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadPaste(PasteTrouble.BAD_URL, url) from error
    if parts.scheme not in ("http", "https", "ws", "wss") or not parts.hostname:
        raise BadPaste(PasteTrouble.BAD_URL, url)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    default = 443 if parts.scheme in ("https", "wss") else 80
    path = _without_dots(quote(parts.path or "/", safe=_PATH_SAFE))
    query = f"?{parts.query}" if parts.query else ""
    return parts.scheme, host if port in (None, default) else f"{host}:{port}", path + query


def _without_dots(path: str) -> str:
    """As curl does without --path-as-is (RFC 3986, 5.2.4)."""
    found: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del found[-1:]
        elif segment != ".":
            found.append(segment)
    if segments and segments[-1] in (".", "..") and (not found or found[-1]):
        found.append("")
    return "/" + "/".join(found)
