"""All connections of all users: who has which, and that none disturbs another."""

from __future__ import annotations

import asyncio
import logging
import os
import socket

from helper.daemon.actor import Actor
from helper.daemon.connection import Connection
from helper.daemon.lease import GRACE_S, Lease
from helper.daemon.prepared import PreparedWorkers
from helper.daemon.process_times import process_started
from helper.daemon.refusal import Refusal
from helper.daemon.worker import SpawnWorker, Worker
from helper.net.journal import Journal, LinkOpened
from helper.net.network import AppliedNetwork, Network
from helper.net.overlaps import SubnetIndex, find_overlaps
from helper.net.plan import LinkPlan, parse_network, parse_subnets
from helper.net.tun import TunDevice
from helper.protocol.helper_messages import ConnectionInfo, NetworkConfig, OverlapsFound, RefusalCode

MAX_PER_UID = 8

_log = logging.getLogger(__name__)


class Connections:
    """`tasks` runs every connection; it ends when `close_all` has returned and nothing new is opened."""

    def __init__(
        self,
        network: Network,
        journal: Journal,
        spawn: SpawnWorker,
        tasks: asyncio.TaskGroup,
        grace_s: float = GRACE_S,
    ) -> None:
        self._network = network
        self._journal = journal
        self._prepared = PreparedWorkers(spawn, tasks)
        self._tasks = tasks
        self._grace_s = grace_s
        self._connections: dict[str, Connection] = {}

    def prepare(self, actor: Actor, holder: object) -> None:
        """Starts a worker for the holder's next `open`; nothing when it has one. Raises Refusal, OSError."""
        self._refuse_too_many(actor, holder)
        self._prepared.prepare(actor, holder)

    async def open(self, actor: Actor, holder: object, label: str) -> tuple[Connection, socket.socket]:
        """Returns the connection and the app's end of the channel to its worker. Raises Refusal, NetworkFailed."""
        self._refuse_too_many(actor, holder)
        device = self._network.open_link()
        entry: int | None = None
        try:
            # Before anybody has the device: the user's process could keep it, and make it last.
            entry = self._journal.record(LinkOpened(device.name))
            connection = self._start(actor, holder, label, device, entry)
        except BaseException:
            left = await self._network.remove_link(device.name)
            if entry is not None and not left:
                self._journal.forget(entry)
            raise
        finally:
            os.close(device.fd)
        self._connections[connection.connection_id] = connection
        self._tasks.create_task(self._run(connection))
        _log.info("%s is opened for uid %s", connection.interface, actor.uid)
        try:
            return connection, await connection.attach_app()
        except BaseException:
            connection.end("its app could not be attached")
            raise

    async def attach(self, actor: Actor, holder: object, connection_id: str) -> tuple[Connection, socket.socket]:
        """Raises Refusal."""
        connection = self._owned(actor, connection_id)
        connection.hold(holder)
        return connection, await connection.attach_app()

    async def set_network(self, actor: Actor, connection_id: str, config: NetworkConfig) -> AppliedNetwork:
        """Raises Refusal, InvalidNetwork, NetworkFailed, ResolverFailed."""
        connection = self._owned(actor, connection_id)
        plan = parse_network(config)
        self._refuse_conflict(connection, plan)
        connection.claims = plan.claims
        return await connection.set_network(self._network, config, plan)

    async def close(self, actor: Actor, connection_id: str) -> tuple[str, ...]:
        """Returns what is left, in words, when everything is undone and the worker is gone. Raises Refusal."""
        connection = self._owned(actor, connection_id)
        connection.end("its app closed it")
        return await connection.undone()

    async def overlaps(self, subnets: tuple[str, ...]) -> OverlapsFound:
        """Raises InvalidNetwork, NetworkFailed."""
        asked = parse_subnets(subnets)
        owners = {connection.interface: connection.actor.uid for connection in self._connections.values()}
        found = find_overlaps(asked, await self._network.routes(), owners)
        return OverlapsFound(overlaps=found, upstreams=await self._network.upstreams())

    def list(self, actor: Actor) -> tuple[ConnectionInfo, ...]:
        return tuple(
            connection.info
            for connection in self._connections.values()
            if connection.actor.uid == actor.uid and not connection.ending
        )

    def release(self, holder: object) -> None:
        """A client's socket is closed: its prepared worker ends, and what it held has a grace from now on."""
        self._prepared.discard(holder)
        for connection in self._connections.values():
            connection.release(holder)

    async def close_all(self) -> None:
        connections = tuple(self._connections.values())
        for connection in connections:
            connection.end("the helper ends")
        for connection in connections:
            await connection.undone()

    def _start(self, actor: Actor, holder: object, label: str, device: TunDevice, entry: int) -> Connection:
        if not device.vnet_header and not device.family_word:
            raise Refusal(RefusalCode.SYSTEM_FAILED, "this kernel's TUN has no vnet header")
        started = self._prepared.start(actor, holder, device)
        try:
            self._journal.replace(entry, _journalled(device, started.worker))
        except BaseException:
            started.control.close()  # which ends the worker
            raise
        lease = Lease(holder, self._grace_s)
        return Connection(actor, label, device.name, started.worker, started.control, lease, entry)

    async def _run(self, connection: Connection) -> None:
        try:
            await connection.run(self._network, self._journal)
        finally:
            del self._connections[connection.connection_id]

    def _owned(self, actor: Actor, connection_id: str) -> Connection:
        connection = self._connections.get(connection_id)
        if connection is None or connection.actor.uid != actor.uid or connection.ending:
            raise Refusal(RefusalCode.UNKNOWN_CONNECTION, connection_id)
        return connection

    def _refuse_too_many(self, actor: Actor, holder: object) -> None:
        """A prepared worker counts as the connection that it may become."""
        count = sum(1 for connection in self._connections.values() if connection.actor.uid == actor.uid)
        count += self._prepared.count(actor.uid) - self._prepared.has(holder)
        if count >= MAX_PER_UID:
            raise Refusal(RefusalCode.TOO_MANY_CONNECTIONS, f"{MAX_PER_UID} connections are the most for one user")

    def _refuse_conflict(self, connection: Connection, plan: LinkPlan) -> None:
        wanted = SubnetIndex(plan.claims)
        for other in self._connections.values():
            if other is connection:
                continue
            for taken in other.claims:
                for subnet in wanted.overlapping(taken):
                    detail = f"{subnet} overlaps {taken} of another connection ({other.interface})"
                    raise Refusal(RefusalCode.ROUTE_CONFLICT, detail)


def _journalled(device: TunDevice, worker: Worker) -> LinkOpened:
    return LinkOpened(device.name, worker.pid, process_started(worker.pid))
