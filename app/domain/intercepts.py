"""Whose requests go where: what an intercept is to a person, and when two of them want the same traffic. Pure."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.regexes import may_match
from app.domain.workload import WorkloadRef


class MatchKind(enum.StrEnum):
    EXACT = "exact"
    PREFIX = "prefix"
    REGEX = "regex"
    PRESENT = "present"


@dataclass(frozen=True)
class HeaderRule:
    """`name` in lower case. A regex (RE2) must match the whole value."""

    name: str
    kind: MatchKind = MatchKind.EXACT
    value: str = ""

    def __str__(self) -> str:
        match self.kind:
            case MatchKind.EXACT:
                return f"{self.name}={self.value}"
            case MatchKind.PREFIX:
                return f"{self.name}={self.value}*"
            case MatchKind.REGEX:
                return f"{self.name}~{self.value}"
            case MatchKind.PRESENT:
                return self.name


@dataclass(frozen=True)
class HttpRule:
    """All of it must hold. `path` is a prefix by whole segments; empty: any."""

    headers: tuple[HeaderRule, ...] = ()
    path: str = ""

    def __str__(self) -> str:
        parts = [str(header) for header in self.headers]
        if self.path:
            parts.append(f"path {self.path}")
        return " and ".join(parts) or "every request"


@dataclass(frozen=True)
class PortMap:
    remote: int
    local: int

    def __str__(self) -> str:
        return str(self.remote) if self.remote == self.local else f"{self.remote}:{self.local}"


@dataclass(frozen=True)
class Wish:
    """What one person wants of a workload. `rule` None: all of its traffic (proxy), else requests (mesh).

    `ports` empty: for a mesh the workload's own ports; for a proxy all. `only_ports`: a proxy of the ports named alone.
    """

    workload: WorkloadRef
    rule: HttpRule | None = None
    ports: tuple[PortMap, ...] = ()
    only_ports: bool = False

    @property
    def mode(self) -> str:
        return "proxy" if self.rule is None else "mesh"


@dataclass(frozen=True)
class Claim:
    """A wish that is written down at its workload, for everybody to see. `since`: seconds since the epoch."""

    intercept_id: str
    owner_id: str
    owner: str
    since: float
    rule: HttpRule | None = None
    ports: tuple[PortMap, ...] = ()
    only_ports: bool = False


def conflicts(wanted: Claim, claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """Returns other owners' claims to traffic that `wanted` would take, or that would take some of it unpredictably.

    A rule beside a proxy is none: rules are tried first.
    """
    return tuple(
        claim
        for claim in claims
        if claim.owner_id != wanted.owner_id and _share_ports(claim, wanted) and _overlap(claim.rule, wanted.rule)
    )


def _share_ports(one: Claim, other: Claim) -> bool:
    if (one.rule is None and not one.only_ports) or (other.rule is None and not other.only_ports):
        return True
    ports = {port.remote for port in one.ports}
    return bool(ports & {port.remote for port in other.ports})


def _overlap(one: HttpRule | None, other: HttpRule | None) -> bool:
    """Could one request have both, so that who came first decides? Rules on different values of one header are apart.

    Rules on different headers are not known to be apart, but a request that has both headers was made for both of
    them: that is not refused. A rule without headers takes what everybody's rules on its path would.
    """
    if one is None or other is None:
        return one is None and other is None
    if _paths_apart(one.path, other.path):
        return False
    pairs = [(mine, yours) for mine in one.headers for yours in other.headers if mine.name == yours.name]
    if not pairs:
        return not one.headers or not other.headers
    return all(_may_meet(mine, yours) for mine, yours in pairs)


def _paths_apart(one: str, other: str) -> bool:
    a, b = one.rstrip("/"), other.rstrip("/")
    return not (a == b or not a or not b or a.startswith(b + "/") or b.startswith(a + "/"))


def _may_meet(one: HeaderRule, other: HeaderRule) -> bool:
    """Could one value of this header fulfil both? Where it cannot be told (regular expressions), it could."""
    kinds = {one.kind, other.kind}
    if MatchKind.PRESENT in kinds or kinds == {MatchKind.REGEX}:
        return True
    if MatchKind.REGEX in kinds:
        return _regex_meets(one, other) if one.kind is MatchKind.REGEX else _regex_meets(other, one)
    if kinds == {MatchKind.EXACT}:
        return one.value == other.value
    if kinds == {MatchKind.PREFIX}:
        return one.value.startswith(other.value) or other.value.startswith(one.value)
    prefix, exact = (one, other) if one.kind is MatchKind.PREFIX else (other, one)
    return exact.value.startswith(prefix.value)


def _regex_meets(regex: HeaderRule, other: HeaderRule) -> bool:
    return other.kind is not MatchKind.EXACT or may_match(regex.value, other.value)
