"""What comes from sidecars, on macOS: packets for a taken port enter at a relay, which goes on to 127.0.0.1.

XNU drops packets for 127.0.0.0/8 that come by any interface but the loopback (bsd/netinet/ip_input.c, "127/8 must not
appear on wire"), so that a translation of addresses alone cannot reach programs that listen there. Instead the
*port* is translated, one to one and without state (RFC 3022), to that of a socket of the relay's on the virtual
address. The relay's sockets are made when the first packet for a port comes: the address is on the link by then.
"""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Callable, Iterable

from helper.protocol.intercepts import Intercept
from helper.tunnel.inbound import IP, PROTOCOL, TCP, UDP, Inbound, is_later_fragment, rewrite_port, transport_at
from helper.tunnel.loopback_relay import LoopbackRelay

_SOURCE_PORT, _DESTINATION_PORT = 0, 2

log = logging.getLogger(__name__)


class RelayedInbound(Inbound):
    """Like `Inbound`. The peer that a program sees is 127.0.0.1; `run` has to run for as long as it is used."""

    def __init__(self, write_tun: Callable[[memoryview], None], subnet4: str) -> None:
        super().__init__(write_tun, subnet4)
        self._relay = LoopbackRelay()
        self._numbers: dict[tuple[int, int], int] = {}
        self._ports: dict[tuple[int, int], int] = {}
        """Both by protocol: a port's number at the relay, and a number's port."""

    async def run(self) -> None:
        await self._relay.run()

    def set_address(self, address4: str | None) -> None:
        before = self._address
        super().set_address(address4)
        if self._address != before:
            self._forget(set())

    def set_intercepts(self, intercepts: Iterable[Intercept]) -> None:
        super().set_intercepts(intercepts)
        if not self._all_ports:
            taken = {(TCP, port) for port in self._tcp} | {(UDP, port) for port in self._udp}
            self._forget(taken)

    def leave(self, payload: memoryview) -> None:
        at = transport_at(payload)
        if at is None or not self._ports or payload[IP] >> 4 != 4:
            return
        port = self._ports.get((payload[PROTOCOL], int.from_bytes(payload[at : at + 2], "big")))
        if port is not None:
            rewrite_port(payload, at + _SOURCE_PORT, port)

    def enter(self, payload: memoryview) -> None:
        at = transport_at(payload)
        number = None if at is None or is_later_fragment(payload) else self._number(payload, at)
        if at is None or number is None:
            self.refused += 1
            return
        rewrite_port(payload, at + _DESTINATION_PORT, number)
        self._write_tun(payload)

    def _number(self, payload: memoryview, at: int) -> int | None:
        protocol = payload[PROTOCOL]
        port = int.from_bytes(payload[at + 2 : at + 4], "big")
        key = protocol, port
        if key not in self._numbers:
            address = str(ipaddress.IPv4Address(self._address))
            serve = self._relay.serve_tcp if protocol == TCP else self._relay.serve_udp
            try:
                number = serve(address, port)
            except OSError as error:
                log.warning("port %s cannot be relayed: %s", port, error)
                return None
            self._numbers[key] = number
            self._ports[protocol, number] = port
        return self._numbers[key]

    def _forget(self, taken: set[tuple[int, int]]) -> None:
        """All but those that are taken."""
        self._numbers = {key: number for key, number in self._numbers.items() if key in taken}
        self._ports = {(protocol, number): port for (protocol, port), number in self._numbers.items()}
        self._relay.keep(*([port for kind, port in self._numbers if kind == wanted] for wanted in (TCP, UDP)))
