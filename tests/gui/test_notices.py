from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.controllers.desktop_notices import DesktopNotices
from app.controllers.intercept_views import Doing, Health, InterceptRow, OperationView, OutcomeView
from app.controllers.notice_gate import PAUSE_S, SETTLE_S, NoticeGate, grouped
from app.controllers.notices import Action, Notice, NoticeMaker, action_word
from app.controllers.scope import Scope
from app.controllers.views import ConnectionView, Phase
from app.settings.preferences import NoticeKind, Preferences
from app.ui.shell.notifier import Notifier
from app.ui.shell.tray import Tray
from app.ui.theme import Theme
from tests.gui import sample_data
from tests.gui.test_tray import MESH, MESHED, PROXY

CONNECTED = sample_data.CONNECTED
RECONNECTING = replace(CONNECTED, phase=Phase.RECONNECTING, problem=sample_data.FAILED.problem)
OFF = ConnectionView(Phase.DISCONNECTED)
RIVAL = replace(MESH, intercept_id="9", owner="bob", mine=False, rule="x-user=bob")


def _told(*views: ConnectionView, seconds: float = 12.0) -> list[Notice]:
    """What is told of the last one of these, each so long after the one before."""
    maker = NoticeMaker()
    notices: tuple[Notice, ...] = ()
    for number, view in enumerate(views):
        notices = maker.take_connection(view, number * seconds)
    return list(notices)


