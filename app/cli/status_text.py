"""A Status in words for a terminal."""

from __future__ import annotations

import time
from collections.abc import Iterator

from app.cli.intercept_text import duration, intercept_table
from app.domain.catalogue import explain
from app.domain.stages import describe_stage
from app.session import messages as m
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


def connected_line(status: m.Status, took_s: float) -> str:
    facts = status.facts
    return (
        f"Connected to {facts.context}, namespace {facts.namespace}, in {took_s:.2f} s: "
        f"{len(facts.subnets)} subnets, names through {facts.resolver}."
    )


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
    yield "context", facts.context
    yield "namespace", facts.namespace
    if facts.server:
        yield "server", f"{facts.server} ({facts.server_version})" if facts.server_version else facts.server
    if facts.manager_pod:
        yield "manager", f"{facts.manager_namespace}/{facts.manager_pod} {facts.manager_version}".rstrip()
    if facts.interface:
        yield "interface", " ".join((facts.interface, *facts.addresses))
    yield "subnets", ", ".join(facts.subnets)
    yield "excluded", ", ".join(facts.excluded)
    if facts.subnets:
        yield "names", f"{facts.cluster_domain} through {facts.resolver}"
    if status.rtt_s is not None:
        yield "round trip", f"{status.rtt_s * 1000:.1f} ms"
    if status.since is not None:
        yield "since", f"{duration(time.time() - status.since)}, {status.reconnects} reconnects"
