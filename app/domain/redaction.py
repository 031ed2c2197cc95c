"""Takes secrets out of texts that leave this machine. Pure, and safe rather than sparing: when in doubt, it goes.

What is taken out: what stands behind a name that says it is secret (fields of YAML and JSON, headers, environment
variables), what has a secret's shape wherever it stands (PEM blocks, JWTs, logins in URLs, tokens of known makers,
long random texts), and what the caller knows to be secret. Names of hosts, users, namespaces and workloads stay.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

REMOVED = "[removed]"
_BLOCK_CHARS = 64 << 10
MIN_KNOWN_SECRET = 6
"""Characters. A password of five letters would take half of the words with it."""

_NAME = (
    r"(?:(?>[\w.-]*?(?:token|passw(?:or)?d|passphrase|secret|credential|ticket|cookie|authorization|bearer|"
    r"api[-_.]?key|apikey|access[-_.]?key|private[-_.]?key|session[-_.]?key|key[-_.]?(?:data|pem)|"
    r"(?:cert|certificate|authority)[-_.]?(?:data|pem)|keydata|client[-_.]?id|lease[-_.]?id|psk|pgpass))[\w.-]*+"
    r"|value|pass|pwd|auth|key|lease)"
)
"""Possessive and atomic where it can be: a hostile line must not take longer than a long one."""

_SECRET_NAME = re.compile(rf"{_NAME}\Z", re.IGNORECASE)
_FIELD = re.compile(
    rf"(?P<before>(?<![\w.-])(?:\\*[\"'])?{_NAME}(?:\\*[\"'])?\s*(?:=>|[:=]|(?<=[\"']),)[ \t]*)(?P<rest>[^\r\n]*)",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"(?P<quote>\\*[\"']).*?(?<!\\)(?P=quote)")
_DONE = re.compile(rf"{re.escape(REMOVED)}(?=\\*[\"'])")
"""A value that was taken out before, as the last one of a quoted text: what follows is not its."""
_OPENS_BLOCK = re.compile(rf"[\s-]*[\"']?(?:{_NAME}|env|environment)[\"']?\s*:\s*(?:[|>][-+0-9]*)?\s*\Z", re.IGNORECASE)

_PEM = re.compile(r"-----BEGIN [^-\r\n]{1,64}-----.*?-----END [^-\r\n]{1,64}-----", re.DOTALL)
_PEM_BEGUN = re.compile(r"-----BEGIN [^-\r\n]{1,64}-----[A-Za-z0-9+/=\s\\:,\"'-]*")
_PEM_ENDED = "-----END "
_OF_BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/= \t\r\n\\")

_OPTION = re.compile(rf"(?P<option>(?<!\S)--?{_NAME}[ \t]+)(?:\"[^\"]*\"|'[^']*'|(?![-\[])\S+)", re.IGNORECASE)
"""`--token abc`, as command lines have it."""

_URL_LOGIN = re.compile(r"(?P<scheme>(?<![A-Za-z0-9+.-])[A-Za-z0-9+.-]++:(?:\\?/){2})[^\s\"'<>]*@")
_SCHEMES = re.compile(
    r"\b(?P<scheme>bearer|basic|negotiate|digest|ntlm|apikey)(?P<gap>(?:\s|%20|\+)+)[^\s\"',;]+", re.I
)
_TOKENS = (
    re.compile(r"LS0tLS1CRUdJTi[A-Za-z0-9+/=_-]*"),
    re.compile(r"eyJ[A-Za-z0-9_=+/-]{8,}(?:\.[A-Za-z0-9_=+/-]*){0,4}"),
    re.compile(r"\bk8s-aws-v1\.[A-Za-z0-9_=-]+"),
    re.compile(r"\bsha256~[A-Za-z0-9_-]+"),
    re.compile(r"\bgh[pousr]_[A-Za-z0-9]{16,}|\bgithub_pat_[A-Za-z0-9_]{16,}"),
    re.compile(r"\bgl(?:pat|rt|dt|cbt)-[A-Za-z0-9_-]{16,}|\bxox[abprs]-[A-Za-z0-9-]{8,}"),
    re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}|\bya29\.[A-Za-z0-9_-]+|\bAIza[A-Za-z0-9_-]{30,}"),
    re.compile(r"\bhv[sbr]\.[A-Za-z0-9_-]{16,}|\bnpm_[A-Za-z0-9]{16,}|\bdop_v1_[a-f0-9]{32,}"),
    re.compile(r"\b[a-z0-9]{6}\.[a-z0-9]{16}\b"),
)
_LONG_RANDOM = re.compile(r"(?<![A-Za-z0-9+/_=])(?=[a-z0-9+/_=]*[A-Z])[A-Za-z0-9+/_=]{36,}")


def redact(text: str, known: Iterable[str] = ()) -> str:
    """Returns `text` without secrets. `known`: secrets that are known as such, found wherever they stand."""
    text = _without_known(text, known)
    text = _PEM.sub(REMOVED, text)
    text = _PEM_BEGUN.sub(REMOVED, text)
    text = _without_pem_ends(text)
    text = _SCHEMES.sub(rf"\g<scheme>\g<gap>{REMOVED}", text)
    text = "".join(_without_shapes(block) for block in _blocks(text))
    return "".join(_without_fields(text.splitlines(keepends=True)))


def _without_shapes(text: str) -> str:
    """What is told by its shape, and stands in one line."""
    text = _URL_LOGIN.sub(rf"\g<scheme>{REMOVED}@", text)
    for token in _TOKENS:
        text = token.sub(REMOVED, text)
    text = _OPTION.sub(rf"\g<option>{REMOVED}", text)
    return _LONG_RANDOM.sub(_random_removed, text)


def _blocks(text: str) -> Iterable[str]:
    """Whole lines, some at a time: an expression at work on a long text lets no other thread run."""
    begin = 0
    while begin < len(text):
        end = text.find("\n", begin + _BLOCK_CHARS) + 1 or len(text)
        yield text[begin:end]
        begin = end


def redact_value(value: Any, known: Iterable[str] = ()) -> Any:
    """The same for what JSON is made of: stays valid, because each text is treated by itself."""
    secrets = tuple(known)
    if isinstance(value, str):
        return redact(value, secrets)
    if isinstance(value, Mapping):
        return {redact(str(name), secrets): _of_field(str(name), inner, secrets) for name, inner in value.items()}
    if isinstance(value, Sequence):
        if len(value) == 2 and isinstance(value[0], str) and _SECRET_NAME.match(value[0]):
            return [value[0], _removed(value[1])]
        return [redact_value(inner, secrets) for inner in value]
    return value


def _of_field(name: str, value: Any, known: tuple[str, ...]) -> Any:
    return _removed(value) if _SECRET_NAME.match(name) or name.lower() == "env" else redact_value(value, known)


def _removed(value: Any) -> Any:
    """Nothing is not a secret, and it helps to see that there was nothing."""
    return value if value is None or value == "" or isinstance(value, bool) else REMOVED


def _without_known(text: str, known: Iterable[str]) -> str:
    """In every spelling in which programs write a text down; the longest first, because one may hold another."""
    spellings: set[str] = set()
    for secret in known:
        if len(secret) >= MIN_KNOWN_SECRET:
            encoded = base64.b64encode(secret.encode("utf-8", "surrogatepass")).decode()
            escaped = json.dumps(secret)[1:-1]
            spellings |= {secret, quote(secret.encode("utf-8", "surrogatepass"), safe=""), encoded, escaped}
            spellings |= {encoded.rstrip("="), escaped.replace("\\", "\\\\"), repr(secret)[1:-1]}
            spellings |= {line for line in secret.splitlines() if len(line) >= 16}
    for spelling in sorted(spellings, key=len, reverse=True):
        text = text.replace(spelling, REMOVED)
    return text


def _without_pem_ends(text: str) -> str:
    """A text that begins in the middle of a PEM block, as the tail of a log may."""
    at = text.find(_PEM_ENDED)
    while at >= 0:
        begin = at
        while begin > 0 and text[begin - 1] in _OF_BASE64:
            begin -= 1
        end = text.find("-----", at + len(_PEM_ENDED))
        end = len(text) if end < 0 else end + 5
        text = f"{text[:begin]}{REMOVED}{text[end:]}"
        at = text.find(_PEM_ENDED)
    return text


def _random_removed(match: re.Match[str]) -> str:
    found = match[0]
    looks_random = any(char.isdigit() for char in found) and any(char.islower() for char in found)
    return REMOVED if looks_random else found


def _without_fields(lines: list[str]) -> Iterable[str]:
    """Line by line: a field's value goes to the end of the line or of its quotes; a YAML block as far as indented."""
    block: int | None = None
    for line in lines:
        bare = line.strip()
        indent = len(line) - len(line.lstrip(" \t-"))
        if block is not None and bare and indent > block:
            yield line[: len(line) - len(line.lstrip())] + REMOVED + line[len(line.rstrip("\r\n")) :]
            continue
        block = indent if _OPENS_BLOCK.match(line.rstrip()) else None
        yield _substituted(_FIELD, line, _field_removed)


def _substituted(pattern: re.Pattern[str], text: str, replaced: Callable[[re.Match[str]], tuple[str, str]]) -> str:
    """As `sub`, but what is kept of a match's end is looked at again."""
    done: list[str] = []
    while (match := pattern.search(text)) is not None:
        kept, left = replaced(match)
        done += [text[: match.start()], kept]
        text = left + text[match.end() :]
    return "".join([*done, text])


def _field_removed(match: re.Match[str]) -> tuple[str, str]:
    before, rest = match["before"], match["rest"]
    if not rest.strip() or rest.strip() in ("|", ">", "|-", ">-", "null", "[]", "{}", '""', "''"):
        return before + rest, ""
    quoted = _QUOTED.match(rest)
    if quoted is not None:
        return f"{before}{quoted['quote']}{REMOVED}{quoted['quote']}", rest[quoted.end() :]
    done = _DONE.match(rest)
    return (before + REMOVED, "") if done is None else (before + done[0], rest[done.end() :])
