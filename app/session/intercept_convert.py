"""Between the domain's intercepts, those of the wire, and what clients are shown."""

from __future__ import annotations

import msgspec

from app.domain import intercepts as d
from app.domain.workload import WorkloadKind, WorkloadRef
from app.session import intercept_messages as im
from helper.protocol import intercepts as wire


def workload_of(ref: WorkloadRef) -> wire.Workload:
    return wire.Workload(ref.kind.value, ref.namespace, ref.name)


def ref_of(workload: wire.Workload) -> WorkloadRef:
    return WorkloadRef(WorkloadKind(workload.kind), workload.namespace, workload.name)


def match_of(rule: d.HttpRule | None) -> wire.HttpMatch | None:
    if rule is None:
        return None
    headers = tuple(wire.HeaderMatch(one.name, wire.MatchKind(one.kind.value), one.value) for one in rule.headers)
    return wire.HttpMatch(headers, rule.path)


def rule_of(match: wire.HttpMatch | None) -> d.HttpRule | None:
    if match is None:
        return None
    headers = tuple(d.HeaderRule(one.name, d.MatchKind(one.kind.value), one.value) for one in match.headers)
    return d.HttpRule(headers, match.path)


def wire_ports(ports: tuple[d.PortMap, ...]) -> tuple[wire.PortMap, ...]:
    return tuple(wire.PortMap(port.remote, port.local) for port in ports)


def domain_ports(ports: tuple[wire.PortMap, ...]) -> tuple[d.PortMap, ...]:
    return tuple(d.PortMap(port.remote, port.local) for port in ports)


def told_ports(ports: tuple[d.PortMap, ...]) -> tuple[str, ...]:
    """For scripts: always both."""
    return tuple(f"{port.remote}:{port.local}" for port in ports)


def wish_of(wish: im.Wish) -> d.Wish:
    return d.Wish(ref_of(wish.workload), rule_of(wish.match), domain_ports(wish.ports), wish.only_ports)


def message_of_wish(wish: d.Wish) -> im.Wish:
    return im.Wish(workload_of(wish.workload), match_of(wish.rule), wire_ports(wish.ports), wish.only_ports)


def intercept_of(claim: d.Claim, ref: WorkloadRef, injection_id: str) -> wire.Intercept:
    return wire.Intercept(
        intercept_id=claim.intercept_id,
        workload=workload_of(ref),
        injection_id=injection_id,
        since=claim.since,
        match=match_of(claim.rule),
        ports=wire_ports(claim.ports),
        other_ports=claim.rule is None and not claim.only_ports,
    )


def claim_of(intercept: wire.Intercept, owner_id: str, owner: str) -> d.Claim:
    return d.Claim(
        intercept_id=intercept.intercept_id,
        owner_id=owner_id,
        owner=owner,
        since=intercept.since,
        rule=rule_of(intercept.match),
        ports=domain_ports(intercept.ports),
        only_ports=intercept.match is None and not intercept.other_ports,
    )


def info_of_claim(
    claim: d.Claim, ref: WorkloadRef, *, own_id: str, health: im.InterceptHealth = im.InterceptHealth.WAITING
) -> im.InterceptInfo:
    return im.InterceptInfo(
        intercept_id=claim.intercept_id,
        workload=str(ref),
        namespace=ref.namespace,
        mode="proxy" if claim.rule is None else "mesh",
        rule="" if claim.rule is None else str(claim.rule),
        ports=told_ports(claim.ports),
        other_ports=claim.rule is None and not claim.only_ports,
        owner=claim.owner,
        mine=claim.owner_id == own_id,
        since=claim.since,
        health=health,
    )


def info_of_state(state: wire.InterceptState, *, own_id: str) -> im.InterceptInfo:
    """What the manager says of anybody's."""
    claim = claim_of(state.intercept, state.owner_id, state.owner)
    return msgspec.structs.replace(
        info_of_claim(claim, ref_of(state.intercept.workload), own_id=own_id),
        health=im.InterceptHealth(state.health.value),
        sidecars=state.sidecars,
        applied=state.applied,
        superseded_by=state.superseded_by,
        trouble=state.trouble,
    )
