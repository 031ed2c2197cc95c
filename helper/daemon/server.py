"""Accepts apps and runs their sessions. Ends by undoing everything."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections import Counter

from helper.daemon.actor import Actor, Allowance, actor_of
from helper.daemon.client_session import HELLO_TIMEOUT_S, ClientSession, Permission, nobody
from helper.daemon.connections import Connections
from helper.daemon.lease import GRACE_S
from helper.daemon.worker import SpawnWorker, spawn_worker
from helper.net.journal import Journal
from helper.net.network import Network

MAX_CLIENTS_PER_UID = 32
MAX_CLIENTS = 512
_ACCEPT_RETRY_S = 0.2

_log = logging.getLogger(__name__)


class HelperServer:
    def __init__(
        self,
        listener: socket.socket,
        network: Network,
        journal: Journal,
        allowance: Allowance,
        spawn: SpawnWorker = spawn_worker,
        grace_s: float = GRACE_S,
        hello_timeout_s: float = HELLO_TIMEOUT_S,
        permission: Permission = nobody,
    ) -> None:
        self._listener = listener
        self._network = network
        self._journal = journal
        self._allowance = allowance
        self._spawn = spawn
        self._grace_s = grace_s
        self._hello_timeout_s = hello_timeout_s
        self._permission = permission
        self._clients: Counter[int] = Counter()
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        self._stopped.set()

    async def run(self) -> None:
        """Returns after `stop`, when no connection is left."""
        async with asyncio.TaskGroup() as connection_tasks:
            connections = Connections(self._network, self._journal, self._spawn, connection_tasks, self._grace_s)
            try:
                async with asyncio.TaskGroup() as client_tasks:
                    accepting = client_tasks.create_task(self._accept(connections))
                    await self._stopped.wait()
                    accepting.cancel()
            finally:
                await connections.close_all()

    async def _accept(self, connections: Connections) -> None:
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as sessions:
            while True:
                try:
                    sock, _ = await loop.sock_accept(self._listener)
                except OSError as error:
                    _log.warning("No client can be accepted: %s", error)
                    await asyncio.sleep(_ACCEPT_RETRY_S)
                    continue
                actor = self._admitted(sock)
                if actor is None:
                    sock.close()
                else:
                    session = ClientSession(
                        sock, actor, self._allowance, connections, self._hello_timeout_s, self._permission
                    )
                    sessions.create_task(self._run_session(session, actor))

    def _admitted(self, sock: socket.socket) -> Actor | None:
        """Counts the client. None when it is one too many."""
        try:
            actor = actor_of(sock)
        except OSError:
            return None
        if self._clients[actor.uid] >= MAX_CLIENTS_PER_UID or self._clients.total() >= MAX_CLIENTS:
            _log.warning("uid %s has too many clients", actor.uid)
            return None
        self._clients[actor.uid] += 1
        return actor

    async def _run_session(self, session: ClientSession, actor: Actor) -> None:
        try:
            await session.run()
        finally:
            self._clients[actor.uid] -= 1
