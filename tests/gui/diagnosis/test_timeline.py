"""What happened to the connection, once each, the newest first."""

from __future__ import annotations

from typing import Any

from app.controllers.diagnosis_views import Happening
from app.controllers.scope import Scope
from app.controllers.timeline import KEPT, Timeline
from app.session import messages as m
from tests.gui.diagnosis.bench import LOST, controller, status


async def test_a_loss_is_told_once_and_completed(scope: Scope) -> None:
    diagnosis = controller(scope)
    heard: list[Any] = []
    diagnosis.timeline_changed.connect(heard.append)
    diagnosis.hear(m.Snapshot(status(m.StateKind.CONNECTED, since=900.0), None, ()))
    diagnosis.hear(m.StatusChanged(status(m.StateKind.RECONNECTING, since=900.0, problem=LOST)))
    diagnosis.hear(m.ReconnectLogged(m.Reconnect(950.0, None, LOST)))
    diagnosis.hear(m.StatusChanged(status(m.StateKind.CONNECTED, since=900.0)))
    back = m.ReconnectLogged(m.Reconnect(950.0, 953.5, LOST))
    diagnosis.hear(back)
    diagnosis.hear(m.Snapshot(status(m.StateKind.CONNECTED, since=900.0), None, (back.reconnect,)))
    assert [(entry.what, entry.at, entry.seconds) for entry in heard[-1]] == [
        (Happening.RESTORED, 953.5, 3.5),
        (Happening.LOST, 950.0, None),
        (Happening.CONNECTED, 900.0, None),
    ]
    assert "nothing came" in heard[-1][1].reason.what
    assert len(heard) == 3, "what is known already is not told again"


def whats(timeline: Timeline) -> list[Happening]:
    return [entry.what for entry in timeline.entries]


def test_the_timeline_of_a_day() -> None:
    timeline = Timeline()
    kinds = m.StateKind
    states = [
        (kinds.DISCONNECTED, None),
        (kinds.CONNECTING, None),
        (kinds.CONNECTED, 10.0),
        (kinds.DEGRADED, 10.0),
        (kinds.CONNECTED, 10.0),
        (kinds.DISCONNECTING, None),
        (kinds.DISCONNECTED, None),
        (kinds.CONNECTING, None),
        (kinds.FAILED, None),
        (kinds.CONNECTING, None),
        (kinds.DISCONNECTING, None),
        (kinds.DISCONNECTED, None),
    ]
    for now, (state, since) in enumerate(states, start=10):
        problem = LOST if state in (kinds.DEGRADED, kinds.FAILED) else None
        timeline.see_status(status(state, since=since, problem=problem), float(now))
    assert whats(timeline) == [
        Happening.FAILED,
        Happening.DISCONNECTED,
        Happening.RECOVERED,
        Happening.DEGRADED,
        Happening.CONNECTED,
    ]
    assert timeline.entries[1].seconds == 6.0
    assert timeline.entries[0].place == "staging-eu ▸ shop"


def test_how_it_came_to_the_first_state_nobody_saw() -> None:
    for state in (m.StateKind.DISCONNECTED, m.StateKind.FAILED):
        timeline = Timeline()
        assert not timeline.see_snapshot(m.Snapshot(status(state, problem=LOST), None, ()), 5.0)
        assert not timeline.entries


def test_the_oldest_go_first() -> None:
    timeline = Timeline()
    for at in range(KEPT):
        timeline.see_reconnect(m.Reconnect(at * 10.0, at * 10.0 + 1, LOST))
    assert len(timeline.entries) == KEPT
    assert timeline.entries[0].at == (KEPT - 1) * 10.0 + 1
