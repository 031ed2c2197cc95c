"""Requests that change something are not given up half way."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from app.domain.errors import KubeferryError

T = TypeVar("T")


async def unbroken(work: Coroutine[Any, Any, T]) -> T:
    """Does `work` to its end, and only then lets a cancellation through.

    What was sent may be carried out by the server after we stopped waiting for the answer: whoever undoes it then looks
    too early, and finds nothing. A request has a deadline of its own, so this lasts seconds at worst.
    """

    async def outcome() -> T | KubeferryError:
        # As a value: raised in the group, it would come in place of a cancellation.
        try:
            return await work
        except KubeferryError as error:
            return error

    async with asyncio.TaskGroup() as group:
        task = group.create_task(outcome())
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            if not task.done():
                await asyncio.wait({task})
            raise
    result = task.result()
    if isinstance(result, KubeferryError):
        raise result
    return result
