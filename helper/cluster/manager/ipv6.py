"""IPv6 into the cluster where the pod's kernel may not forward it: packets are sent, not forwarded.

A raw socket with the whole header (`IPPROTO_RAW`, ipv6(7); needs CAP_NET_RAW) makes a laptop's packet one of the
pod's own, so that the masquerade applies and no forwarding is asked for. The socket takes plain packets only:
segment trains are cut and checksums completed here. Answers come back by nftables: see `firewall.py`.
"""

from __future__ import annotations

import logging
import socket

from helper.wire.frames import VNET_HEADER_BYTES
from helper.wire.virtio import VirtioError, finish

_SEND_BUFFER_BYTES = 4 << 20
_HOP_LIMIT, _DESTINATION = VNET_HEADER_BYTES + 7, VNET_HEADER_BYTES + 24

log = logging.getLogger(__name__)


class RawIpv6Sender:
    """Raises OSError when raw sockets are not allowed here."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER_BYTES)
        self.dropped = 0

    def send(self, payload: memoryview) -> None:
        """`payload`: of a DATA frame with an IPv6 packet; it is changed. What cannot be sent is dropped.

        As a router would (RFC 4291, RFC 8200): a hop is counted, without which a laptop could pass for a neighbour
        on the pod's link (RFC 4861 trusts a hop limit of 255), and nothing goes to addresses of the link or the host.
        """
        destination = bytes(payload[_DESTINATION : _DESTINATION + 16])
        if not _routable(destination) or payload[_HOP_LIMIT] <= 1:
            self.dropped += 1
            return
        payload[_HOP_LIMIT] -= 1
        address = (socket.inet_ntop(socket.AF_INET6, destination), 0)
        try:
            for packet in finish(payload):
                self._socket.sendto(packet, address)
        except (OSError, VirtioError) as error:
            self.dropped += 1
            log.debug("an IPv6 packet was not sent: %s", error)

    def close(self) -> None:
        self._socket.close()


def _routable(address: bytes) -> bool:
    """Not multicast, link-local, unspecified or loopback, and whole."""
    if len(address) != 16 or address[0] == 0xFF or address[:15] == bytes(15):
        return False
    return not (address[0] == 0xFE and address[1] & 0xC0 == 0x80)
