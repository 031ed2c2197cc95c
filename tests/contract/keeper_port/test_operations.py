"""What `desk.Keeper` promises of operations: for the fake of the clients' tests and for a connection's own keeper."""

from __future__ import annotations

import asyncio

from app.domain.errors import ErrorCode
from app.session import intercept_messages as im
from tests.contract.keeper_port.place import Place, is_end, until_ended, until_told
from tests.unit.session.intercepts.bench import MESH

START = im.StartIntercept(MESH)
LEAVE = im.Leave(MESH.workload, wait=True)


async def test_an_operation_tells_how_it_goes_and_its_end_last_and_once(place: Place) -> None:
    for request, end in ((START, im.InterceptDone), (LEAVE, im.WorkloadsRestored)):
        number = place.begin(request)
        assert isinstance(await until_ended(place, number), end)
        await _settle()
        told = await until_told(place, number)
        assert [is_end(event) for event in told] == [False] * (len(told) - 1) + [True]
        assert len(told) > 1, "how it went"


async def test_a_start_that_is_called_off_ends_as_cancelled(place: Place) -> None:
    place.hold_up()
    number = place.begin(START)
    await until_told(place, number)
    for _ in range(2):  # Twice is as good as once.
        place.keeper.cancel(number)
    end = await until_ended(place, number)
    assert isinstance(end, im.InterceptFailed)
    assert end.problem.code is ErrorCode.CANCELLED
    place.let_go()
    await _settle()
    assert [event for event in place.told if event.operation == number and is_end(event)] == [end]


async def test_what_has_ended_or_never_was_cannot_be_called_off(place: Place) -> None:
    number = place.begin(START)
    await until_ended(place, number)
    before = list(place.told)
    place.keeper.cancel(number)
    place.keeper.cancel(4711)
    await _settle()
    assert place.told == before


async def test_leaving_is_not_called_off_half_way(place: Place) -> None:
    await until_ended(place, place.begin(START))
    place.hold_up()
    number = place.begin(LEAVE)
    await until_told(place, number)
    place.keeper.cancel(number)
    await _settle()
    assert not any(is_end(event) for event in await until_told(place, number))
    place.let_go()
    assert isinstance(await until_ended(place, number), im.WorkloadsRestored)


async def _settle() -> None:
    """Whatever is ready runs: the fakes below wait for nothing but each other."""
    for _ in range(50):
        await asyncio.sleep(0)
