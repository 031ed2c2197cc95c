"""Connections and datagrams for a port of the virtual address, brought to the same port of 127.0.0.1, in user space.

For macOS, whose kernel takes no packets for the loopback from another interface (helper.tunnel.relayed_inbound says
more). Each port is served by sockets of the virtual address with a number that the kernel chooses, so that a program
may have the port itself. They end with the worker.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Iterable
from contextlib import suppress

LOOPBACK = "127.0.0.1"
MAX_PORTS = 256
"""Served at once, TCP and UDP each. Two descriptors a port."""
MAX_CONNECTIONS = 512
MAX_SENDERS = 256
"""Of datagrams, to one port; the one that was heard the longest ago makes room."""

CONNECT_S = 2.0
_BACKLOG = 64
_CHUNK = 256 * 1024
_DATAGRAM = 65_535
_TURN = 64
"""Datagrams or connections that are taken in one go."""

log = logging.getLogger(__name__)


class LoopbackRelay:
    """`serve_tcp` and `serve_udp` return the number that the kernel has chosen. Raises OSError."""

    def __init__(self) -> None:
        self._listeners: dict[int, socket.socket] = {}
        self._datagrams: dict[int, _Datagrams] = {}
        self._accepted: asyncio.Queue[tuple[socket.socket, int]] = asyncio.Queue(MAX_CONNECTIONS)
        self._open = 0

    def serve_tcp(self, address: str, port: int) -> int:
        _refuse_too_many(self._listeners)
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            listener.setblocking(False)
            listener.bind((address, 0))
            listener.listen(_BACKLOG)
        except BaseException:
            listener.close()
            raise
        asyncio.get_running_loop().add_reader(listener, self._accept, listener, port)
        self._listeners[port] = listener
        return int(listener.getsockname()[1])

    def serve_udp(self, address: str, port: int) -> int:
        _refuse_too_many(self._datagrams)
        self._datagrams[port] = _Datagrams(address, port)
        return self._datagrams[port].number

    def keep(self, tcp: Iterable[int], udp: Iterable[int]) -> None:
        """Stops serving all ports but these. Connections that are open go on until one of their ends closes."""
        for port in self._listeners.keys() - set(tcp):
            listener = self._listeners.pop(port)
            asyncio.get_running_loop().remove_reader(listener)
            listener.close()
        for port in self._datagrams.keys() - set(udp):
            self._datagrams.pop(port).close()

    async def run(self) -> None:
        """Carries what is accepted, until it is cancelled; then everything is closed."""
        try:
            async with asyncio.TaskGroup() as connections:
                while True:
                    connections.create_task(self._carry(*await self._accepted.get()))
        finally:
            self.keep((), ())
            while not self._accepted.empty():
                self._accepted.get_nowait()[0].close()

    def _accept(self, listener: socket.socket, port: int) -> None:
        for _ in range(_TURN):
            try:
                connection, _ = listener.accept()
            except OSError:  # there is none left, or it has gone already
                return
            if self._open + self._accepted.qsize() >= MAX_CONNECTIONS:
                log.warning("port %s: more than %s connections at once", port, MAX_CONNECTIONS)
                connection.close()
                continue
            connection.setblocking(False)
            self._accepted.put_nowait((connection, port))

    async def _carry(self, theirs: socket.socket, port: int) -> None:
        """Nobody who listens: the connection is reset, as a closed port would do it, though a moment later."""
        self._open += 1
        ours = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            ours.setblocking(False)
            async with asyncio.timeout(CONNECT_S):
                await asyncio.get_running_loop().sock_connect(ours, (LOOPBACK, port))
            async with asyncio.TaskGroup() as ways:
                ways.create_task(_copy(theirs, ours))
                ways.create_task(_copy(ours, theirs))
        except* OSError as errors:
            log.debug("a connection to port %s has ended: %s", port, errors.exceptions[0])
            _reset(theirs)
            _reset(ours)
        finally:
            self._open -= 1
            theirs.close()
            ours.close()


class _Datagrams:
    """One port's. `number` is the socket's on the virtual address; every sender has a socket towards the program."""

    def __init__(self, address: str, port: int) -> None:
        self._port = port
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._senders: dict[tuple[str, int], socket.socket] = {}
        try:
            self._socket.setblocking(False)
            self._socket.bind((address, 0))
        except BaseException:
            self._socket.close()
            raise
        self.number = int(self._socket.getsockname()[1])
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._socket, self._inward)

    def close(self) -> None:
        self._loop.remove_reader(self._socket)
        self._socket.close()
        for sender in tuple(self._senders):
            self._forget(sender)

    def _inward(self) -> None:
        for _ in range(_TURN):
            try:
                content, sender = self._socket.recvfrom(_DATAGRAM)
            except OSError:
                return
            with suppress(OSError):  # nobody listens: datagrams are lost, as on any network
                self._towards(sender).send(content)

    def _outward(self, sender: tuple[str, int], sock: socket.socket) -> None:
        for _ in range(_TURN):
            try:
                content = sock.recv(_DATAGRAM)
            except OSError:
                return
            with suppress(OSError):
                self._socket.sendto(content, sender)

    def _towards(self, sender: tuple[str, int]) -> socket.socket:
        known = self._senders.pop(sender, None)
        if known is None:
            if len(self._senders) >= MAX_SENDERS:
                self._forget(next(iter(self._senders)))
            known = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            known.setblocking(False)
            known.connect((LOOPBACK, self._port))
            self._loop.add_reader(known, self._outward, sender, known)
        self._senders[sender] = known  # the last one heard comes last
        return known

    def _forget(self, sender: tuple[str, int]) -> None:
        sock = self._senders.pop(sender)
        self._loop.remove_reader(sock)
        sock.close()


def _refuse_too_many(served: dict[int, socket.socket] | dict[int, _Datagrams]) -> None:
    if len(served) >= MAX_PORTS:
        raise OSError(f"more than {MAX_PORTS} ports at once")


async def _copy(source: socket.socket, target: socket.socket) -> None:
    """Until the end of `source`, which is passed on."""
    loop = asyncio.get_running_loop()
    while content := await loop.sock_recv(source, _CHUNK):
        await loop.sock_sendall(target, content)
    with suppress(OSError):  # the target has closed already
        target.shutdown(socket.SHUT_WR)


def _reset(sock: socket.socket) -> None:
    """Closing it from now on sends RST: SO_LINGER with a time of 0, see setsockopt(2)."""
    with suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
