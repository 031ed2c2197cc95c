"""Does a colleague's regular expression match this value? Decided as RE2 does: in linear time, or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from app.domain.regex_program import Choice, Letters, Node, NotUnderstood, Place, Repeat, Sequence, parse_regex

MAX_STEPS = 60_000
"""Some 30 ms, for all that is decided at once. What takes longer is not decided."""

MAX_PROGRAM = 4000
_CHEAP = 4
"""So many characters that are met again cost as much as a step."""

_WORD_LETTERS = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")


@dataclass(frozen=True)
class _Step:
    """What a place in the program asks for, and where it goes on. Nothing asked: at once."""

    asks: Letters | Place | None
    to: tuple[int, ...]


@dataclass
class Budget:
    """What is left to spend, on several matches together."""

    steps: int = MAX_STEPS


@lru_cache(maxsize=1024)
def _program(regex: str) -> tuple[tuple[_Step, ...], str]:
    """Thompson's construction, and a text that every match contains. The last step is the end. Raises NotUnderstood."""
    steps: list[_Step] = []
    tree = parse_regex(regex)
    _emit(tree, steps)
    steps.append(_Step(None, ()))
    return tuple(steps), max(_literals(tree), key=len)


def full_match(regex: str, value: str, budget: Budget | None = None) -> bool | None:
    """Of the whole value. None: it cannot be told."""
    left = budget or Budget()
    if left.steps <= 0:
        return None
    try:
        program, literal = _program(regex)
    except (NotUnderstood, RecursionError):
        return None
    left.steps -= len(program) + len(value) // _CHEAP
    if literal not in value:
        return False
    has_edges = any(isinstance(step.asks, Place) for step in program)
    known: dict[tuple[frozenset[int], str], frozenset[int]] = {}
    now = frozenset((0,))
    for at, letter in enumerate(value):
        ready = None if has_edges else known.get((now, letter))
        if ready is None:
            here = _closure(program, now, value, at)
            left.steps -= 1 + len(here)
            if left.steps < 0:
                return None
            ready = frozenset(
                target
                for index in here
                if isinstance(asks := program[index].asks, Letters) and asks.has(letter)
                for target in program[index].to
            )
            known[now, letter] = ready
        if not ready:
            return False
        now = ready
    return len(program) - 1 in _closure(program, now, value, len(value))


def example(regex: str) -> str | None:
    """A short value that matches; None: there is none that could be found."""
    try:
        found = _shortest(parse_regex(regex))
    except (NotUnderstood, RecursionError):
        return None
    return found if full_match(regex, found) else None


def _literals(node: Node) -> list[str]:
    """Texts that are in whatever matches."""
    found = [""]
    match node:
        case Letters():
            found[-1] += _only_letter(node)
        case Sequence(parts):
            for part in parts:
                if isinstance(part, Letters):
                    letter = _only_letter(part)
                    found = [*found[:-1], found[-1] + letter] if letter else [*found, ""]
                else:
                    found += [*_literals(part), ""]
        case Repeat(part, least, _) if least:
            found = _literals(part)
    return found


def _only_letter(letters: Letters) -> str:
    """Empty: there are several."""
    if len(letters.ranges) != 1 or letters.fold:
        return ""
    low, high = letters.ranges[0]
    return chr(low) if low == high else ""


def _closure(program: tuple[_Step, ...], start: frozenset[int], value: str, at: int) -> set[int]:
    """All steps that are reached without another character."""
    found: set[int] = set()
    waiting = list(start)
    while waiting:
        index = waiting.pop()
        if index in found:
            continue
        found.add(index)
        step = program[index]
        if step.asks is None or (isinstance(step.asks, Place) and _is_at(step.asks.where, value, at)):
            waiting.extend(step.to)
    return found


def _is_at(where: str, value: str, at: int) -> bool:
    if where == "start":
        return at == 0
    if where == "end":
        return at == len(value)
    before = at > 0 and value[at - 1] in _WORD_LETTERS
    after = at < len(value) and value[at] in _WORD_LETTERS
    return (before != after) is (where == "edge")


def _emit(node: Node, steps: list[_Step]) -> None:
    """Appends what ends by going on at the step after its last."""
    if len(steps) > MAX_PROGRAM:
        raise NotUnderstood("too long")
    match node:
        case Letters() | Place():
            steps.append(_Step(node, (len(steps) + 1,)))
        case Sequence(parts):
            for part in parts:
                _emit(part, steps)
        case Choice(ways):
            _emit_choice(ways, steps)
        case Repeat(part, least, most):
            _emit_repeat(part, least, most, steps)


def _emit_choice(ways: tuple[Node, ...], steps: list[_Step]) -> None:
    fork = len(steps)
    steps.append(_Step(None, ()))
    starts, ends = [], []
    for way in ways:
        starts.append(len(steps))
        _emit(way, steps)
        ends.append(len(steps))
        steps.append(_Step(None, ()))
    steps[fork] = _Step(None, tuple(starts))
    for end in ends:
        steps[end] = _Step(None, (len(steps),))


def _emit_repeat(part: Node, least: int, most: int | None, steps: list[_Step]) -> None:
    for _ in range(least):
        _emit(part, steps)
    if most is None:
        fork = len(steps)
        steps.append(_Step(None, ()))
        _emit(part, steps)
        steps.append(_Step(None, (fork,)))
        steps[fork] = _Step(None, (fork + 1, len(steps)))
        return
    forks = []
    for _ in range(most - least):
        forks.append(len(steps))
        steps.append(_Step(None, ()))
        _emit(part, steps)
    for fork in forks:
        steps[fork] = _Step(None, (fork + 1, len(steps)))


def _shortest(node: Node) -> str:
    match node:
        case Letters(ranges, _):
            return _plain_letter(node) if ranges else ""
        case Sequence(parts):
            return "".join(_shortest(part) for part in parts)
        case Choice(ways):
            return min((_shortest(way) for way in ways), key=len)
        case Repeat(part, least, _):
            return _shortest(part) * least
        case Place():
            return ""


def _plain_letter(letters: Letters) -> str:
    """A character that reads well and needs no quoting, if there is one."""
    plain = (letter for letter in "a1A-_. " if letters.has(letter))
    return next(plain, chr(letters.ranges[0][0]))
