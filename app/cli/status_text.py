"""A Status in words for a terminal."""

from __future__ import annotations

import time
from collections.abc import Iterator

from app.cli.intercept_text import duration, intercept_table
from app.domain.catalogue import explain
from app.domain.stages import describe_stage
from app.session import messages as m
from app.session.known_names import match_domains
from app.session.problems import problem_from_info

_STATES = {
    m.StateKind.DISCONNECTED: "not connected",
    m.StateKind.CONNECTING: "connecting",
    m.StateKind.CONNECTED: "connected",
    m.StateKind.DEGRADED: "degraded",
    m.StateKind.RECONNECTING: "reconnecting",
    m.StateKind.DISCONNECTING: "disconnecting",
    m.StateKind.FAILED: "failed",
}
_WIDTH = 12


def connected_line(status: m.Status, took_s: float | None) -> str:
    """`took_s` None: it was so already."""
    facts = status.facts
    begin, took = ("Connected already", "") if took_s is None else ("Connected", f", in {took_s:.2f} s")
    return (
        f"{begin} to {facts.context}, namespace {facts.namespace}{took}: "
        f"{len(facts.subnets)} subnets, names through {facts.resolver}."
    )


def connected_notes(facts: m.Facts) -> list[str]:
    """What somebody may have meant otherwise. Where namespaces may not be listed, nothing is known of the others."""
    if not facts.namespaces or facts.namespace in facts.namespaces:
        return []
    there = _shortened(tuple(sorted(facts.namespaces)))
    return [f"the cluster has no namespace {facts.namespace}: nothing has a short name. Name one with -n: {there}."]


def status_lines(status: m.Status) -> list[str]:
    lines = [f"{name + ':':<{_WIDTH}}{value}" for name, value in _rows(status) if value]
    table = intercept_table(status.intercepts)
    return [*lines, "", *table] if table else lines


def _rows(status: m.Status) -> Iterator[tuple[str, str]]:
    facts = status.facts
    yield "state", _STATES[status.state]
    if status.stage is not None:
        yield "doing", describe_stage(status.stage, status.waits_for)
    if status.problem is not None:
        told = explain(problem_from_info(status.problem))
        yield "reason", told.what
        yield "next step", told.next_step
    if status.left:
        yield "left", "; ".join(status.left)
    yield from _fact_rows(facts)
    if status.rtt_s is not None:
        yield "round trip", f"{status.rtt_s * 1000:.1f} ms"
    yield "probe", _probe(status)
    if status.since is not None:
        yield "since", f"{duration(time.time() - status.since)}, {status.reconnects} reconnects"


def _fact_rows(facts: m.Facts) -> Iterator[tuple[str, str]]:
    yield "context", facts.context
    yield "namespace", facts.namespace
    if facts.server:
        yield "server", f"{facts.server} ({facts.server_version})" if facts.server_version else facts.server
    if facts.manager_pod:
        yield "manager", f"{facts.manager_namespace}/{facts.manager_pod} {facts.manager_version}".rstrip()
    if facts.interface:
        mtu = (f"(MTU {facts.mtu})",) if facts.mtu else ()
        yield "interface", " ".join((facts.interface, *facts.addresses, *mtu))
        yield "connection", facts.connection_id
    yield "lease", facts.lease_id
    if facts.addresses and facts.manager_pod:
        yield "tunnel", f"1 lane: a port-forward through {facts.server} to {facts.manager_pod}"
    yield "subnets", ", ".join(facts.subnets)
    yield "excluded", ", ".join(facts.excluded)
    if facts.subnets:
        yield "names", f"{facts.cluster_domain} through {facts.resolver}"
        yield "domains", _shortened(match_domains(facts))
        yield "dns", ", ".join(facts.dns_servers)
        yield "upstreams", ", ".join(facts.upstreams)


def _shortened(names: tuple[str, ...], at_most: int = 12) -> str:
    more = f" and {len(names) - at_most} more" if len(names) > at_most else ""
    return ", ".join(names[:at_most]) + more


def _probe(status: m.Status) -> str:
    """The last check through the tunnel: how long each part took, and when it was."""
    probe = status.probe
    if probe is None:
        return ""
    parts = [
        f"{what} {seconds * 1000:.0f} ms"
        for what, seconds in (("DNS", probe.dns_s), ("TCP", probe.tcp_s))
        if seconds is not None
    ]
    if not probe.ok:
        parts.append(f"failed: {probe.detail or 'no answer'}")
    ago = f", {duration(time.time() - status.probed_at)} ago" if status.probed_at is not None else ""
    return ", ".join(parts) + ago
