"""DNS servers for tests: one that answers as a function says, and answers like those of a cluster's CoreDNS."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import cast

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

Respond = Callable[[dns.message.Message, bool], bytes | None]
"""From a query, and whether it came over TCP, to the answer's bytes; None stays silent."""

Zone = Mapping[str, Mapping[str, list[str]]]
"""Name → type → records, all as text, names without the final dot."""

TTL_S = 5


def bound_pair(address: str = "127.0.0.1", port: int = 0) -> tuple[socket.socket, socket.socket]:
    """Returns a UDP and a listening TCP socket on the same port."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    for _ in range(20):
        with ExitStack() as on_failure:
            tcp = on_failure.enter_context(socket.socket(family, socket.SOCK_STREAM))
            udp = on_failure.enter_context(socket.socket(family, socket.SOCK_DGRAM))
            tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tcp.bind((address, port))
            try:
                udp.bind((address, tcp.getsockname()[1]))
            except OSError:
                if port:
                    raise
                continue
            tcp.listen()
            on_failure.pop_all()
            return udp, tcp
    raise OSError("no port that is free for UDP and TCP")


class FakeDnsServer:
    """An async context manager. `asked` holds (name, type, over TCP) of every query; `on_query` is told each name.

    `respond` may be replaced at any time.
    """

    def __init__(self, respond: Respond, address: str = "127.0.0.1") -> None:
        self.respond = respond
        self.asked: list[tuple[str, str, bool]] = []
        self.raw: list[bytes] = []
        self.on_query: Callable[[str], object] = lambda name: None
        self._address = address
        self._streams: set[asyncio.Transport] = set()

    async def __aenter__(self) -> FakeDnsServer:
        loop = asyncio.get_running_loop()
        udp, tcp = bound_pair(self._address)
        self.port: int = udp.getsockname()[1]
        self._udp, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(self), sock=udp)
        self._tcp = await loop.create_server(lambda: _Stream(self, self._streams), sock=tcp)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._udp.abort()
        self._tcp.close()
        for stream in tuple(self._streams):
            stream.abort()
        await asyncio.sleep(0)

    @property
    def endpoint(self) -> str:
        host = f"[{self._address}]" if ":" in self._address else self._address
        return f"{host}:{self.port}"

    @property
    def names(self) -> list[str]:
        return [name for name, _, _ in self.asked]

    def answer(self, raw: bytes, over_tcp: bool) -> bytes | None:
        query = dns.message.from_wire(raw, keyring=False)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True)
        self.raw.append(raw)
        self.asked.append((name, dns.rdatatype.to_text(question.rdtype), over_tcp))
        self.on_query(name)
        return self.respond(query, over_tcp)


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, server: FakeDnsServer) -> None:
        self._server = server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        answer = self._server.answer(data, False)
        if answer is not None:
            self._transport.sendto(answer, addr)


class _Stream(asyncio.Protocol):
    def __init__(self, server: FakeDnsServer, streams: set[asyncio.Transport]) -> None:
        self._server = server
        self._streams = streams
        self._buffer = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._streams.add(self._transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._streams.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while len(self._buffer) >= 2:
            end = 2 + int.from_bytes(self._buffer[:2])
            if len(self._buffer) < end:
                return
            answer = self._server.answer(bytes(self._buffer[2:end]), True)
            del self._buffer[:end]
            if answer is not None:
                self._transport.write(len(answer).to_bytes(2) + answer)


def zone_responder(zone: Zone, origin: str) -> Respond:
    """Answers like an authoritative server of `origin`: NODATA, NXDOMAIN with SOA, TC over the client's size.

    CNAMEs are answered alone; the addresses of SRV targets go into the additional section, as CoreDNS does it.
    """
    names = {_key(name): types for name, types in zone.items()}
    existing = {ancestor for name in names for ancestor in _ancestors(name)}

    def respond(query: dns.message.Message, over_tcp: bool) -> bytes:
        question = query.question[0]
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.AA
        types = names.get(question.name)
        if question.name not in existing:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        wanted = dns.rdatatype.to_text(question.rdtype)
        for rdtype in (wanted, "CNAME"):
            if types and rdtype in types:
                answer.answer.append(dns.rrset.from_text_list(question.name, TTL_S, "IN", rdtype, types[rdtype]))
                break
        else:
            soa = f"ns.dns.{origin}. hostmaster.{origin}. 1 7200 1800 86400 5"
            answer.authority.append(dns.rrset.from_text(_key(origin), TTL_S, "IN", "SOA", soa))
        if wanted == "SRV":
            _add_targets(answer, names)
        return _within(answer, query, over_tcp)

    return respond


def _add_targets(answer: dns.message.Message, names: Mapping[dns.name.Name, Mapping[str, list[str]]]) -> None:
    for record in (record for rrset in answer.answer for record in rrset):
        for rdtype in ("A", "AAAA"):
            if addresses := names.get(record.target, {}).get(rdtype):
                answer.additional.append(dns.rrset.from_text_list(record.target, TTL_S, "IN", rdtype, addresses))


def _within(answer: dns.message.Message, query: dns.message.Message, over_tcp: bool) -> bytes:
    wire = answer.to_wire(max_size=65_535)
    if over_tcp or len(wire) <= max(512, query.payload):
        return wire
    short = dns.message.make_response(query)
    short.flags |= dns.flags.TC | dns.flags.AA
    return short.to_wire()


def _ancestors(name: dns.name.Name) -> list[dns.name.Name]:
    ancestors = [name]
    while len(name) > 2:
        name = name.parent()
        ancestors.append(name)
    return ancestors


def _key(name: str) -> dns.name.Name:
    return dns.name.from_text(name)
