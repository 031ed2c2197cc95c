"""Notifications over a real session bus, and what happens where there is none."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication

from app.controllers.desktop_notices import DesktopNotices
from app.controllers.notices import Action, Notice
from app.controllers.scope import Scope
from app.settings.preferences import NoticeKind
from tests.gui.notification_daemon import NotificationDaemon, notification_daemon, session_bus

_PATIENCE_S = 5.0
LOST = Notice(NoticeKind.CONNECTION, "Connection lost", "<b> & more", Action.DETAILS, urgent=True)
BACK = Notice(NoticeKind.CONNECTION, "Connected again", "text", Action.DETAILS)
ENDED = Notice(NoticeKind.INTERCEPTS, "Your mesh has ended", "text", Action.START_AGAIN, "row")


@pytest.fixture
async def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[str, None]:
    async with session_bus(tmp_path) as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        yield address


@pytest.fixture
async def daemon(bus: str) -> AsyncGenerator[NotificationDaemon, None]:
    async with notification_daemon(bus) as daemon:
        yield daemon


class _Heard:
    def __init__(self, desktop: DesktopNotices) -> None:
        self.pressed: asyncio.Queue[Notice] = asyncio.Queue()
        self.refused: asyncio.Queue[Notice] = asyncio.Queue()
        desktop.pressed.connect(self.pressed.put_nowait)
        desktop.refused.connect(self.refused.put_nowait)


def _fail(error: Exception) -> None:
    raise AssertionError from error


async def test_the_desktop_shows_it_and_tells_of_the_click(
    qapp: QCoreApplication, daemon: NotificationDaemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_ACTIVATION_TOKEN", "")
    async with asyncio.timeout(_PATIENCE_S), Scope(_fail) as scope:
        desktop = DesktopNotices(scope)
        heard = _Heard(desktop)
        desktop.show(LOST)
        name, replaces, icon, title, text, actions, hints, expires = await daemon.asked.get()
        assert (name, replaces, icon, title, expires) == ("Kubeferry", 0, "kubeferry", "Connection lost", -1)
        assert text == "&lt;b&gt; &amp; more"
        assert actions == ["default", "Details", "button", "Details"]
        assert (hints["urgency"], hints["desktop-entry"]) == (("y", 2), ("s", "kubeferry"))
        desktop.show(ENDED)
        assert (await daemon.asked.get())[1] == 0
        desktop.show(BACK)
        assert (await daemon.asked.get())[1] == 1, "of the connection only the last one is shown"
        await daemon.click(99)
        await daemon.click(2, token="token-2")
        assert await heard.pressed.get() is ENDED
        assert os.environ["XDG_ACTIVATION_TOKEN"] == "token-2"
        await daemon.click(1)
        assert await heard.pressed.get() is BACK
        assert heard.refused.empty()


async def test_one_that_was_closed_is_not_replaced(qapp: QCoreApplication, daemon: NotificationDaemon) -> None:
    async with asyncio.timeout(_PATIENCE_S), Scope(_fail) as scope:
        desktop = DesktopNotices(scope)
        heard = _Heard(desktop)
        desktop.show(LOST)
        await daemon.asked.get()
        desktop.show(ENDED)
        await daemon.asked.get()
        await daemon.close(1)
        await daemon.click(2)
        await heard.pressed.get()  # signals come in order: the closing was heard before
        desktop.show(BACK)
        assert (await daemon.asked.get())[1] == 0


async def test_a_desktop_without_buttons_gets_none(qapp: QCoreApplication, daemon: NotificationDaemon) -> None:
    daemon.capabilities = ["body"]
    async with asyncio.timeout(_PATIENCE_S), Scope(_fail) as scope:
        desktop = DesktopNotices(scope)
        desktop.show(LOST)
        asked = await daemon.asked.get()
        assert (asked[4], asked[5]) == ("<b> & more", [])


async def test_what_the_desktop_refuses_is_told_and_tried_again(
    qapp: QCoreApplication, daemon: NotificationDaemon
) -> None:
    daemon.refuses = True
    async with asyncio.timeout(_PATIENCE_S), Scope(_fail) as scope:
        desktop = DesktopNotices(scope)
        heard = _Heard(desktop)
        desktop.show(LOST)
        assert await heard.refused.get() is LOST
        daemon.refuses = False
        await asyncio.sleep(0.05)  # what is asked for while it gives up is refused as well
        desktop.show(BACK)
        assert (await daemon.asked.get())[3] == "Connected again"


async def test_nobody_on_the_bus(qapp: QCoreApplication, bus: str) -> None:
    async with asyncio.timeout(_PATIENCE_S), Scope(_fail) as scope:
        desktop = DesktopNotices(scope)
        heard = _Heard(desktop)
        desktop.show(LOST)
        desktop.show(ENDED)
        assert [await heard.refused.get(), await heard.refused.get()] == [LOST, ENDED]


@pytest.mark.parametrize("address", ["", "unix:path=/nowhere/bus", "nonsense"])
async def test_no_bus_at_all(qapp: QCoreApplication, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    async with asyncio.timeout(_PATIENCE_S), Scope(_fail) as scope:
        desktop = DesktopNotices(scope)
        heard = _Heard(desktop)
        desktop.show(LOST)
        assert await heard.refused.get() is LOST


async def test_a_bus_that_goes_away(qapp: QCoreApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with asyncio.timeout(_PATIENCE_S), Scope(_fail) as scope:
        desktop = DesktopNotices(scope)
        heard = _Heard(desktop)
        async with session_bus(tmp_path) as address:
            monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
            async with notification_daemon(address) as daemon:
                desktop.show(LOST)
                await daemon.asked.get()
        desktop.show(ENDED)
        assert await heard.refused.get() is ENDED
