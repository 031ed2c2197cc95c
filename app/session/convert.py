"""Between the domain's values and what clients and session tell each other."""

from __future__ import annotations

from functools import singledispatch

from app.domain import connection as c
from app.domain.errors import ErrorCode, KubeferryError
from app.domain.setting_checks import check_namespace
from app.domain.subnets import Wishes, parse_subnet
from app.session import messages as m
from app.session.problems import info_from_problem


def target_from_request(request: m.Connect) -> c.Target:
    """Raises KubeferryError (INVALID_OPTION) for a subnet or a name of a namespace that is none."""
    return c.Target(
        context=request.context,
        namespace=_namespace("--namespace", request.namespace),
        kubeconfig=request.kubeconfig,
        manager_namespace=_namespace("--manager-namespace", request.manager_namespace),
        image=request.image,
        sidecar_image=request.sidecar_image,
        pull_secret=request.pull_secret,
        on_drop=request.on_drop,
        wishes=Wishes(
            include=tuple(parse_subnet(text) for text in request.include),
            exclude=tuple(parse_subnet(text) for text in request.exclude),
            on_overlap=request.on_overlap,
        ),
    )


def _namespace(option: str, name: str | None) -> str | None:
    if check_namespace(name or "") is not None:
        problem = "a namespace's name consists of small letters, digits and hyphens"
        raise KubeferryError(ErrorCode.INVALID_OPTION, option=f"{option} {name}", problem=problem)
    return name


def request_from_target(target: c.Target) -> m.Connect:
    return m.Connect(
        context=target.context,
        namespace=target.namespace,
        kubeconfig=target.kubeconfig,
        manager_namespace=target.manager_namespace,
        image=target.image,
        sidecar_image=target.sidecar_image,
        pull_secret=target.pull_secret,
        on_drop=target.on_drop,
        include=tuple(str(subnet) for subnet in target.wishes.include),
        exclude=tuple(str(subnet) for subnet in target.wishes.exclude),
        on_overlap=target.wishes.on_overlap,
    )


@singledispatch
def status_of(state: c.State) -> m.Status:
    """Returns the part of a Status that the state alone decides."""
    raise NotImplementedError(type(state))


@status_of.register
def _(state: c.Disconnected) -> m.Status:
    return m.Status(m.StateKind.DISCONNECTED, left=state.left)


@status_of.register
def _(state: c.Connecting) -> m.Status:
    return m.Status(m.StateKind.CONNECTING, state.attempt, stage=state.stage, waits_for=state.waits_for)


@status_of.register
def _(state: c.Connected) -> m.Status:
    return m.Status(m.StateKind.CONNECTED, state.attempt, since=state.since)


@status_of.register
def _(state: c.Degraded) -> m.Status:
    return m.Status(m.StateKind.DEGRADED, state.attempt, since=state.since, problem=info_from_problem(state.reason))


@status_of.register
def _(state: c.Reconnecting) -> m.Status:
    return m.Status(m.StateKind.RECONNECTING, state.attempt, since=state.since, problem=info_from_problem(state.reason))


@status_of.register
def _(state: c.Disconnecting) -> m.Status:
    problem = None if state.error is None else info_from_problem(state.error)
    return m.Status(m.StateKind.DISCONNECTING, state.attempt, problem=problem)


@status_of.register
def _(state: c.Failed) -> m.Status:
    return m.Status(m.StateKind.FAILED, state.attempt, problem=info_from_problem(state.error), left=state.left)
