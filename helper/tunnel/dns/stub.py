"""`DnsStub`: what the worker sees of the DNS part."""

from __future__ import annotations

import asyncio
import importlib
import logging
import socket
from typing import TYPE_CHECKING

from helper.protocol.worker_messages import ResolverConfig
from helper.tunnel.dns.exchange import Server
from helper.tunnel.dns.listening import Incoming, Listener
from helper.tunnel.dns.resolvers import Resolvers

if TYPE_CHECKING:
    from helper.tunnel.dns.answering import Answerer

log = logging.getLogger(__name__)

MAX_IN_FLIGHT = 256
"""Queries that are being asked on. Each holds one socket."""
MAX_WAITING = 256
"""Queries behind those. What comes on top is dropped (UDP: clients ask again) or cut off (TCP)."""


class DnsStub:
    """Answers DNS queries on sockets it is given, while `run` runs. Its methods may be called before that, too.

    All of it is meant for the event loop that carries the packets: no step is longer than parsing one message.
    """

    def __init__(self) -> None:
        self._answerer: Answerer | None = None
        self._resolvers: Resolvers | None = None
        self._tunnel_up = False
        self._sockets: tuple[socket.socket, socket.socket] | None = None
        self._sockets_changed = asyncio.Event()
        self._waiting: asyncio.Queue[Incoming] = asyncio.Queue(MAX_WAITING)
        self._slots = asyncio.Semaphore(MAX_IN_FLIGHT)
        self._queries = 0

    @property
    def queries(self) -> int:
        """Messages received since the beginning."""
        return self._queries

    def listen(self, udp_socket: socket.socket, tcp_socket: socket.socket) -> None:
        """Serves a bound UDP socket and a bound TCP socket instead of those before, and owns them from now on."""
        self._close_unserved()
        self._sockets = udp_socket, tcp_socket
        self._sockets_changed.set()

    def set_resolver(self, config: ResolverConfig) -> None:
        """Replaces how names are resolved, from the next query on. A config that cannot be understood is an error in
        the log, and the one before stays."""
        try:
            self._resolvers = Resolvers.parse(config)
        except ValueError as error:
            log.error("resolver configuration not understood: %s", error)
            return
        if self._answerer is not None:
            self._answerer.resolvers = self._resolvers

    def set_tunnel_up(self, up: bool) -> None:
        """While the tunnel is down, names of the cluster fail at once and all others go to the upstreams."""
        self._tunnel_up = up
        if self._answerer is not None:
            self._answerer.tunnel_up = up

    async def run(self) -> None:
        """Serves until it is cancelled. Sockets are closed then."""
        try:
            # In a thread: 60 ms of imports would hold up packets.
            await asyncio.to_thread(importlib.import_module, "helper.tunnel.dns.answering")
            from helper.tunnel.dns.answering import Answerer

            self._answerer = Answerer(self._resolvers, self._tunnel_up)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._keep_listening(self._answerer), name="dns-listen")
                tasks.create_task(self._take_queries(self._answerer, tasks), name="dns-queue")
        finally:
            self._answerer = None
            self._close_unserved()

    async def _keep_listening(self, answerer: Answerer) -> None:
        listener: Listener | None = None
        try:
            while True:
                await self._sockets_changed.wait()
                self._sockets_changed.clear()
                if listener is not None:
                    listener.close()
                    listener = None
                if self._sockets is None:
                    continue
                udp_socket, tcp_socket = self._sockets
                self._sockets = None
                try:
                    answerer.own = Server(*udp_socket.getsockname()[:2])
                    listener = await Listener.open(udp_socket, tcp_socket, self._accept)
                except OSError as error:
                    log.error("cannot serve DNS: %s", error)
                    continue
                log.info("serving DNS on %s", answerer.own.address)
        finally:
            if listener is not None:
                listener.close()

    def _accept(self, incoming: Incoming) -> bool:
        self._queries += 1
        try:
            self._waiting.put_nowait(incoming)
        except asyncio.QueueFull:
            return False
        return True

    async def _take_queries(self, answerer: Answerer, tasks: asyncio.TaskGroup) -> None:
        while True:
            await self._slots.acquire()
            incoming = await self._waiting.get()
            tasks.create_task(self._answer(answerer, incoming))

    async def _answer(self, answerer: Answerer, incoming: Incoming) -> None:
        answer: bytes | None = None
        try:
            answer = await answerer.answer(incoming.raw, over_tcp=incoming.over_tcp)
        except Exception:
            # One message must not cost the machine its names, nor the tunnel.
            log.exception("a DNS query could not be answered")
        finally:
            self._slots.release()
            incoming.reply(answer)

    def _close_unserved(self) -> None:
        if self._sockets is not None:
            for sock in self._sockets:
                sock.close()
            self._sockets = None
