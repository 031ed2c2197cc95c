"""One TUN device per lease: each laptop has a queue of its own, so that a slow one stops nobody else.

Configured by `ip` (iproute2), in one batch per device: pyroute2 runs an event loop of its own, which cannot run
inside the manager's, and a process of 3 ms per new laptop is cheaper than a thread and 10 MiB for good.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from helper.cluster.manager.forwarding import forward_ipv4
from helper.net.tun import open_tun

_IP = "/usr/sbin/ip"
_QUEUE_PACKETS = 1000


class DeviceError(Exception):
    """The kernel, in the words of `ip`, did not make a device as wanted."""


def _ip(*arguments: str, batch: str = "") -> str:
    try:
        done = subprocess.run([_IP, *arguments], input=batch, capture_output=True, text=True, timeout=10, check=False)  # noqa: S603 - our own words only
    except subprocess.TimeoutExpired as error:
        raise DeviceError(str(error)) from error
    if done.returncode:
        raise DeviceError(done.stderr.strip())
    return done.stdout


def _ip_json(*arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(_ip("-json", *arguments) or "[]")
    return found


@dataclass(frozen=True, slots=True)
class Uplink:
    """The pod's interface to the cluster. `ipv6`: it has an address that reaches further than the link."""

    name: str
    mtu: int
    ipv6: bool


def find_uplink() -> Uplink:
    """Raises DeviceError when the pod has no default route."""
    for family in ("-4", "-6"):
        for route in _ip_json(family, "route", "show", "default"):
            name = str(route["dev"])
            link = _ip_json("address", "show", "dev", name)[0]
            ipv6 = any(a["family"] == "inet6" and a["scope"] == "global" for a in link["addr_info"] if "family" in a)
            return Uplink(name, int(link["mtu"]), ipv6)
    raise DeviceError("this pod has no default route")


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
            _ip("-batch", "-", batch="\n".join(lines) + "\n")
        except BaseException:
            os.close(tun.fd)
            raise
        return Device(tun.fd, tun.name, tun.offload)
