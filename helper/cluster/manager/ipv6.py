"""IPv6 into the cluster where the pod's kernel may not forward it: packets are sent, not forwarded.

A raw socket with the whole header (`IPPROTO_RAW`, ipv6(7); needs CAP_NET_RAW) makes a laptop's packet one of the
pod's own, so that the masquerade applies and no forwarding is asked for. The socket takes plain packets only:
segment trains are cut and checksums completed here. Answers come back by nftables: see `firewall.py`.
"""

from __future__ import annotations

import ipaddress
import logging
import socket

from helper.wire.frames import VNET_HEADER_BYTES
from helper.wire.virtio import VirtioError, finish

_SEND_BUFFER_BYTES = 4 << 20

log = logging.getLogger(__name__)


class RawIpv6Sender:
    """Raises OSError when raw sockets are not allowed here."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER_BYTES)
        self.dropped = 0

    def send(self, payload: memoryview) -> None:
        """`payload`: of a DATA frame with an IPv6 packet. What cannot be sent is dropped, as a router would."""
        try:
            destination = str(ipaddress.IPv6Address(bytes(payload[VNET_HEADER_BYTES + 24 : VNET_HEADER_BYTES + 40])))
            for packet in finish(payload):
                self._socket.sendto(packet, (destination, 0))
        except (OSError, VirtioError, ipaddress.AddressValueError) as error:
            self.dropped += 1
            log.debug("an IPv6 packet was not sent: %s", error)

    def close(self) -> None:
        self._socket.close()
