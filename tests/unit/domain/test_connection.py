"""Every state meets every event: the table below is complete, or the first test fails."""

from __future__ import annotations

import itertools
import typing

import pytest

from app.domain import connection as c
from app.domain.errors import ErrorCode, Problem
from app.domain.stages import Stage

TARGET = c.Target(context="one")
OTHER = c.Target(context="two")
LOST = Problem(ErrorCode.TUNNEL_CLOSED, {"problem": "cut"})
WORSE = Problem(ErrorCode.TUNNEL_UNREACHABLE, {"problem": "no route"})
BAD = Problem(ErrorCode.PROBE_FAILED, {"problem": "no answer"})
ERROR = Problem(ErrorCode.API_FORBIDDEN, {"verb": "get"})

CONNECTING = c.Connecting(1, TARGET, Stage.PROBING, "dns")
CONNECTED = c.Connected(1, TARGET, 10.0)
DEGRADED = c.Degraded(1, TARGET, 10.0, BAD)
RECONNECTING = c.Reconnecting(1, TARGET, 10.0, LOST, 20.0)
STATES: dict[str, c.State] = {
    "disconnected": c.Disconnected(),
    "connecting": CONNECTING,
    "connected": CONNECTED,
    "degraded": DEGRADED,
    "reconnecting": RECONNECTING,
    "disconnecting": c.Disconnecting(1),
    "disconnecting_then": c.Disconnecting(1, after=c.Next(2, OTHER)),
    "disconnecting_failed": c.Disconnecting(1, error=ERROR),
    "failed": c.Failed(1, ERROR),
}
EVENTS: dict[str, c.Event] = {
    "connect_same": c.ConnectRequested(3, TARGET),
    "connect_other": c.ConnectRequested(3, OTHER),
    "disconnect": c.DisconnectRequested(),
    "cancel": c.CancelRequested(1),
    "cancel_next": c.CancelRequested(2),
    "progress": c.Progressed(1, Stage.OPENING_TUNNEL, "pod"),
    "fail": c.AttemptFailed(1, ERROR),
    "lost": c.TunnelLost(1, WORSE, 30.0),
    "passed": c.ProbePassed(1, 40.0),
    "bad": c.ProbeFailed(1, BAD),
    "closed": c.AttemptClosed(1, ("a route",)),
}
START_SAME: c.Outcome = (c.Connecting(3, TARGET), (c.StartAttempt(3, TARGET),))
START_OTHER: c.Outcome = (c.Connecting(3, OTHER), (c.StartAttempt(3, OTHER),))
CLOSE: tuple[c.Effect, ...] = (c.CloseAttempt(1),)
SWITCH: c.Outcome = (c.Disconnecting(1, after=c.Next(3, OTHER)), CLOSE)
UNDO: c.Outcome = (c.Disconnecting(1), CLOSE)
GIVE_UP: c.Outcome = (c.Disconnecting(1, error=ERROR), CLOSE)
LOSE: c.Outcome = (c.Reconnecting(1, TARGET, 10.0, WORSE, 30.0), ())

TABLE: dict[tuple[str, str], c.Outcome] = {
    ("disconnected", "connect_same"): START_SAME,
    ("disconnected", "connect_other"): START_OTHER,
    ("failed", "connect_same"): START_SAME,
    ("failed", "connect_other"): START_OTHER,
    ("failed", "disconnect"): (c.Disconnected(), ()),
    ("connecting", "connect_other"): SWITCH,
    ("connecting", "disconnect"): UNDO,
    ("connecting", "cancel"): UNDO,
    ("connecting", "progress"): (c.Connecting(1, TARGET, Stage.OPENING_TUNNEL, "pod"), ()),
    ("connecting", "fail"): GIVE_UP,
    ("connecting", "lost"): (c.Connecting(1, TARGET, Stage.PROBING, "The API server cannot be reached"), ()),
    ("connecting", "passed"): (c.Connected(1, TARGET, 40.0), ()),
    ("connected", "connect_other"): SWITCH,
    ("connected", "disconnect"): UNDO,
    ("connected", "fail"): GIVE_UP,
    ("connected", "lost"): LOSE,
    ("connected", "bad"): (DEGRADED, ()),
    ("degraded", "connect_other"): SWITCH,
    ("degraded", "disconnect"): UNDO,
    ("degraded", "fail"): GIVE_UP,
    ("degraded", "lost"): LOSE,
    ("degraded", "passed"): (CONNECTED, ()),
    ("reconnecting", "connect_other"): SWITCH,
    ("reconnecting", "disconnect"): UNDO,
    ("reconnecting", "fail"): GIVE_UP,
    ("reconnecting", "lost"): (c.Reconnecting(1, TARGET, 10.0, WORSE, 20.0), ()),
    ("reconnecting", "passed"): (CONNECTED, ()),
    ("reconnecting", "bad"): (DEGRADED, ()),
    ("disconnecting", "connect_same"): (c.Disconnecting(1, after=c.Next(3, TARGET)), ()),
    ("disconnecting", "connect_other"): (c.Disconnecting(1, after=c.Next(3, OTHER)), ()),
    ("disconnecting", "closed"): (c.Disconnected(("a route",)), ()),
    ("disconnecting_then", "connect_same"): (c.Disconnecting(1, after=c.Next(3, TARGET)), ()),
    ("disconnecting_then", "connect_other"): (c.Disconnecting(1, after=c.Next(3, OTHER)), ()),
    ("disconnecting_then", "disconnect"): (c.Disconnecting(1), ()),
    ("disconnecting_then", "cancel_next"): (c.Disconnecting(1), ()),
    ("disconnecting_then", "closed"): (c.Connecting(2, OTHER), (c.StartAttempt(2, OTHER),)),
    ("disconnecting_failed", "connect_same"): (c.Disconnecting(1, after=c.Next(3, TARGET), error=ERROR), ()),
    ("disconnecting_failed", "connect_other"): (c.Disconnecting(1, after=c.Next(3, OTHER), error=ERROR), ()),
    ("disconnecting_failed", "disconnect"): (c.Disconnecting(1), ()),
    ("disconnecting_failed", "closed"): (c.Failed(1, ERROR, ("a route",)), ()),
}
"""What changes something. Every other pair leaves the state as it is and asks for nothing."""


def test_table_covers_every_kind() -> None:
    assert {type(state) for state in STATES.values()} == set(typing.get_args(c.State))
    assert {type(event) for event in EVENTS.values()} == set(typing.get_args(c.Event))
    assert TABLE.keys() <= set(itertools.product(STATES, EVENTS))


@pytest.mark.parametrize(("state", "event"), list(itertools.product(STATES, EVENTS)))
def test_step(state: str, event: str) -> None:
    expected = TABLE.get((state, event), (STATES[state], ()))
    assert c.step(STATES[state], EVENTS[event]) == expected


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(
    "event",
    [
        c.CancelRequested(9),
        c.Progressed(9, Stage.PROBING),
        c.AttemptFailed(9, ERROR),
        c.TunnelLost(9, LOST, 1.0),
        c.ProbePassed(9, 1.0),
        c.ProbeFailed(9, BAD),
        c.AttemptClosed(9),
    ],
    ids=lambda event: type(event).__name__,
)
def test_events_of_other_attempts_change_nothing(state: str, event: c.Event) -> None:
    assert c.step(STATES[state], event) == (STATES[state], ())


def test_resume_reaches_the_effect() -> None:
    _, effects = c.step(c.Disconnected(), c.ConnectRequested(1, TARGET, resume="0123456789ab"))
    assert effects == (c.StartAttempt(1, TARGET, "0123456789ab"),)
