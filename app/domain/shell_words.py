"""A command as a POSIX shell splits it, with bash's $'…', which browsers' "Copy as cURL" uses, and cmd.exe's carets.

`shlex` knows neither of these. Nothing is expanded: variables stay as they are written.
"""

from __future__ import annotations

import re

from app.domain.sample_request import BadPaste, PasteTrouble

_ANSI = re.compile(r"\\(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|([0-7]{1,3})|(.))", re.DOTALL)
_ANSI_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "v": "\v"}
_CARET = re.compile(r"\^(\r?\n|.)", re.DOTALL)
_ENDS = "|;&<>"
_STOPS = _ENDS + " \t\r\n"


def shell_words(text: str) -> list[str]:
    """Of the first command. Raises BadPaste when a quote is not closed."""
    if '^"' in text:
        text = _CARET.sub(lambda found: " " if found[1].endswith("\n") else found[1], text)
    return _Splitter(text).words()


class _Splitter:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def words(self) -> list[str]:
        found: list[str] = []
        while (word := self._word()) is not None:
            found.append(word)
        return found

    def _word(self) -> str | None:
        self._skip_blanks()
        if self._at >= len(self._text) or self._text[self._at] in _ENDS + "\n":
            return None
        pieces: list[str] = []
        while self._at < len(self._text):
            letter = self._text[self._at]
            if letter in _STOPS:
                break
            pieces.append(self._piece(letter))
        return "".join(pieces)

    def _skip_blanks(self) -> None:
        """A line that ends with a backslash goes on."""
        while self._at < len(self._text):
            if (found := re.compile(r"\\\r?\n").match(self._text, self._at)) is not None:
                self._at = found.end()
            elif self._text[self._at] in " \t\r":
                self._at += 1
            else:
                return

    def _piece(self, letter: str) -> str:
        if letter == "'":
            return self._until("'")
        if letter == '"':
            return self._double_quoted()
        if self._text.startswith("$'", self._at):
            return self._ansi_quoted()
        if self._text.startswith('$"', self._at):
            self._at += 1
            return self._double_quoted()
        self._at += 1
        if letter != "\\":
            return letter
        escaped = self._text[self._at : self._at + 1]
        self._at += 1
        return "" if escaped == "\n" else escaped

    def _until(self, quote: str) -> str:
        end = self._text.find(quote, self._at + 1)
        if end < 0:
            raise BadPaste(PasteTrouble.UNCLOSED_QUOTE, quote)
        found = self._text[self._at + 1 : end]
        self._at = end + 1
        return found

    def _double_quoted(self) -> str:
        found = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL).match(self._text, self._at)
        if found is None:
            raise BadPaste(PasteTrouble.UNCLOSED_QUOTE, '"')
        self._at = found.end()
        return re.sub(r'\\(["\\$`])|\\\n', lambda escape: escape[1] or "", found[1])

    def _ansi_quoted(self) -> str:
        found = re.compile(r"\$'((?:[^'\\]|\\.)*)'", re.DOTALL).match(self._text, self._at)
        if found is None:
            raise BadPaste(PasteTrouble.UNCLOSED_QUOTE, "'")
        self._at = found.end()
        return _ANSI.sub(_ansi_letter, found[1])


def _ansi_letter(found: re.Match[str]) -> str:
    number = found[1] or found[2] or found[3]
    if number:
        code = int(number, 16)
        return chr(code) if code <= 0x10FFFF else ""
    if found[4]:
        return chr(int(found[4], 8) & 0xFF)
    return _ANSI_LETTERS.get(found[5], found[5])
