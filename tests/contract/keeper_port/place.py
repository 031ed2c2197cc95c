"""Where one and the same test finds a keeper of intercepts: the fake of the clients' tests, or a connection's own.

The connection stands on fakes too; those of its workloads and its helper have contract tests of their own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from app.session import intercept_messages as im
from app.session.desk import Keeper, Operation, OperationEvent
from tests.unit.session.fake_keeper import FakeKeeper, intercept_info
from tests.unit.session.intercepts.bench import Bench, until

End = im.InterceptDone | im.WorkloadsRestored


class Place(Protocol):
    """`told` is what operations have told so far."""

    told: list[OperationEvent]

    @property
    def keeper(self) -> Keeper: ...

    def hold_up(self) -> None:
        """Operations that are begun from now on wait for pods."""

    def let_go(self) -> None:
        """Those that wait go on, and so do later ones."""

    def begin(self, request: Operation) -> int:
        """Returns its number."""


class FakePlace:
    def __init__(self) -> None:
        self.keeper = FakeKeeper()
        self.told: list[OperationEvent] = []
        self._begun: dict[int, Operation] = {}
        self.let_go()

    def hold_up(self) -> None:
        self.keeper.ends.clear()

    def let_go(self) -> None:
        self.keeper.ends = {im.StartIntercept: _end(im.StartIntercept), im.Leave: _end(im.Leave)}
        for number, tell in self.keeper.waiting.items():
            tell(_end(type(self._begun[number]), number))
        self.keeper.waiting.clear()

    def begin(self, request: Operation) -> int:
        number = len(self._begun) + 1
        self._begun[number] = request
        self.keeper.begin(number, request, self.told.append)
        return number


class RealPlace:
    def __init__(self, bench: Bench) -> None:
        self.keeper = bench.keeper
        self.told = bench.told
        self.begin = bench.begin
        self._rolling = bench.cluster.workloads.rolling

    def hold_up(self) -> None:
        self._rolling.clear()

    def let_go(self) -> None:
        self._rolling.set()


@asynccontextmanager
async def real_place() -> AsyncIterator[RealPlace]:
    bench = Bench()
    async with bench.run():
        place = RealPlace(bench)
        try:
            yield place
        finally:
            place.let_go()


async def until_told(place: Place, number: int, count: int = 1) -> list[OperationEvent]:
    """What an operation has told, once it is so much."""

    def told() -> list[OperationEvent]:
        return [event for event in place.told if event.operation == number]

    await until(lambda: len(told()) >= count)
    return told()


async def until_ended(place: Place, number: int) -> OperationEvent:
    await until(lambda: any(event.operation == number and is_end(event) for event in place.told))
    return next(event for event in place.told if event.operation == number and is_end(event))


def is_end(event: OperationEvent) -> bool:
    return not isinstance(event, im.InterceptProgress)


def _end(kind: type, number: int = 0) -> End:
    return (
        im.InterceptDone(number, intercept_info(), 2) if kind is im.StartIntercept else im.WorkloadsRestored(number, ())
    )
