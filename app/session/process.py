"""The session process: starts, takes over what a dead predecessor held, serves, ends when nobody needs it."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Protocol

from app.domain import connection as c
from app.domain.errors import KubeferryError
from app.platform.launch import tell_ready
from app.platform.paths import runtime_dir, session_log, session_socket
from app.session import memory
from app.session import messages as m
from app.session.hub import Hub
from app.session.log_lines import OneLine
from app.session.runner import AttemptFactory, Runner
from app.session.server import Server, listen

_log = logging.getLogger(__name__)

IDLE_S = 60.0
"""How long a session without connection and clients stays: the next `connect` finds it warm."""

StillHeld = Callable[[str], Awaitable[bool]]


class Standby(Protocol):
    """What makes the next attempt quick."""

    async def prepare(self) -> None:
        """Called whenever there is no attempt. Must not fail for want of a helper."""

    def close(self) -> None: ...


UNDO_S = 10.0
MAX_LOG_BYTES = 1 << 20


def main(knocked: socket.socket | None) -> int:
    """The entry point of the process. Never raises: what goes wrong is in the log, and the starter sees us end.

    `knocked`: a socket to the helper on which a worker was asked for already.
    """
    _start_log()
    os.umask(0o077)
    try:
        lock = os.open(runtime_dir() / "session.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        # A predecessor that is ending keeps it for a moment; one that runs is found by the client before we start.
        fcntl.flock(lock, fcntl.LOCK_EX)
        from app.session.composition import Composition

        real = Composition(knocked)
        asyncio.run(serve(real.make_attempt, real.still_held, standby=real.standby))
    except KubeferryError as error:
        _log.error("cannot start: %s", error)
        return 1
    return 0


async def serve(
    make_attempt: AttemptFactory, still_held: StillHeld, *, standby: Standby | None = None, idle_s: float = IDLE_S
) -> None:
    """Serves clients until the session is told to end, or nobody needs it for `idle_s`.

    `still_held` tells whether the helper still holds a predecessor's connection.
    """
    runner = Runner(Hub(), make_attempt)
    server = Server(runner)
    listener = listen()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, server.ended.set)
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(runner.run()), group.create_task(server.run(listener))]
            await runner.started.wait()
            await _resume(runner, still_held)
            if standby is not None:
                tasks.append(group.create_task(_stand_by(runner, standby)))
            tell_ready()
            await _end(runner, server, idle_s)
            session_socket().unlink(missing_ok=True)
            with suppress(TimeoutError):
                async with asyncio.timeout(UNDO_S):
                    await runner.disconnect()
            for task in tasks:
                task.cancel()
    finally:
        listener.close()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.remove_signal_handler(number)


async def _stand_by(runner: Runner, standby: Standby) -> None:
    """Prepares the next attempt now, if there is none, and after each."""
    changed = asyncio.Event()

    def wake(event: m.Event) -> None:
        if isinstance(event, m.Snapshot | m.StatusChanged):
            changed.set()

    runner.hub.add(wake)
    try:
        while True:
            await changed.wait()
            changed.clear()
            if isinstance(runner.state, c.Disconnected | c.Failed):
                await standby.prepare()
    finally:
        runner.hub.remove(wake)
        standby.close()


async def _resume(runner: Runner, still_held: StillHeld) -> None:
    held = memory.recall()
    if held is None:
        return
    connection_id, target = held
    if await still_held(connection_id):
        _log.info("taking over connection %s", connection_id)
        runner.connect(target, resume=connection_id)
    else:
        memory.forget(connection_id)


async def _end(runner: Runner, server: Server, idle_s: float) -> None:
    """Returns when the session is to end."""
    async with asyncio.TaskGroup() as group:
        told = group.create_task(server.ended.wait())
        idle = group.create_task(_idle(runner, server, idle_s))
        await asyncio.wait([told, idle], return_when=asyncio.FIRST_COMPLETED)
        told.cancel()
        idle.cancel()


async def _idle(runner: Runner, server: Server, idle_s: float) -> None:
    while True:
        server.changed.clear()
        needed = server.clients > 0 or not isinstance(runner.state, c.Disconnected | c.Failed)
        try:
            async with asyncio.timeout(idle_s):
                await server.changed.wait()
        except TimeoutError:
            if not needed and server.clients == 0 and isinstance(runner.state, c.Disconnected | c.Failed):
                return


def _start_log() -> None:
    with suppress(OSError, KubeferryError):
        if session_log().stat().st_size > MAX_LOG_BYTES:
            os.truncate(session_log(), 0)
    formatter = OneLine("%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(level=os.environ.get("KUBEFERRY_LOG", "INFO").upper(), handlers=[handler])
