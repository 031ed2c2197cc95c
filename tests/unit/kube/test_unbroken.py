from __future__ import annotations

import asyncio

import pytest

from app.domain.errors import ErrorCode, KubeferryError
from app.kube.unbroken import unbroken


async def test_it_gives_what_the_work_gives() -> None:
    async def work() -> int:
        await asyncio.sleep(0)
        return 7

    assert await unbroken(work()) == 7


async def test_it_fails_as_the_work_fails() -> None:
    async def work() -> None:
        raise KubeferryError(ErrorCode.INTERNAL, problem="x")

    with pytest.raises(KubeferryError):
        await unbroken(work())


@pytest.mark.parametrize("fails", [False, True])
async def test_a_cancellation_waits_for_the_end_and_is_not_lost(fails: bool) -> None:
    begun, go_on, done = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        await go_on.wait()
        done.set()
        if fails:
            raise KubeferryError(ErrorCode.INTERNAL, problem="x")

    async with asyncio.TaskGroup() as group:
        task = group.create_task(unbroken(work()))
        await begun.wait()
        task.cancel()
        for _ in range(5):
            await asyncio.sleep(0)
        assert not task.done()
        go_on.set()
    assert done.is_set()
    assert task.cancelled()


async def test_a_second_cancellation_ends_it_at_once() -> None:
    begun = asyncio.Event()

    async def work() -> None:
        begun.set()
        await asyncio.sleep(60)

    async with asyncio.TaskGroup() as group:
        task = group.create_task(unbroken(work()))
        await begun.wait()
        task.cancel()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
    assert task.cancelled()
