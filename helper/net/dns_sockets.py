"""Port 53 of a virtual address, bound by root for the worker's DNS stub."""

from __future__ import annotations

import socket
from dataclasses import dataclass

from helper.net.plan import IpAddress
from helper.net.resolver import ResolverFailed

DNS_PORT = 53
_BACKLOG = 64


@dataclass(frozen=True)
class DnsSockets:
    address: IpAddress
    udp: socket.socket
    tcp: socket.socket

    def close(self) -> None:
        self.udp.close()
        self.tcp.close()


def bind_dns(address: IpAddress) -> DnsSockets:
    """Raises ResolverFailed, when another DNS server has taken port 53 of every address."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    udp = socket.socket(family, socket.SOCK_DGRAM)
    tcp = socket.socket(family, socket.SOCK_STREAM)
    try:
        udp.setblocking(False)
        tcp.setblocking(False)
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        udp.bind((str(address), DNS_PORT))
        tcp.bind((str(address), DNS_PORT))
        tcp.listen(_BACKLOG)
    except OSError as error:
        udp.close()
        tcp.close()
        raise ResolverFailed(f"port {DNS_PORT} of {address} cannot be had: {error}") from error
    return DnsSockets(address=address, udp=udp, tcp=tcp)
