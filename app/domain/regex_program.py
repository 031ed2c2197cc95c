"""RE2's syntax (https://github.com/google/re2/wiki/Syntax), read into a small tree, as far as header rules use it.

Python's own `re` is no help for deciding: it backtracks, which anybody's rule can make take for ever, and its \\d, \\w
and classes like [[:alpha:]] mean something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

MAX_COUNT = 1000
"""RE2's limit for {n}."""

_LAST = 0x10FFFF
Ranges = tuple[tuple[int, int], ...]

_DIGIT: Ranges = ((0x30, 0x39),)
_WORD: Ranges = ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
_SPACE: Ranges = ((0x09, 0x0A), (0x0C, 0x0D), (0x20, 0x20))
_PERL = {"d": _DIGIT, "w": _WORD, "s": _SPACE}
_NAMED: dict[str, Ranges] = {
    "alnum": ((0x30, 0x39), (0x41, 0x5A), (0x61, 0x7A)),
    "alpha": ((0x41, 0x5A), (0x61, 0x7A)),
    "ascii": ((0x00, 0x7F),),
    "blank": ((0x09, 0x09), (0x20, 0x20)),
    "cntrl": ((0x00, 0x1F), (0x7F, 0x7F)),
    "digit": _DIGIT,
    "graph": ((0x21, 0x7E),),
    "lower": ((0x61, 0x7A),),
    "print": ((0x20, 0x7E),),
    "punct": ((0x21, 0x2F), (0x3A, 0x40), (0x5B, 0x60), (0x7B, 0x7E)),
    "space": ((0x09, 0x0D), (0x20, 0x20)),
    "upper": ((0x41, 0x5A),),
    "word": _WORD,
    "xdigit": ((0x30, 0x39), (0x41, 0x46), (0x61, 0x66)),
}
_LETTERS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v", "a": "\a"}
_COUNT = re.compile(r"\{(\d{1,4})(,?)(\d{0,4})\}")
_GROUP = re.compile(r"\?(?:P?<[A-Za-z_][A-Za-z0-9_]*>|([imsU]*)(?:-([imsU]+))?([:)]))")


class NotUnderstood(ValueError):
    """It may be a good regular expression all the same."""


@dataclass(frozen=True)
class Letters:
    """One character of these. `fold`: upper and lower case are the same."""

    ranges: Ranges
    fold: bool = False

    def has(self, letter: str) -> bool:
        forms = {letter, letter.lower(), letter.upper()} if self.fold else {letter}
        codes = [ord(form) for form in forms if len(form) == 1]
        return any(low <= code <= high for code in codes for low, high in self.ranges)


@dataclass(frozen=True)
class Sequence:
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Choice:
    ways: tuple[Node, ...]


@dataclass(frozen=True)
class Repeat:
    """`most` None: without end."""

    part: Node
    least: int
    most: int | None


@dataclass(frozen=True)
class Place:
    """No character, but a place: "start", "end", "edge" of a word, or "inside" (no edge)."""

    where: str


Node = Letters | Sequence | Choice | Repeat | Place
EMPTY = Sequence(())


def parse_regex(text: str) -> Node:
    """Raises NotUnderstood."""
    reader = _Reader(text)
    try:
        found = reader.choice(frozenset())
    except (IndexError, RecursionError) as error:
        raise NotUnderstood(text) from error
    if reader.at != len(text):
        raise NotUnderstood(text)
    return found


def _except(ranges: Iterable[tuple[int, int]]) -> Ranges:
    found, start = [], 0
    for low, high in sorted(ranges):
        if start < low:
            found.append((start, low - 1))
        start = max(start, high + 1)
    return (*found, (start, _LAST)) if start <= _LAST else tuple(found)


