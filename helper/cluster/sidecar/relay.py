"""IPv6 to the laptop: a pod's kernel may not forward it, so what is taken is redirected here and sent on over IPv4.

TCP: one connection for another, half-closes passed on, resets as resets. UDP: a socket for each client. Which port was
meant at first is asked of the kernel: SO_ORIGINAL_DST (linux/netfilter_ipv6/ip6_tables.h) and connection tracking.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from helper.cluster.api import RELAY_PORT
from helper.cluster.sidecar import conntrack

MAX_CONNECTIONS = 2048
MAX_UDP_CLIENTS = 512
UDP_IDLE_S = 60.0
_CONNECT_S = 5.0
_CHUNK_BYTES = 256 * 1024
_IP6T_SO_ORIGINAL_DST = 80
_LINGER_RESET = struct.pack("=ii", 1, 0)
_SOCKADDR_IN6 = struct.Struct("=HHI16sI")
_DATAGRAM_BYTES = 65_535

log = logging.getLogger(__name__)

Target = tuple[str, int]
FindTarget = Callable[[int], Target | None]
"""Where what was meant for this port of the pod goes; None: nowhere any more."""


class Ipv6Relay:
    """Use `run` in a task: it listens until cancelled."""

    def __init__(self, find_target: FindTarget) -> None:
        self._find_target = find_target
        self._connections: set[asyncio.Task[None]] = set()
        self._udp: _UdpRelay | None = None

    async def run(self) -> None:
        """Raises OSError when the port is taken."""
        tcp = _listening(socket.SOCK_STREAM)
        tcp.listen(256)
        with _listening(socket.SOCK_DGRAM) as udp:
            udp.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
            self._udp = _UdpRelay(udp, self._find_target)
            try:
                server = await asyncio.start_server(self._serve, sock=tcp, limit=_CHUNK_BYTES)
                async with server:
                    while True:
                        await asyncio.sleep(UDP_IDLE_S / 4)
                        self._udp.forget_idle()
            finally:
                self.cut()
                self._udp.close()

    def cut(self) -> None:
        """What is being relayed ends: the laptop it goes to does not take it any more."""
        for task in self._connections:
            task.cancel()
        if self._udp is not None:
            self._udp.cut()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or len(self._connections) >= MAX_CONNECTIONS:
            writer.transport.abort()
            return
        self._connections.add(task)
        whole = False
        try:
            whole = await self._relay(reader, writer)
        except (OSError, TimeoutError) as error:
            log.debug("relay: %s", error)
        finally:
            self._connections.discard(task)
            if not whole:
                _reset(writer)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Returns whether both directions came to their end. Raises OSError, TimeoutError."""
        raw: socket.socket = writer.get_extra_info("socket")
        original = raw.getsockopt(socket.IPPROTO_IPV6, _IP6T_SO_ORIGINAL_DST, _SOCKADDR_IN6.size)
        port = socket.ntohs(_SOCKADDR_IN6.unpack(original)[1])
        target = self._find_target(port)
        if target is None or port == RELAY_PORT:
            return False
        async with asyncio.timeout(_CONNECT_S):
            far_reader, far_writer = await asyncio.open_connection(*target, limit=_CHUNK_BYTES)
        whole = False
        try:
            for each in (writer, far_writer):
                each.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            async with asyncio.TaskGroup() as group:
                group.create_task(_carry(reader, far_writer))
                group.create_task(_carry(far_reader, writer))
            whole = True
            writer.close()
            far_writer.close()
        except* OSError as broken:
            log.debug("relay: %s", broken.exceptions[0])
        finally:
            if not whole:
                _reset(far_writer)
        return whole


def _reset(writer: asyncio.StreamWriter) -> None:
    """The peer is told that it was broken off, not that it is over."""
    raw = writer.get_extra_info("socket")
    if raw is not None and raw.fileno() >= 0:
        with contextlib.suppress(OSError):
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_RESET)
    writer.transport.abort()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(_CHUNK_BYTES):
        writer.write(data)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()


def _listening(kind: socket.SocketKind) -> socket.socket:
    sock = socket.socket(socket.AF_INET6, kind)
    try:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if kind is socket.SOCK_STREAM:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setblocking(False)
        sock.bind(("::", RELAY_PORT))
    except BaseException:
        sock.close()
        raise
    return sock


@dataclass(slots=True)
class _UdpClient:
    """`local`: the packed address of the pod that the client sent to; answers come from there."""

    local: bytes
    socket: socket.socket
    used_at: float = field(default=0.0)


class _UdpRelay:
    def __init__(self, sock: socket.socket, find_target: FindTarget) -> None:
        self._loop = asyncio.get_running_loop()
        self._socket = sock
        self._find_target = find_target
        self._clients: dict[tuple[str, int], _UdpClient] = {}
        self._loop.add_reader(sock.fileno(), self._from_clients)

    def forget_idle(self) -> None:
        limit = self._loop.time() - UDP_IDLE_S
        for peer in [peer for peer, client in self._clients.items() if client.used_at < limit]:
            self._drop(peer)

    def cut(self) -> None:
        for peer in list(self._clients):
            self._drop(peer)

    def close(self) -> None:
        self.cut()
        self._loop.remove_reader(self._socket.fileno())

    def _drop(self, peer: tuple[str, int]) -> None:
        client = self._clients.pop(peer)
        self._loop.remove_reader(client.socket.fileno())
        client.socket.close()

    def _from_clients(self) -> None:
        for _ in range(64):
            try:
                data, ancillary, _, address = self._socket.recvmsg(_DATAGRAM_BYTES, socket.CMSG_SPACE(20))
            except OSError:
                return
            peer = (str(address[0]), int(address[1]))
            client = self._clients.get(peer) or self._new_client(peer, address, ancillary)
            if client is not None:
                client.used_at = self._loop.time()
                try:
                    client.socket.send(data)
                except OSError as error:
                    log.debug("a datagram was not sent on: %s", error)

    def _new_client(
        self, peer: tuple[str, int], address: tuple[object, ...], ancillary: list[tuple[int, int, bytes]]
    ) -> _UdpClient | None:
        local = next((data[:16] for _, kind, data in ancillary if kind == socket.IPV6_PKTINFO), None)
        if local is None or len(self._clients) >= MAX_UDP_CLIENTS:
            return None
        try:
            port = conntrack.original_port((socket.inet_ntop(socket.AF_INET6, local), RELAY_PORT), peer)
        except OSError as error:
            log.warning("connection tracking does not answer: %s", error)
            return None
        target = None if port is None else self._find_target(port)
        if target is None:
            return None
        onward = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        onward.setblocking(False)
        try:
            onward.connect(target)
        except OSError as error:
            onward.close()
            log.debug("no way on for a datagram: %s", error)
            return None
        client = self._clients[peer] = _UdpClient(local, onward)
        self._loop.add_reader(onward.fileno(), self._from_laptop, client, address)
        return client

    def _from_laptop(self, client: _UdpClient, address: tuple[object, ...]) -> None:
        for _ in range(64):
            try:
                data = client.socket.recv(_DATAGRAM_BYTES)
            except BlockingIOError:
                return
            except OSError as error:
                log.debug("the laptop refuses a datagram: %s", error)
                return
            source = client.local + struct.pack("=I", 0)
            try:
                self._socket.sendmsg(
                    [data], [(socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, source)], 0, (address[0], address[1])
                )
            except OSError as error:
                log.debug("an answer was not sent: %s", error)
