"""What is typed above the request list, as a test of each request.

Words must all be found somewhere in the request. `key:value` looks at one thing: `status:5xx`, `status:>=400`,
`method:POST,PUT`, `to:laptop`, `slow:>100ms`, `path:/api`, `host:`, `pod:`, `rule:`, `header:x-user=alice`. A minus
in front turns a term round. A term that cannot be read is left out, and told.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from app.domain.requests import CLUSTER, LAPTOP, SeenRequest

Test = Callable[[SeenRequest], bool]

_KEYS = ("status", "method", "to", "slow", "path", "host", "pod", "rule", "header")
_COMPARED = re.compile(r"(>=|<=|>|<)?(\d+)")
_TOOK = re.compile(r"(>=|<=|>|<)?(\d+(?:\.\d+)?)(us|ms|s)?")
_TIME_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0}
_DESTINATIONS = (LAPTOP, CLUSTER)


@dataclass(frozen=True)
class RequestFilter:
    """`unread`: the terms that could not be understood."""

    tests: tuple[Test, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.tests

    def matches(self, request: SeenRequest) -> bool:
        return all(test(request) for test in self.tests)

    def and_also(self, *tests: Test) -> RequestFilter:
        return RequestFilter((*self.tests, *tests), self.unread)


def parse_filter(text: str) -> RequestFilter:
    tests: list[Test] = []
    unread: list[str] = []
    for term in text.split():
        is_not = term.startswith("-") and len(term) > 1
        test = _test(term[1:] if is_not else term)
        if test is None:
            unread.append(term)
        else:
            tests.append(_opposite(test) if is_not else test)
    return RequestFilter(tuple(tests), tuple(unread))


def goes_to(verdict: str) -> Test:
    return lambda request: request.verdict == verdict


def is_failure(request: SeenRequest) -> bool:
    return request.is_failure


def _opposite(test: Test) -> Test:
    return lambda request: not test(request)


def _test(term: str) -> Test | None:
    """None: it cannot be read. While the value is not typed yet, everything passes."""
    key, colon, value = term.partition(":")
    key = key.casefold()
    if not colon or key not in _KEYS:
        return _contains(term.casefold())
    if not value:
        return lambda _request: True
    return _MAKERS[key](value.casefold())


def _contains(word: str) -> Test:
    def test(request: SeenRequest) -> bool:
        if word in request.path.casefold() or word in request.host.casefold() or word in request.pod:
            return True
        if word in request.method.casefold() or word == str(request.status):
            return True
        return word in request.rule.casefold() or word in request.owner.casefold()

    return test


def _status(value: str) -> Test | None:
    tests = [_one_status(part) for part in value.split(",") if part]
    known = [test for test in tests if test is not None]
    if not known or len(known) < len(tests):
        return None
    return lambda request: any(test(request.status) for test in known)


def _one_status(value: str) -> Callable[[int], bool] | None:
    if re.fullmatch(r"[1-5]xx", value):
        hundred = int(value[0])
        return lambda status: status // 100 == hundred
    if value in ("none", "-"):
        return lambda status: status == 0
    found = _COMPARED.fullmatch(value)
    if found is None or len(found[2]) > 3:
        return None
    return _comparison(found[1], float(found[2]))


def _slow(value: str) -> Test | None:
    """Without a comparison: at least. Without a unit: milliseconds."""
    found = _TOOK.fullmatch(value)
    if found is None:
        return None
    compare = _comparison(found[1] or ">=", float(found[2]) * _TIME_UNITS[found[3] or "ms"])
    return lambda request: compare(request.duration_s)


def _comparison(sign: str | None, limit: float) -> Callable[[float], bool]:
    match sign:
        case ">":
            return lambda value: value > limit
        case ">=":
            return lambda value: value >= limit
        case "<":
            return lambda value: value < limit
        case "<=":
            return lambda value: value <= limit
        case _:
            return lambda value: value == limit


def _to(value: str) -> Test | None:
    wanted = [verdict for verdict in _DESTINATIONS if verdict.startswith(value)]
    return goes_to(wanted[0]) if wanted else None


def _method(value: str) -> Test:
    wanted = frozenset(part.upper() for part in value.split(",") if part)
    return lambda request: request.method.upper() in wanted


def _rule(value: str) -> Test:
    if value in ("me", "mine", "you"):
        return lambda request: request.mine
    return lambda request: value in request.rule.casefold() or value in request.owner.casefold()


def _header(value: str) -> Test:
    name, equals, wanted = value.partition("=")

    def test(request: SeenRequest) -> bool:
        return any(
            key.casefold() == name and (not equals or wanted in told.casefold()) for key, told in request.headers
        )

    return test


_MAKERS: dict[str, Callable[[str], Test | None]] = {
    "status": _status,
    "method": _method,
    "to": _to,
    "slow": _slow,
    "path": lambda value: lambda request: value in request.path.casefold(),
    "host": lambda value: lambda request: value in request.host.casefold(),
    "pod": lambda value: lambda request: value in request.pod,
    "rule": _rule,
    "header": _header,
}
