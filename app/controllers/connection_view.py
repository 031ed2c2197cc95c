"""From the session's status to what is shown of it."""

from __future__ import annotations

from app.controllers.intercept_views import Health, InterceptRow, key_of
from app.controllers.views import ConnectionView, Phase, TrafficSample
from app.controllers.words import stage_line, translated
from app.domain.catalogue import Explanation
from app.domain.errors import ErrorCode, Problem
from app.domain.workload import parse_workload
from app.session.intercept_messages import InterceptInfo
from app.session.messages import ProblemInfo, StateKind, Status
from helper.protocol.worker_messages import Statistics

_LOGIN_CODES = (ErrorCode.LOGIN_EXPIRED, ErrorCode.LOGIN_COMMAND_FAILED, ErrorCode.LOGIN_COMMAND_MISSING)


def connection_view(status: Status) -> ConnectionView:
    problem = explanation(status.problem) if status.problem else None
    return ConnectionView(
        phase=_phase(status),
        context=status.facts.context or None,
        namespace=status.facts.namespace or None,
        step=_step(status),
        left=status.left,
        subnets=status.facts.subnets,
        rtt_s=status.rtt_s,
        problem=problem,
        intercepts=tuple(intercept_row(one) for one in status.intercepts),
    )


def intercept_row(info: InterceptInfo) -> InterceptRow:
    ref = parse_workload(info.workload, info.namespace)
    return InterceptRow(
        intercept_id=info.intercept_id,
        key=key_of(ref),
        mode=info.mode,
        rule=info.rule,
        ports=info.ports,
        other_ports=info.other_ports,
        owner=info.owner,
        mine=info.mine,
        since=info.since,
        health=Health(info.health.value),
        sidecars=info.sidecars,
        applied=info.applied,
        superseded_by=info.superseded_by,
        trouble=info.trouble,
    )


def explanation(info: ProblemInfo) -> Explanation:
    return translated(Problem(info.code, info.params, info.detail))


def traffic_sample(before: Statistics, now: Statistics) -> TrafficSample | None:
    """None where the two cannot be compared: another worker, or no time between them."""
    seconds = now.time - before.time
    if seconds <= 0 or now.bytes_up < before.bytes_up or now.bytes_down < before.bytes_down:
        return None
    up, down = now.bytes_up - before.bytes_up, now.bytes_down - before.bytes_down
    return TrafficSample(now.time, up / seconds, down / seconds)


def _phase(status: Status) -> Phase:
    if status.state is StateKind.FAILED and status.problem and status.problem.code in _LOGIN_CODES:
        return Phase.NEEDS_LOGIN
    return Phase(status.state.value)


def _step(status: Status) -> str:
    if status.state is StateKind.CONNECTING and status.stage:
        return stage_line(status.stage, status.waits_for)
    return ""
