"""Regular expressions that colleagues' proxies have to understand: Envoy takes RE2's, and a bad one is refused whole.

RE2 (https://github.com/google/re2/wiki/Syntax) promises linear time, so it has no look-around, no backreferences and
nothing else that would need backtracking. Python compiles what is left; what only Python knows is refused here.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator

MAX_REPEAT = 1000
"""RE2's limit for {n}."""

MAX_TOLD_QUANTIFIERS = 3
MAX_TOLD_VALUE = 256

_LOOKS = ("(?=", "(?!", "(?<=", "(?<!")
_GROUP_FLAGS = re.compile(r"\(\?[imsU]*(-[imsU]+)?[:)]")
_NAMED_GROUP = re.compile(r"\(\?P<[A-Za-z_][A-Za-z0-9_]*>")
_COUNT = re.compile(r"\{(\d+)(?:,(\d*))?\}")


class BadRegex(ValueError):
    """The message says why, in words that fit into a sentence."""


def check_regex(text: str) -> None:
    """Raises BadRegex when Envoy would not take it."""
    for at, piece in _tokens(text):
        if piece.startswith("\\"):
            _check_escape(piece)
        elif piece == "(?":
            _check_group(text[at:])
        elif piece in ("*", "+", "?") or piece.startswith("{"):
            _check_quantifier(text, at, piece)
    try:
        _compiled(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise BadRegex(f"not a regular expression: {error}") from error


def may_match(regex: str, value: str) -> bool:
    """Does `regex` match the whole value? Yes, too, where finding out could take long: it may be anybody's, and
    Python's way of matching is exponential for some."""
    tokens = [token for _, token in _tokens(regex)]
    quantifiers = [at for at, token in enumerate(tokens) if token[0] in "*+?{"]
    if len(quantifiers) > MAX_TOLD_QUANTIFIERS or len(value) > MAX_TOLD_VALUE:
        return True
    if any(at and tokens[at - 1] == ")" for at in quantifiers):
        return True
    try:
        return _compiled(regex).fullmatch(value) is not None
    except (re.error, OverflowError, RecursionError):
        return True


def _compiled(text: str) -> re.Pattern[str]:
    with warnings.catch_warnings():
        # "[[:alpha:]]" is RE2's; Python only warns that it will mean something else one day.
        warnings.simplefilter("ignore", FutureWarning)
        return re.compile(text)


def _tokens(text: str) -> Iterator[tuple[int, str]]:
    """Escapes, classes as a whole, counts, the beginning of a special group, and single characters."""
    at = 0
    while at < len(text):
        if text[at] == "\\":
            size = 2
        elif text[at] == "[":
            size = _class_size(text, at)
        elif text.startswith("(?", at):
            size = 2
        else:
            count = _COUNT.match(text, at)
            size = len(count[0]) if count else 1
        yield at, text[at : at + size]
        at += size


def _class_size(text: str, start: int) -> int:
    at = start + 1
    if text[at : at + 1] == "^":
        at += 1
    if text[at : at + 1] == "]":
        at += 1
    while at < len(text) and text[at] != "]":
        named = re.match(r"\[:\^?[a-z]+:\]", text[at:])
        at += len(named[0]) if named else 2 if text[at] == "\\" else 1
    return at + 1 - start


def _check_escape(token: str) -> None:
    letter = token[1:]
    if letter.isdigit() and letter != "0":
        raise BadRegex(f"it has the backreference {token}, which Envoy does not know")
    if letter in ("Z", "u", "U", "N"):
        raise BadRegex(f"it has {token}, which Envoy does not know")


def _check_group(rest: str) -> None:
    if rest.startswith(_LOOKS):
        raise BadRegex("it looks ahead or behind, which Envoy does not know")
    if rest.startswith("(?P="):
        raise BadRegex("it has a backreference, which Envoy does not know")
    if not _GROUP_FLAGS.match(rest) and not _NAMED_GROUP.match(rest):
        raise BadRegex(f"Envoy does not know {rest[:3]}…")


def _check_quantifier(text: str, at: int, token: str) -> None:
    after = text[at + len(token) : at + len(token) + 1]
    if after == "+":
        raise BadRegex(f"it has the possessive {token}+, which Envoy does not know")
    if token.startswith("{"):
        numbers = [int(number) for number in re.findall(r"\d+", token)]
        if any(number > MAX_REPEAT for number in numbers):
            raise BadRegex(f"it repeats more than {MAX_REPEAT} times, which Envoy does not take")
