"""The connection's states, and the one pure function that moves between them.

A runner owns the queue, performs the effects and posts what becomes of them as events. Every attempt to connect has
a number; an event of an attempt that is not the current one changes nothing, so late results are harmless.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from app.domain.catalogue import explain
from app.domain.drops import OnDrop
from app.domain.errors import Problem
from app.domain.stages import Stage
from app.domain.subnets import Wishes


@dataclass(frozen=True)
class Target:
    """What the user wants to be connected to. None: as the kubeconfig or the cluster says.

    `pull_secret`: the Secret that manager and sidecar images are pulled with, in the namespace of each pod.
    """

    context: str | None = None
    namespace: str | None = None
    kubeconfig: str | None = None
    manager_namespace: str | None = None
    image: str | None = None
    wishes: Wishes = field(default_factory=Wishes)
    sidecar_image: str | None = None
    pull_secret: str | None = None
    on_drop: OnDrop = OnDrop.HOLD


@dataclass(frozen=True)
class Disconnected:
    """`left` names what could not be undone; empty when everything is as it was."""

    left: tuple[str, ...] = ()


@dataclass(frozen=True)
class Connecting:
    attempt: int
    target: Target
    stage: Stage = Stage.STARTING
    waits_for: str = ""


@dataclass(frozen=True)
class Connected:
    """The data path was probed, and the last probe passed."""

    attempt: int
    target: Target
    since: float


@dataclass(frozen=True)
class Degraded:
    """The tunnel is up, but a probe through it fails. `since` is when the connection came up first."""

    attempt: int
    target: Target
    since: float
    reason: Problem


@dataclass(frozen=True)
class Reconnecting:
    """There is no tunnel at the moment; addresses and routes are held. `lost_at` is when it was lost."""

    attempt: int
    target: Target
    since: float
    reason: Problem
    lost_at: float


@dataclass(frozen=True)
class Next:
    """The attempt that follows when the one before is undone."""

    attempt: int
    target: Target


@dataclass(frozen=True)
class Disconnecting:
    """Being undone. Then comes `after`, if anything; else Failed when there is an `error`; else Disconnected."""

    attempt: int
    after: Next | None = None
    error: Problem | None = None


@dataclass(frozen=True)
class Failed:
    """`left` names what could not be undone; empty when the machine is as it was."""

    attempt: int
    error: Problem
    left: tuple[str, ...] = ()


State = Disconnected | Connecting | Connected | Degraded | Reconnecting | Disconnecting | Failed
Live = Connecting | Connected | Degraded | Reconnecting
Up = Connected | Degraded | Reconnecting


@dataclass(frozen=True)
class ConnectRequested:
    """`attempt` is a number that was never used before. `resume`: the helper's connection to take over."""

    attempt: int
    target: Target
    resume: str | None = None


@dataclass(frozen=True)
class DisconnectRequested:
    pass


@dataclass(frozen=True)
class CancelRequested:
    """Who asked for this attempt does not want it any more. An attempt that has come up is not cancelled."""

    attempt: int


@dataclass(frozen=True)
class Progressed:
    attempt: int
    stage: Stage
    waits_for: str = ""


@dataclass(frozen=True)
class AttemptFailed:
    attempt: int
    error: Problem


@dataclass(frozen=True)
class TunnelLost:
    attempt: int
    reason: Problem
    at: float


@dataclass(frozen=True)
class ProbePassed:
    attempt: int
    at: float


@dataclass(frozen=True)
class ProbeFailed:
    """Of a probe that ran while the tunnel was up."""

    attempt: int
    reason: Problem


@dataclass(frozen=True)
class AttemptClosed:
    """The attempt's task has ended and what it had set up is undone, except what `left` names."""

    attempt: int
    left: tuple[str, ...] = ()


Event = (
    ConnectRequested
    | DisconnectRequested
    | CancelRequested
    | Progressed
    | AttemptFailed
    | TunnelLost
    | ProbePassed
    | ProbeFailed
    | AttemptClosed
)


@dataclass(frozen=True)
class StartAttempt:
    attempt: int
    target: Target
    resume: str | None = None


@dataclass(frozen=True)
class CloseAttempt:
    """Answered by AttemptClosed, always."""

    attempt: int


Effect = StartAttempt | CloseAttempt
Outcome = tuple[State, tuple[Effect, ...]]


def step(state: State, event: Event) -> Outcome:
    """Returns the next state and what must be done to get on. An event that means nothing here changes nothing."""
    match state:
        case Disconnected() | Failed():
            return _idle(state, event)
        case Disconnecting():
            return _disconnecting(state, event)
        case _:
            return _live(state, event)


def _idle(state: Disconnected | Failed, event: Event) -> Outcome:
    match event:
        case ConnectRequested(attempt, target, resume):
            return Connecting(attempt, target), (StartAttempt(attempt, target, resume),)
        case DisconnectRequested():
            return Disconnected(), ()
        case _:
            return state, ()


def _disconnecting(state: Disconnecting, event: Event) -> Outcome:
    match event:
        case ConnectRequested(attempt, target):
            return replace(state, after=Next(attempt, target)), ()
        case DisconnectRequested():
            return replace(state, after=None, error=None), ()
        case CancelRequested(attempt) if state.after is not None and state.after.attempt == attempt:
            return replace(state, after=None), ()
        case AttemptClosed(attempt, left) if attempt == state.attempt:
            return _closed(state, left)
        case _:
            return state, ()


def _closed(state: Disconnecting, left: tuple[str, ...]) -> Outcome:
    if state.after is not None:
        return Connecting(state.after.attempt, state.after.target), (
            StartAttempt(state.after.attempt, state.after.target),
        )
    if state.error is not None:
        return Failed(state.attempt, state.error, left), ()
    return Disconnected(left), ()


def _live(state: Live, event: Event) -> Outcome:
    match event:
        case ConnectRequested(_, target) if target == state.target:
            return state, ()
        case ConnectRequested(attempt, target):
            return Disconnecting(state.attempt, after=Next(attempt, target)), (CloseAttempt(state.attempt),)
        case DisconnectRequested():
            return Disconnecting(state.attempt), (CloseAttempt(state.attempt),)
        case AttemptFailed(attempt, error) if attempt == state.attempt:
            return Disconnecting(attempt, error=error), (CloseAttempt(attempt),)
        case AttemptClosed():
            return state, ()
        case _ if event.attempt != state.attempt:
            return state, ()
    if isinstance(state, Connecting):
        return _connecting(state, event)
    return _up(state, event), ()


def _connecting(state: Connecting, event: Event) -> Outcome:
    match event:
        case CancelRequested():
            return Disconnecting(state.attempt), (CloseAttempt(state.attempt),)
        case Progressed(_, stage, waits_for):
            return replace(state, stage=stage, waits_for=waits_for), ()
        case ProbePassed(_, at):
            return Connected(state.attempt, state.target, at), ()
        case TunnelLost(_, reason):
            return replace(state, waits_for=explain(reason).title), ()
        case _:
            return state, ()


def _up(state: Up, event: Event) -> Up:
    match state, event:
        case Reconnecting(), TunnelLost(_, reason):
            return replace(state, reason=reason)
        case _, TunnelLost(_, reason, at):
            return Reconnecting(state.attempt, state.target, state.since, reason, at)
        case _, ProbeFailed(_, reason):
            return Degraded(state.attempt, state.target, state.since, reason)
        case ((Degraded() | Reconnecting()), ProbePassed()):
            return Connected(state.attempt, state.target, state.since)
        case _:
            return state