def _changed(row: InterceptRow, **fields: object) -> ConnectionView:
    return replace(MESHED, intercepts=(replace(row, **fields),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("views", "title", "kind", "action"),
    [
        ((CONNECTED, RECONNECTING), "Connection lost", NoticeKind.CONNECTION, Action.DETAILS),
        (
            (CONNECTED, RECONNECTING, CONNECTED),
            "Connected again after 12 s",
            NoticeKind.CONNECTION,
            Action.DETAILS,
        ),
        (
            (CONNECTED, sample_data.FAILED),
            "The connection to staging-eu has ended",
            NoticeKind.CONNECTION,
            Action.CONNECT,
        ),
        (
            (sample_data.CONNECTING, sample_data.FAILED),
            "Cannot connect to staging-eu",
            NoticeKind.CONNECTION,
            Action.DETAILS,
        ),
        (
            (CONNECTED, replace(sample_data.FAILED, phase=Phase.NEEDS_LOGIN)),
            "Log in again to reach staging-eu",
            NoticeKind.CONNECTION,
            Action.LOGIN,
        ),
        ((sample_data.CONNECTING, CONNECTED), "Connected to staging-eu", NoticeKind.CONNECTION, Action.DETAILS),
        (
            (CONNECTED, sample_data.DEGRADED),
            "The cluster does not answer through the tunnel",
            NoticeKind.PROBLEMS,
            Action.DETAILS,
        ),
        (
            (MESHED, _changed(MESH, health=Health.SUPERSEDED, superseded_by="bob")),
            "bob took over reviews",
            NoticeKind.TEAM,
            Action.OPEN,
        ),
        ((MESHED, CONNECTED), "Your mesh on reviews has ended", NoticeKind.INTERCEPTS, Action.START_AGAIN),
        (
            (MESHED, _changed(MESH, health=Health.REMOVED)),
            "Your mesh on reviews has ended",
            NoticeKind.INTERCEPTS,
            Action.START_AGAIN,
        ),
        (
            (MESHED, _changed(MESH, health=Health.ABSENT)),
            "reviews sends nothing to this machine",
            NoticeKind.INTERCEPTS,
            Action.OPEN,
        ),
        (
            (_changed(PROXY, health=Health.WAITING), _changed(PROXY)),
            "a&b is on this machine now",
            NoticeKind.INTERCEPTS,
            Action.OPEN,
        ),
    ],
)
def test_what_is_worth_telling(views: tuple[ConnectionView, ...], title: str, kind: NoticeKind, action: Action) -> None:
    (notice,) = _told(OFF, *views)
    assert (notice.title, notice.kind, notice.action) == (title, kind, action)
    assert notice.text
    assert action_word(notice.action)


@pytest.mark.parametrize(
    "views",
    [
        (CONNECTED,),
        (ConnectionView(), CONNECTED),
        (OFF, CONNECTED, replace(CONNECTED, rtt_s=0.5)),
        (OFF, CONNECTED, replace(CONNECTED, phase=Phase.DISCONNECTING), OFF),
        (OFF, MESHED, replace(MESHED, phase=Phase.DISCONNECTING, intercepts=())),
        (OFF, MESHED, replace(RECONNECTING, intercepts=()), replace(RECONNECTING, intercepts=(MESH,))),
        (OFF, MESHED, replace(MESHED, intercepts=(replace(MESH, intercept_id="7"),))),
        (OFF, sample_data.CONNECTING, OFF),
    ],
)
def test_what_is_not(views: tuple[ConnectionView, ...]) -> None:
    assert _told(*views) == []


def test_a_long_absence_is_told_in_minutes() -> None:
    assert _told(OFF, CONNECTED, RECONNECTING, CONNECTED, seconds=300)[0].title == "Connected again after 5 min"


def test_what_the_user_ends_is_no_news() -> None:
    maker = NoticeMaker()
    maker.take_connection(OFF, 0)
    maker.take_connection(MESHED, 1)
    maker.expect_leave([MESH.key])
    assert maker.take_connection(CONNECTED, 2) == ()
    maker.take_connection(MESHED, 3)
    assert len(maker.take_connection(CONNECTED, 4)) == 1


def test_what_is_being_changed_is_no_news_and_later_is() -> None:
    maker = NoticeMaker()
    maker.take_connection(OFF, 0)
    maker.take_connection(MESHED, 1)
    maker.take_operations((OperationView(MESH.key, Doing.PROXY, "Joining"),))
    proxied = replace(MESHED, intercepts=(replace(PROXY, key=MESH.key),))
    assert maker.take_connection(proxied, 2) == ()
    maker.take_operations(())
    (notice,) = maker.take_connection(CONNECTED, 3)
    assert notice.title == "Your proxy on reviews has ended"


def test_a_leaving_that_failed_is_expected_no_more() -> None:
    maker = NoticeMaker()
    maker.take_connection(OFF, 0)
    maker.take_connection(MESHED, 1)
    maker.take_operations((OperationView(MESH.key, Doing.LEAVE, "Restoring"),))
    maker.take_operations(())
    maker.take_outcome(OutcomeView(MESH.key, Doing.LEAVE, is_cancelled=True))
    assert len(maker.take_connection(CONNECTED, 2)) == 1


def test_others_at_the_same_workload_are_told_once() -> None:
    maker = NoticeMaker()
    maker.take_connection(OFF, 0)
    maker.take_connection(MESHED, 1)
    elsewhere = replace(RIVAL, intercept_id="8", key=("Deployment", "shop", "cart"))
    assert maker.take_intercepts((MESH,)) == ()
    (notice,) = maker.take_intercepts((MESH, RIVAL, elsewhere))
    assert (notice.title, notice.about) == ("bob works on reviews too", MESH.key)
    assert maker.take_intercepts((MESH, RIVAL)) == ()


def test_who_was_there_before_is_no_news() -> None:
    maker = NoticeMaker()
    maker.take_connection(MESHED, 1)
    assert maker.take_intercepts((MESH, RIVAL)) == ()


def _notice(title: str, kind: NoticeKind = NoticeKind.INTERCEPTS) -> Notice:
    return Notice(kind, title, "text", Action.OPEN, MESH.key)


def test_one_of_a_kind_in_a_while() -> None:
    gate = NoticeGate()
    first, second, third = map(_notice, ("a", "b", "c"))
    assert gate.offer(first, 100.0) is first
    assert gate.offer(second, 101.0) is None
    assert gate.offer(_notice("team", NoticeKind.TEAM), 101.0) is not None
    assert gate.offer(third, 102.0) is None
    assert gate.next_due_s() == 100.0 + PAUSE_S
    assert gate.due(104.9) == ()
    (shown,) = gate.due(105.0)
    assert (shown.title, shown.text) == ("2 things happened to your intercepts", "b\nc")
    assert gate.next_due_s() is None
    assert gate.offer(first, 106.0) is None


def test_what_waited_alone_is_told_as_it_is() -> None:
    gate = NoticeGate()
    gate.offer(_notice("a"), 0.0)
    gate.offer(_notice("b"), 1.0)
    assert [notice.title for notice in gate.due(5.0)] == ["b"]


def test_after_waking_up_all_is_told_together() -> None:
    gate = NoticeGate()
    gate.settle(10.0)
    for title in ("Connection lost", "Connected again after 3 s"):
        assert gate.offer(_notice(title, NoticeKind.CONNECTION), 11.0) is None
    assert gate.due(10.0 + SETTLE_S - 0.1) == ()
    assert [notice.title for notice in gate.due(10.0 + SETTLE_S)] == ["Connected again after 3 s"]


def test_muted_kinds_are_silent_also_while_they_wait() -> None:
    gate = NoticeGate()
    muted = frozenset({NoticeKind.INTERCEPTS})
    assert gate.offer(_notice("a"), 0.0, muted) is None
    gate.offer(_notice("a"), 0.0)
    gate.offer(_notice("b"), 1.0)
    assert gate.due(9.0, muted) == ()


def test_a_crowd_is_cut_short() -> None:
    told = grouped([_notice(f"n{number}", NoticeKind.TEAM) for number in range(9)])
    assert told.title == "9 things happened in your team"
    assert told.text.splitlines() == ["5 more", "n5", "n6", "n7", "n8"]
    assert grouped([_notice("a"), _notice("a")]).title == "a"


class _Watched:
    def __init__(self) -> None:
        self.now = False
        self.clock_s = 100.0
        self.asleep_s = 0.0

    def __call__(self) -> bool:
        return self.now

    def clock(self) -> float:
        return self.clock_s

    def wall(self) -> float:
        return 1e9 + self.clock_s + self.asleep_s


class _Desktop(DesktopNotices):
    """Keeps what it was given: the real one is in test_desktop_notices."""

    def __init__(self) -> None:
        super().__init__(Scope(lambda _: None))
        self.given: list[str] = []

    def show(self, notice: Notice) -> None:
        self.given.append(notice.title)


@pytest.fixture
def watched() -> _Watched:
    return _Watched()


@pytest.fixture
def desktop(qapp: object) -> _Desktop:
    return _Desktop()


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def notifier(theme: Theme, window: QWidget, desktop: _Desktop, watched: _Watched) -> Notifier:
    notifier = Notifier(desktop, Tray(theme, window), watched, (watched.wall, watched.clock))
    notifier.show_connection(OFF)
    return notifier


def test_own_doing_is_told_to_those_who_look_elsewhere(
    notifier: Notifier, desktop: _Desktop, watched: _Watched
) -> None:
    watched.now = True
    notifier.show_connection(sample_data.CONNECTING)
    notifier.show_connection(CONNECTED)
    assert desktop.given == []
    notifier.show_connection(OFF)
    watched.now = False
    notifier.show_connection(sample_data.CONNECTING)
    notifier.show_connection(CONNECTED)
    assert desktop.given == ["Connected to staging-eu"]


def test_the_second_one_waits_for_the_timer(
    notifier: Notifier, desktop: _Desktop, watched: _Watched, qtbot: QtBot
) -> None:
    notifier.show_connection(CONNECTED)
    notifier.show_connection(RECONNECTING)
    watched.clock_s += PAUSE_S - 0.03
    notifier.show_connection(CONNECTED)
    assert desktop.given == ["Connection lost"]
    watched.clock_s += 0.03
    qtbot.waitUntil(lambda: desktop.given == ["Connection lost", "Connected again after 5 s"])


def test_waking_up_is_noticed(notifier: Notifier, desktop: _Desktop, watched: _Watched) -> None:
    notifier.show_connection(CONNECTED)
    watched.asleep_s += 3600
    notifier.show_connection(RECONNECTING)
    notifier.show_connection(CONNECTED)
    assert desktop.given == []


def test_muting_is_heeded(notifier: Notifier, desktop: _Desktop) -> None:
    notifier.show_preferences(Preferences(muted_notices=frozenset({NoticeKind.CONNECTION})))
    notifier.show_connection(CONNECTED)
    notifier.show_connection(RECONNECTING)
    assert desktop.given == []


def test_leaving_is_no_news(notifier: Notifier, desktop: _Desktop) -> None:
    notifier.show_connection(MESHED)
    notifier.show_intercepts((MESH,))
    notifier.show_operations((OperationView(MESH.key, Doing.LEAVE, "Restoring"),))
    notifier.show_connection(CONNECTED)
    assert desktop.given == []


def test_a_click_asks_for_the_action(notifier: Notifier, desktop: _Desktop, qtbot: QtBot) -> None:
    with qtbot.waitSignal(notifier.action_asked) as asked:
        desktop.pressed.emit(_notice("a"))
    assert asked.args == ["open", MESH.key]


def test_without_a_desktop_for_it_the_tray_tells(
    notifier: Notifier, desktop: _Desktop, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, str]] = []
    tray = notifier.parent()
    assert isinstance(tray, Tray)
    monkeypatch.setattr(tray, "show_message", lambda title, text: told.append((title, text)))
    desktop.refused.emit(_notice("a"))
    assert told == [("a", "text")]
    with qtbot.waitSignal(notifier.action_asked) as asked:
        tray.message_clicked.emit()
    assert asked.args == ["open", MESH.key]
