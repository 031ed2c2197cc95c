"""How well a text answers a few typed letters. Pure; quick enough for every workload of a large cluster at each key.

Every word of the query must be in the text: best at its beginning, then at the beginning of a word of it, then
anywhere, then as letters in this order that are close together.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_START, _WORD_START, _INSIDE, _SCATTERED = 100.0, 80.0, 50.0, 20.0
_MAX_SPREAD = 3
"""Letters that are scattered may take so many times their number; further apart they are there by chance."""
_IN_REST = 0.6
"""What a match is worth that is not in the title."""
_RECENT = 15.0


@dataclass(frozen=True)
class Searchable:
    """`title` and `rest` in one casefolded text."""

    text: str
    title_length: int

    def starts_word(self, at: int) -> bool:
        return at == 0 or not self.text[at - 1].isalnum()


def searchable(title: str, rest: str = "") -> Searchable:
    head = title.casefold()
    text = f"{head}\n{rest.casefold()}" if rest else head
    return Searchable(text, len(head))


def ranked(query: str, texts: Sequence[Searchable], at_most: int, recent: Iterable[int] = ()) -> tuple[int, ...]:
    """Returns the places of the best `at_most` texts, best first. `recent`: places that are wanted often.

    Without a query: the recent ones, then the others as they come.
    """
    words = query.casefold().split()
    often = tuple(recent)
    if not words:
        seen = dict.fromkeys(often)
        seen.update(dict.fromkeys(range(min(len(texts), at_most + len(often)))))
        return tuple(seen)[:at_most]
    scores = []
    bonus = frozenset(often)
    for place, text in enumerate(texts):
        value = score(words, text)
        if value > 0:
            scores.append((value + (_RECENT if place in bonus else 0.0), -place))
    return tuple(-place for _, place in heapq.nlargest(at_most, scores))


def score(words: Sequence[str], text: Searchable) -> float:
    """Returns 0 where a word is not in it. `words` are casefolded. Of equals the shorter text is better."""
    total = 0.0
    for word in words:
        value = _score_word(word, text)
        if value <= 0:
            return 0.0
        total += value
    return total / len(words) - min(text.title_length, 100) / 100


def _score_word(word: str, text: Searchable) -> float:
    at = text.text.find(word)
    if at < 0:
        return _score_scattered(word, text)
    if at == 0:
        return _START
    best, value = at, _INSIDE
    while at >= 0:
        if text.starts_word(at):
            best, value = at, _WORD_START
            break
        at = text.text.find(word, at + 1)
    return value if best <= text.title_length else value * _IN_REST


def _score_scattered(word: str, text: Searchable) -> float:
    """Letters in order, in the title alone, the first of them at the start of a word: "rvw" is in "reviews"."""
    title = text.text[: text.title_length]
    if len(word) < 2:
        return 0.0
    best = 0.0
    first = title.find(word[0])
    while first >= 0:
        if text.starts_word(first):
            best = max(best, _follow(word, title, first, text))
        first = title.find(word[0], first + 1)
    return best


def _follow(word: str, title: str, first: int, text: Searchable) -> float:
    at, at_starts = first, 1
    for letter in word[1:]:
        at = title.find(letter, at + 1)
        if at < 0:
            return 0.0
        at_starts += text.starts_word(at)
    spread = at + 1 - first
    if at_starts < len(word) and spread > _MAX_SPREAD * len(word):
        return 0.0
    return _SCATTERED + 10.0 * at_starts / len(word) + 10.0 * len(word) / spread
