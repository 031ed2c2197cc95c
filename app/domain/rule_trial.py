"""Which rule of whom takes a request, and why not the others. Says what manager and sidecar do: see their `_rank`.

Rules are tried before what takes everything; of each kind the older one first. Of equal ones the newest counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from app.domain.intercepts import Claim, HeaderRule, HttpRule, MatchKind, conflicts
from app.domain.regex_match import Budget, full_match
from app.domain.sample_request import SampleRequest

_PATH_SAFE = "/%:@!$&'()*+,;=-._~[]|^{}\"\\<>` "
"""As in the sidecar's routes: what a path keeps of what the user wrote."""

_JOINED = frozenset(
    (
        "accept",
        "accept-encoding",
        "access-control-request-headers",
        "access-control-request-method",
        "authorization",
        "cache-control",
        "content-encoding",
        "content-type",
        "expect",
        "grpc-accept-encoding",
        "grpc-timeout",
        "if-match",
        "if-modified-since",
        "if-none-match",
        "if-range",
        "origin",
        "pragma",
        "referer",
        "user-agent",
        "via",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-port",
        "x-forwarded-proto",
        "x-request-id",
    )
)
"""Headers that Envoy keeps as one: if they come several times, it sees their values with a comma between."""


@dataclass(frozen=True)
class Condition:
    """One of a rule's. `header` None: its path. `holds` None: it cannot be told. `found`: the request's values."""

    header: HeaderRule | None
    path: str
    holds: bool | None
    found: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """About one claim. `matches` None: it cannot be told. `superseded`: somebody has the same, and is newer."""

    claim: Claim
    conditions: tuple[Condition, ...]
    matches: bool | None
    superseded: bool = False


@dataclass(frozen=True)
class Trial:
    """`verdicts` in the order in which the sidecar tries them. `winner` None: the workload answers.

    `unsure`: a rule that is tried before cannot be told. `rivals`: owners whose claims end when the wanted one starts;
    it would be refused without a take-over.
    """

    verdicts: tuple[Verdict, ...]
    winner: Verdict | None
    unsure: bool = False
    rivals: tuple[Claim, ...] = ()


def decide(request: SampleRequest, claims: Iterable[Claim], port: int | None = None) -> Trial:
    """Of what is written down now. `port`: of the pod; None: whichever."""
    ranked = sorted(claims, key=_rank)
    gone, budget = _superseded(ranked), Budget()
    verdicts = tuple(_judge(request, one, one.intercept_id in gone, budget) for one in ranked if _covers(one, port))
    unsure = False
    for verdict in verdicts:
        if verdict.superseded or verdict.matches is False:
            continue
        if verdict.matches is None:
            unsure = True
            continue
        return Trial(verdicts, verdict, unsure)
    return Trial(verdicts, None, unsure)


def decide_with(request: SampleRequest, wanted: Claim, claims: Iterable[Claim], port: int | None = None) -> Trial:
    """As if `wanted` had been started: what would be taken over for it is not there any more."""
    others = tuple(claim for claim in claims if claim.intercept_id != wanted.intercept_id)
    rivals = conflicts(wanted, others)
    trial = decide(request, (wanted, *(claim for claim in others if claim not in rivals)), port)
    return Trial(trial.verdicts, trial.winner, trial.unsure, rivals)


def conditions(request: SampleRequest, rule: HttpRule, budget: Budget | None = None) -> tuple[Condition, ...]:
    left = budget or Budget()
    found = [
        Condition(header, "", _has(header, values, left), values)
        for header in rule.headers
        for values in [_seen_values(request, header.name)]
    ]
    if rule.path:
        found.append(Condition(None, rule.path, _is_below(request.plain_path, rule.path), (request.plain_path,)))
    return tuple(found)


def _judge(request: SampleRequest, claim: Claim, superseded: bool, budget: Budget) -> Verdict:
    if claim.rule is None:
        return Verdict(claim, (), True, superseded)
    found = conditions(request, claim.rule, budget)
    results = {condition.holds for condition in found}
    return Verdict(claim, found, False if False in results else None if None in results else True, superseded)


def _seen_values(request: SampleRequest, name: str) -> tuple[str, ...]:
    values = request.values(name)
    return (",".join(values),) if name in _JOINED and values else values


def _has(header: HeaderRule, values: tuple[str, ...], budget: Budget) -> bool | None:
    """Of a header that comes several times, one of its values has to match."""
    results = {_fits(header, value, budget) for value in values}
    return True if True in results else None if None in results else False


def _fits(header: HeaderRule, value: str, budget: Budget) -> bool | None:
    match header.kind:
        case MatchKind.PRESENT:
            return True
        case MatchKind.EXACT:
            return value == header.value
        case MatchKind.PREFIX:
            return value.startswith(header.value)
        case MatchKind.REGEX:
            return full_match(header.value, value, budget)


def _is_below(path: str, prefix: str) -> bool:
    """By whole segments."""
    wanted = quote(prefix.rstrip("/"), safe=_PATH_SAFE)
    return not wanted or path == wanted or path.startswith(wanted + "/")


def _covers(claim: Claim, port: int | None) -> bool:
    if port is None or (claim.rule is None and not claim.only_ports) or (claim.rule is not None and not claim.ports):
        return True
    return any(one.remote == port for one in claim.ports)


def _rank(claim: Claim) -> tuple[bool, float, str]:
    return claim.rule is None, claim.since, claim.intercept_id


def _superseded(ranked: list[Claim]) -> frozenset[str]:
    return frozenset(
        claim.intercept_id
        for at, claim in enumerate(ranked)
        if any(later.rule == claim.rule and _share_ports(claim, later) for later in ranked[at + 1 :])
    )


def _share_ports(one: Claim, other: Claim) -> bool:
    if any(claim.rule is None and not claim.only_ports for claim in (one, other)):
        return True
    if not one.ports or not other.ports:
        return True
    return bool({port.remote for port in one.ports} & {port.remote for port in other.ports})
