"""One connection: a link, its worker, and the lease on both."""

from __future__ import annotations

import asyncio
import logging
import secrets
import socket
import time

from helper.daemon.actor import Actor
from helper.daemon.handover import handed_over
from helper.daemon.lease import Lease
from helper.daemon.refusal import Refusal
from helper.daemon.worker import Worker
from helper.net.dns_sockets import DnsSockets
from helper.net.journal import Journal
from helper.net.network import AppliedNetwork, Network
from helper.net.plan import IpNetwork, LinkPlan
from helper.protocol.control_messages import AttachApp, Control, ListenDns
from helper.protocol.helper_messages import ConnectionInfo, NetworkConfig, RefusalCode
from helper.protocol.message_socket import ChannelClosed, MessageSocket

_CONTROL_TIMEOUT_S = 2.0

_log = logging.getLogger(__name__)


class Connection:
    """`claims` is what no other connection may have; it counts from before the kernel is asked."""

    def __init__(
        self,
        actor: Actor,
        label: str,
        interface: str,
        worker: Worker,
        control: socket.socket,
        lease: Lease,
        journal_entry: int,
    ) -> None:
        self.connection_id = secrets.token_hex(6)
        self.actor = actor
        self.label = label
        self.interface = interface
        self.worker = worker
        self.lease = lease
        self.claims: tuple[IpNetwork, ...] = ()
        self.network: NetworkConfig | None = None
        self._opened_at = time.time()
        self._control: MessageSocket[Control] = MessageSocket(control, Control)
        self._journal_entry = journal_entry
        self._changed = asyncio.Event()
        self._setting = asyncio.Lock()
        self._end_reason: str | None = None
        self._undone: asyncio.Future[tuple[str, ...]] = asyncio.get_running_loop().create_future()

    @property
    def info(self) -> ConnectionInfo:
        return ConnectionInfo(
            connection_id=self.connection_id,
            label=self.label,
            interface=self.interface,
            opened_at=self._opened_at,
            worker_pid=self.worker.pid,
            network=self.network,
        )

    @property
    def ending(self) -> bool:
        return self._end_reason is not None

    def hold(self, holder: object) -> None:
        self.lease.hold(holder)
        self._changed.set()

    def release(self, holder: object) -> None:
        self.lease.release(holder, asyncio.get_running_loop().time())
        self._changed.set()

    def end(self, reason: str) -> None:
        """The first reason counts. `undone` tells when it is over."""
        if self._end_reason is None:
            self._end_reason = reason
            self._changed.set()

    async def undone(self) -> tuple[str, ...]:
        """Returns what is left of the connection on this machine, in words."""
        return await asyncio.shield(self._undone)

    async def attach_app(self) -> socket.socket:
        """A new channel to the worker; returns the app's end. Raises Refusal."""
        app_end, worker_end = socket.socketpair()
        try:
            with handed_over(worker_end):
                await self._tell(AttachApp(), [worker_end.fileno()])
        except BaseException:
            app_end.close()
            raise
        return app_end

    async def set_network(self, network: Network, config: NetworkConfig, plan: LinkPlan) -> AppliedNetwork:
        """Raises Refusal, NetworkFailed, ResolverFailed. `claims` must have been taken."""
        async with self._setting:
            if self.ending:
                raise Refusal(RefusalCode.UNKNOWN_CONNECTION, "the connection is ending")
            applied = await network.set_network(self.interface, plan)
            self.network = config
            if applied.dns_sockets is not None:
                await self._listen_dns(applied.dns_sockets)
        return applied

    async def run(self, network: Network, journal: Journal) -> None:
        """Lasts as long as the connection: until its worker dies, its lease expires or `end` is called."""
        async with asyncio.TaskGroup() as tasks:
            watch = tasks.create_task(self._watch_worker())
            await self._until_end()
            stop = tasks.create_task(self.worker.stop())
            async with self._setting:
                left = await network.remove_link(self.interface)
            await stop
            watch.cancel()
        self._control.close()
        if not left:
            journal.forget(self._journal_entry)
        _log.info("%s of uid %s is closed: %s", self.interface, self.actor.uid, self._end_reason)
        self._undone.set_result(left)

    async def _until_end(self) -> None:
        loop = asyncio.get_running_loop()
        while not self.ending:
            self._changed.clear()
            try:
                async with asyncio.timeout(self.lease.remaining_s(loop.time())):
                    await self._changed.wait()
            except TimeoutError:
                if self.lease.expired(loop.time()):
                    self.end("its app is gone")

    async def _watch_worker(self) -> None:
        code = await self.worker.exited()
        self.end(f"its worker ended with {code}")

    async def _listen_dns(self, sockets: DnsSockets) -> None:
        with handed_over(sockets):
            await self._tell(ListenDns(str(sockets.address)), [sockets.udp.fileno(), sockets.tcp.fileno()])

    async def _tell(self, message: Control, descriptors: list[int]) -> None:
        try:
            async with asyncio.timeout(_CONTROL_TIMEOUT_S):
                await self._control.send(message, descriptors)
        except (TimeoutError, ChannelClosed) as error:
            raise Refusal(RefusalCode.SYSTEM_FAILED, f"the worker does not listen: {error}") from error
