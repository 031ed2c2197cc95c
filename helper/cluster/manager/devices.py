"""One TUN device per lease: each laptop has a queue of its own, so that a slow one stops nobody else."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from helper.cluster.pod.forwarding import forward_ipv4
from helper.cluster.pod.uplink import Uplink, ip
from helper.net.tun import open_tun

_QUEUE_PACKETS = 1000


@dataclass(slots=True)
class Device:
    """`offload` as in `helper.net.tun`. Closing `fd` removes the device and its routes."""

    fd: int
    name: str
    offload: int

    def close(self) -> None:
        os.close(self.fd)


class Devices:
    def __init__(self, uplink: Uplink, gateway4: IPv4Address, gateway6: IPv6Address | None) -> None:
        """The gateways are the manager's own virtual addresses. Raises OSError when IPv4 cannot be forwarded."""
        self._gateway4 = gateway4
        self._gateway6 = gateway6
        self.mtu = uplink.mtu
        forward_ipv4(socket.if_nametoindex(uplink.name))

    def open(self, address4: IPv4Address, address6: IPv6Address | None) -> Device:
        """A device that is up and has routes to the laptop's addresses. Raises OSError or DeviceError."""
        tun = open_tun()
        try:
            forward_ipv4(socket.if_nametoindex(tun.name))
            lines = [
                f"link set {tun.name} mtu {self.mtu} txqueuelen {_QUEUE_PACKETS} up",
                f"address replace {self._gateway4}/32 dev {tun.name}",
                f"route replace {address4}/32 dev {tun.name}",
            ]
            if address6 is not None and self._gateway6 is not None:
                lines += [
                    f"address replace {self._gateway6}/128 dev {tun.name} nodad",
                    f"route replace {address6}/128 dev {tun.name}",
                ]
            ip("-batch", "-", batch="\n".join(lines) + "\n")
        except BaseException:
            os.close(tun.fd)
            raise
        return Device(tun.fd, tun.name, tun.offload)
