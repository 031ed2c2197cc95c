"""The sidecar's TUN device: the way to laptops, by virtual address. It ends with the sidecar."""

from __future__ import annotations

import asyncio
import os
import socket
from dataclasses import dataclass

from helper.cluster.pod.forwarding import forward_ipv4
from helper.cluster.pod.uplink import Uplink, ip
from helper.net.tun import ensure_tun_node, open_tun

_QUEUE_PACKETS = 1000


@dataclass
class SidecarDevice:
    """`fd` is non-blocking; closing it removes the device, its address and its route."""

    fd: int
    name: str
    _address: str = ""

    @classmethod
    def open(cls, uplink: Uplink) -> SidecarDevice:
        """Up, without an address. The pod then forwards IPv4 between it and `uplink`. Raises OSError, DeviceError."""
        ensure_tun_node()
        tun = open_tun()
        try:
            for name in (uplink.name, tun.name):
                forward_ipv4(socket.if_nametoindex(name))
            ip("link", "set", tun.name, "mtu", str(uplink.mtu), "txqueuelen", str(_QUEUE_PACKETS), "up")
        except BaseException:
            os.close(tun.fd)
            raise
        return cls(tun.fd, tun.name)

    async def set_address(self, address4: str, subnet4: str) -> None:
        """Instead of what it had before. Raises DeviceError."""
        if address4 == self._address:
            return
        self._address = ""
        lines = [
            f"address flush dev {self.name}",
            f"address replace {address4}/32 dev {self.name}",
            f"route replace {subnet4} dev {self.name} src {address4}",
        ]
        await asyncio.to_thread(ip, "-batch", "-", batch="\n".join(lines) + "\n")
        self._address = address4

    def close(self) -> None:
        os.close(self.fd)
