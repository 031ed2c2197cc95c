"""What listens is looked at while somebody wants to know, off the event loop."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest
from PySide6.QtWidgets import QApplication

from app.controllers.listeners import ListenersController
from app.controllers.scope import Scope
from app.platform.listeners import Listener

ONE = Listener(8080, "TCP", "python", 1, "0.0.0.0")
EVERY_S = 0.005


class FakeSource:
    def __init__(self) -> None:
        self.found: tuple[Listener, ...] | None = (ONE,)
        self.reads = 0
        self.takes_s = 0.0
        self.inside = self.most_inside = 0
        self.threads: set[int] = set()

    def read(self) -> tuple[Listener, ...] | None:
        self.inside += 1
        self.most_inside = max(self.most_inside, self.inside)
        self.threads.add(threading.get_ident())
        time.sleep(self.takes_s)
        self.reads += 1
        self.inside -= 1
        return self.found


async def reads(source: FakeSource, number: int) -> None:
    wanted = source.reads + number
    async with asyncio.timeout(5):
        while source.reads < wanted:  # noqa: ASYNC110 - another thread reads
            await asyncio.sleep(0.001)


def fail(error: Exception) -> None:
    raise AssertionError from error


async def test_changes_are_told_and_nothing_else(qapp: QApplication) -> None:
    source, told = FakeSource(), list[object]()
    async with Scope(fail) as scope:
        controller = ListenersController(scope, source, EVERY_S)
        controller.changed.connect(told.append)
        controller.watch()
        controller.watch()
        await reads(source, 3)
        assert told == [(ONE,)]
        source.found = None
        await reads(source, 2)
        assert told == [(ONE,), None]
    assert threading.get_ident() not in source.threads


async def test_nobody_looks_after_stop_and_who_comes_back_is_told_at_once(qapp: QApplication) -> None:
    source, told = FakeSource(), list[object]()
    async with Scope(fail) as scope:
        controller = ListenersController(scope, source, EVERY_S)
        controller.changed.connect(told.append)
        controller.stop()
        assert not controller.is_watching
        controller.watch()
        await reads(source, 1)
        controller.stop()
        await asyncio.sleep(0.01)
        before = source.reads
        await asyncio.sleep(0.03)
        assert source.reads == before
        told.clear()
        controller.watch()
        await reads(source, 2)
        assert told == [(ONE,)]


async def test_it_is_read_once_at_a_time(qapp: QApplication) -> None:
    source = FakeSource()
    source.takes_s = 0.03
    async with Scope(fail) as scope:
        controller = ListenersController(scope, source, EVERY_S)
        for _ in range(4):
            controller.watch()
            await asyncio.sleep(0.005)
            controller.stop()
        controller.watch()
        await reads(source, 2)
    assert source.most_inside == 1


async def test_the_machine_itself_is_read(qapp: QApplication) -> None:
    told = list[object]()
    async with Scope(fail) as scope:
        controller = ListenersController(scope)
        controller.changed.connect(told.append)
        controller.watch()
        async with asyncio.timeout(5):
            while not told:  # noqa: ASYNC110
                await asyncio.sleep(0.001)
    assert told[0] is None or isinstance(told[0], tuple)


async def test_a_system_that_does_not_tell(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.controllers.listeners.listener_source", lambda: None)
    told = list[object]()
    async with Scope(fail) as scope:
        controller = ListenersController(scope)
        controller.changed.connect(told.append)
        controller.watch()
        await asyncio.sleep(0.01)
    assert told == [None]
