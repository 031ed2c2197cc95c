"""Workers that were started before there is a connection for them: at most one for each client, and gone with it.

Such a worker has a control socket and nothing else, so there is nothing to undo and nothing for the journal.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from dataclasses import dataclass

from helper.daemon.actor import Actor
from helper.daemon.worker import SpawnWorker, Worker
from helper.net.tun import TunDevice
from helper.protocol.control_messages import TakeDevice
from helper.protocol.framing import encode

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class StartedWorker:
    """`control` is the helper's end: closing it ends the worker."""

    actor: Actor
    worker: Worker
    control: socket.socket

    def take_device(self, device: TunDevice) -> None:
        """Its first message, which always fits into the socket. Raises OSError when the worker is gone."""
        socket.send_fds(self.control, [encode(TakeDevice(device.offload, device.family_word))], [device.fd])


class PreparedWorkers:
    """`tasks` runs the ends of workers."""

    def __init__(self, spawn: SpawnWorker, tasks: asyncio.TaskGroup) -> None:
        self._spawn = spawn
        self._tasks = tasks
        self._waiting: dict[object, StartedWorker] = {}

    def count(self, uid: int) -> int:
        return sum(1 for started in self._waiting.values() if started.actor.uid == uid)

    def has(self, holder: object) -> bool:
        return holder in self._waiting

    def prepare(self, actor: Actor, holder: object) -> None:
        """One that has died meanwhile is replaced. Raises OSError."""
        waiting = self._waiting.get(holder)
        if waiting is not None:
            if not waiting.worker.ended:
                return
            self.discard(holder)
        self._waiting[holder] = self._start(actor)

    def start(self, actor: Actor, holder: object, device: TunDevice) -> StartedWorker:
        """The holder's prepared worker, or a new one, with `device`, which stays the caller's. Raises OSError."""
        waiting = self._waiting.get(holder)
        if waiting is not None and not waiting.worker.ended:
            try:
                waiting.take_device(device)
            except OSError as error:
                _log.info("Worker %s is gone before it was needed: %s", waiting.worker.pid, error)
            else:
                return self._waiting.pop(holder)
        self.discard(holder)
        started = self._start(actor)
        try:
            started.take_device(device)
        except BaseException:
            self._end(started)
            raise
        return started

    def discard(self, holder: object) -> None:
        """The holder is gone, or what it had is no good."""
        started = self._waiting.pop(holder, None)
        if started is not None:
            self._end(started)

    def _start(self, actor: Actor) -> StartedWorker:
        helper_end, worker_end = socket.socketpair()
        try:
            with worker_end:
                worker = self._spawn(actor, worker_end.fileno())
        except BaseException:
            helper_end.close()
            raise
        return StartedWorker(actor, worker, helper_end)

    def _end(self, started: StartedWorker) -> None:
        started.control.close()
        self._tasks.create_task(started.worker.stop())
