"""The check for updates: off at first, told as a badge, and never more than told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.controllers.scope import Scope
from app.controllers.update_words import fault_text
from app.controllers.updates import UpdateController, UpdateState, UpdateView
from app.platform.install_origin import Installation, Origin
from app.platform.release_feed import FeedError, FeedFault, Release
from app.platform.updates import NO_CHECK_VARIABLE, Answer
from app.settings.store import PreferenceStore
from app.ui.settings.update_settings import UpdateSettings
from app.ui.shell.update_badge import UpdateBadge
from app.ui.theme import Theme

ADDRESS = "https://example.com/feed.json"
APT = Installation(Origin.DEBIAN, "sudo apt install --only-upgrade kubeferry")
RELEASE = Release("0.2.0", "https://example.com/0.2.0", "Mends this and that.")


@dataclass
class Checks:
    """In place of the check: answers in turn, the last one again and again."""

    answers: list[Answer | FeedError]
    asked: list[str] = field(default_factory=list)

    def __call__(self, address: str) -> Answer:
        self.asked.append(address)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, FeedError):
            raise answer
        return answer


@dataclass
class Seen:
    """Views that came, and a way to wait for one."""

    views: list[UpdateView] = field(default_factory=list)
    event: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, view: object) -> None:
        assert isinstance(view, UpdateView)
        self.views.append(view)
        self.event.set()

    async def until(self, state: UpdateState) -> UpdateView:
        async with asyncio.timeout(5):
            while not self.views or self.views[-1].state is not state:
                self.event.clear()
                await self.event.wait()
        return self.views[-1]


def controller(
    scope: Scope, store: PreferenceStore, checks: Checks, *, forbidden: Callable[[], bool] = lambda: False
) -> tuple[UpdateController, Seen]:
    made = UpdateController(scope, store, check=checks, installed=lambda: APT, forbidden=forbidden, again_s=0.01)
    seen = Seen()
    made.changed.connect(seen.add)
    made.start()
    return made, seen


def no_bug(error: Exception) -> None:
    raise error


async def test_off_is_how_it_starts(qapp: object) -> None:
    checks, store = Checks([Answer(RELEASE)]), PreferenceStore()
    async with Scope(no_bug) as scope:
        made, _ = controller(scope, store, checks)
        assert made.view == UpdateView()
        store.change(update_feed=ADDRESS)
        assert made.view.state is UpdateState.OFF
        store.change(update_feed="", check_for_updates=True)
        assert made.view.state is UpdateState.OFF
        assert "no address" in made.view.note
    assert checks.asked == []


async def test_a_newer_one_is_told_with_the_package_managers_command(qapp: object) -> None:
    checks, store = Checks([Answer(RELEASE)]), PreferenceStore()
    async with Scope(no_bug) as scope:
        _, seen = controller(scope, store, checks)
        store.change(check_for_updates=True, update_feed=ADDRESS)
        view = await seen.until(UpdateState.NEWER)
        assert (view.version, view.page, view.command) == ("0.2.0", RELEASE.page, APT.command)
        store.change(check_for_updates=False)
        assert (await seen.until(UpdateState.OFF)).note == ""
    assert checks.asked == [ADDRESS]


async def test_a_check_that_fails_says_why_and_is_made_again(qapp: object) -> None:
    checks = Checks([FeedError(FeedFault.UNREACHABLE, "timed out"), Answer(None)])
    store = PreferenceStore()
    store.change(check_for_updates=True, update_feed=ADDRESS)
    async with Scope(no_bug) as scope:
        _, seen = controller(scope, store, checks)
        assert (await seen.until(UpdateState.NEWEST)).note
    (failed,) = [view for view in seen.views if view.state is UpdateState.FAILED]
    assert "timed out" in failed.note
    assert checks.asked == [ADDRESS, ADDRESS]


async def test_an_administrator_has_the_last_word(qapp: object) -> None:
    checks, store = Checks([Answer(RELEASE)]), PreferenceStore()
    store.change(check_for_updates=True, update_feed=ADDRESS)
    async with Scope(no_bug) as scope:
        made, _ = controller(scope, store, checks, forbidden=lambda: True)
        assert NO_CHECK_VARIABLE in made.view.note
    assert checks.asked == []


def test_every_fault_has_its_sentence() -> None:
    for fault in FeedFault:
        assert fault_text(fault, "x").endswith((".", ";"))


def test_the_badge(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    badge = UpdateBadge(window, opens_pages=False)
    badge.show_view(UpdateView())
    assert not badge.isVisibleTo(window)
    badge.show_view(UpdateView(UpdateState.NEWER, "", "0.2.0", RELEASE.page, "Notes", command=APT.command))
    assert badge.isVisibleTo(window)
    assert "0.2.0" in badge.title
    assert badge.command == APT.command
    badge.copy.click()
    assert QGuiApplication.clipboard().text() == APT.command
    with qtbot.waitSignal(badge.page_asked) as asked:
        badge.read.click()
    assert asked.args == [RELEASE.page]
    badge.show_view(UpdateView(UpdateState.NEWER, "", "0.2.0", RELEASE.page, is_security=True))
    assert "weakness" in badge.title
    assert not badge.copy.isVisibleTo(badge)
    badge.show_view(UpdateView(UpdateState.NEWEST))
    assert not badge.isVisibleTo(window)


def test_the_settings(theme: Theme, qtbot: QtBot) -> None:
    store = PreferenceStore()
    rows = UpdateSettings(theme, store)
    qtbot.addWidget(rows)
    store.subscribe(rows.show_preferences)
    rows.show_preferences(store.value)
    assert not rows.wanted.is_on
    assert not rows.address.isVisibleTo(rows)
    rows.wanted.switch.click()
    assert store.value.check_for_updates
    assert rows.address.isVisibleTo(rows)
    QTest.keyClicks(rows.address.field, "http://example.com/feed.json")
    assert "https" in rows.address.fault
    QTest.keyClick(rows.address.field, Qt.Key.Key_Return)
    assert store.value.update_feed == ""
    rows.address.field.clear()
    QTest.keyClicks(rows.address.field, ADDRESS)
    QTest.keyClick(rows.address.field, Qt.Key.Key_Return)
    assert store.value.update_feed == ADDRESS
    rows.show_updates(UpdateView(UpdateState.FAILED, note="It failed."))
    assert rows.wanted.switch.accessibleDescription() == "It failed."


def test_the_settings_where_it_is_forbidden(theme: Theme, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NO_CHECK_VARIABLE, "1")
    store = PreferenceStore()
    store.change(check_for_updates=True, update_feed=ADDRESS)
    rows = UpdateSettings(theme, store)
    qtbot.addWidget(rows)
    rows.show_preferences(store.value)
    assert not rows.wanted.is_on
    assert not rows.wanted.switch.isEnabled()
    assert not rows.address.isVisibleTo(rows)
    assert NO_CHECK_VARIABLE in rows.wanted.switch.toolTip()