class _Reader:
    """Recursive descent; `flags` are those of the group that is read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def choice(self, flags: frozenset[str]) -> Node:
        ways = []
        while True:
            way, flags = self._sequence(flags)
            ways.append(way)
            if not self._took("|"):
                return ways[0] if len(ways) == 1 else Choice(tuple(ways))

    def _sequence(self, flags: frozenset[str]) -> tuple[Node, frozenset[str]]:
        parts: list[Node] = []
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            changed = self._flags_from_here(flags)
            if changed is not None:
                flags = changed
                continue
            parts.append(self._repeated(self._atom(flags)))
        return (parts[0] if len(parts) == 1 else Sequence(tuple(parts))), flags

    def _flags_from_here(self, flags: frozenset[str]) -> frozenset[str] | None:
        """`(?i)`: until the group ends."""
        found = _GROUP.match(self.text, self.at + 1) if self.text[self.at] == "(" else None
        if found is None or found[3] != ")":
            return None
        self.at = found.end()
        return (flags | set(found[1])) - set(found[2] or "")

    def _repeated(self, part: Node) -> Node:
        while self.at < len(self.text):
            letter = self.text[self.at]
            if letter in "*+?":
                self.at += 1
                least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}[letter]
            elif (count := _COUNT.match(self.text, self.at)) is not None:
                self.at = count.end()
                least = int(count[1])
                most = (int(count[3]) if count[3] else None) if count[2] else least
                if max(least, most or 0) > MAX_COUNT or (most is not None and most < least):
                    raise NotUnderstood(self.text)
            else:
                break
            self._took("?")  # Which way is tried first makes no difference to whether all of it matches.
            part = Repeat(part, least, most)
        return part

    def _atom(self, flags: frozenset[str]) -> Node:
        letter = self.text[self.at]
        self.at += 1
        if letter == "(":
            return self._group(flags)
        if letter == "[":
            return Letters(self._class(), "i" in flags)
        if letter == ".":
            return Letters(((0, _LAST),) if "s" in flags else _except([(0x0A, 0x0A)]))
        if letter in "^$" and "m" in flags:
            raise NotUnderstood(self.text)
        if letter in "^$":
            return Place("start" if letter == "^" else "end")
        if letter in "*+?":
            raise NotUnderstood(self.text)
        if letter == "\\":
            return self._escape(flags)
        return _letter(letter, flags)

    def _group(self, flags: frozenset[str]) -> Node:
        if self.text.startswith("?", self.at):
            found = _GROUP.match(self.text, self.at)
            if found is None:
                raise NotUnderstood(self.text)
            self.at = found.end()
            if found[3]:
                flags = (flags | set(found[1])) - set(found[2] or "")
        inner = self.choice(flags)
        if not self._took(")"):
            raise NotUnderstood(self.text)
        return inner

    def _escape(self, flags: frozenset[str]) -> Node:
        letter = self.text[self.at]
        places = {"A": "start", "z": "end", "b": "edge", "B": "inside"}
        if letter in places:
            self.at += 1
            return Place(places[letter])
        if letter.lower() in _PERL:
            self.at += 1
            ranges = _PERL[letter.lower()]
            return Letters(ranges if letter.islower() else _except(ranges), "i" in flags)
        return _letter(self._escaped_letter(), flags)

    def _escaped_letter(self) -> str:
        """After the backslash."""
        letter = self.text[self.at]
        self.at += 1
        if letter in _LETTERS:
            return _LETTERS[letter]
        if letter == "x":
            found = re.compile(r"\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{2})").match(self.text, self.at)
            if found is None or int(found[1] or found[2], 16) > _LAST:
                raise NotUnderstood(self.text)
            self.at = found.end()
            return chr(int(found[1] or found[2], 16))
        if letter.isascii() and not letter.isalnum():
            return letter
        raise NotUnderstood(self.text)

    def _class(self) -> Ranges:
        negated = self._took("^")
        found: list[tuple[int, int]] = []
        first = True
        while first or self.text[self.at] != "]":
            first = False
            named = re.compile(r"\[:(\^?)([a-z]+):\]").match(self.text, self.at)
            if named is not None:
                if named[2] not in _NAMED:
                    raise NotUnderstood(self.text)
                self.at = named.end()
                found += _except(_NAMED[named[2]]) if named[1] else _NAMED[named[2]]
            else:
                found += self._class_range()
        self.at += 1
        return _except(found) if negated else tuple(found)

    def _class_range(self) -> Ranges:
        if self.text[self.at] == "\\" and self.text[self.at + 1].lower() in _PERL:
            letter = self.text[self.at + 1]
            self.at += 2
            return _PERL[letter] if letter.islower() else _except(_PERL[letter.lower()])
        low = self._class_letter()
        if self.text[self.at] != "-" or self.text[self.at + 1] == "]":
            return ((low, low),)
        self.at += 1
        high = self._class_letter()
        if high < low:
            raise NotUnderstood(self.text)
        return ((low, high),)

    def _class_letter(self) -> int:
        letter = self.text[self.at]
        self.at += 1
        return ord(self._escaped_letter() if letter == "\\" else letter)

    def _took(self, letter: str) -> bool:
        if self.text[self.at : self.at + 1] != letter:
            return False
        self.at += 1
        return True


def _letter(letter: str, flags: frozenset[str]) -> Letters:
    return Letters(((ord(letter), ord(letter)),), "i" in flags)
