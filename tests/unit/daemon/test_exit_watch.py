"""Both ways in which a loop hears that a worker has ended."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest

from helper.daemon import exit_watch

WAYS = [exit_watch.watch_exit, exit_watch.watch_by_thread]


def started(code: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE)


@pytest.mark.parametrize("watch", WAYS)
async def test_the_exit_code_is_told_once(
    watch: Callable[[subprocess.Popen[bytes], exit_watch.Told], None],
) -> None:
    told: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    with started("raise SystemExit(7)") as process:
        watch(process, told.set_result)
        async with asyncio.timeout(10):
            assert await told == 7


@pytest.mark.parametrize("watch", WAYS)
async def test_a_process_can_be_signalled_while_it_is_waited_for(
    watch: Callable[[subprocess.Popen[bytes], exit_watch.Told], None],
) -> None:
    told: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    with started("import sys; sys.stdin.read()") as process:
        watch(process, told.set_result)
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            assert await told == -signal.SIGTERM


def test_a_loop_that_is_closed_hears_nothing_and_nothing_breaks() -> None:
    async def watch(process: subprocess.Popen[bytes]) -> None:
        exit_watch.watch_by_thread(process, lambda _: None)

    with started("import sys; sys.stdin.read()") as process:
        asyncio.run(watch(process))
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(10) == 0
