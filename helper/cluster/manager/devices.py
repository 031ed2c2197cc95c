"""One TUN device per lease: each laptop has a queue of its own, so that a slow one stops nobody else."""

from __future__ import annotations

import logging
import os
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from pyroute2 import IPRoute

from helper.cluster.manager.forwarding import forward_ipv4
from helper.net.tun import open_tun

_IPV6_FLAGS_NODAD = 0x02
_QUEUE_PACKETS = 1000

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Device:
    """`offload` as in `helper.net.tun`. Closing `fd` removes the device and its routes."""

    fd: int
    name: str
    offload: int

    def close(self) -> None:
        os.close(self.fd)


class Devices:
    """Makes the devices. Owns one netlink socket."""

    def __init__(self, uplink: str, gateway4: IPv4Address, gateway6: IPv6Address | None) -> None:
        """`uplink` is the pod's interface. Raises OSError when the kernel does not let us forward from it."""
        self._netlink = IPRoute()
        self._gateway4 = gateway4
        self._gateway6 = gateway6
        index = socket.if_nametoindex(uplink)
        self.mtu = int(self._netlink.get_links(index)[0].get_attr("IFLA_MTU"))
        forward_ipv4(index)

    def open(self, address4: IPv4Address, address6: IPv6Address | None) -> Device:
        """A device that is up and has routes to the laptop's addresses. Raises OSError or NetlinkError."""
        tun = open_tun()
        try:
            index = socket.if_nametoindex(tun.name)
            self._netlink.link("set", index=index, mtu=self.mtu, txqlen=_QUEUE_PACKETS, state="up")
            forward_ipv4(index)
            self._netlink.addr("replace", index=index, address=str(self._gateway4), prefixlen=32)
            self._netlink.route("replace", dst=f"{address4}/32", oif=index)
            if address6 is not None and self._gateway6 is not None:
                self._netlink.addr(
                    "replace", index=index, address=str(self._gateway6), prefixlen=128, flags=_IPV6_FLAGS_NODAD
                )
                self._netlink.route("replace", family=socket.AF_INET6, dst=f"{address6}/128", oif=index)
        except BaseException:
            os.close(tun.fd)
            raise
        return Device(tun.fd, tun.name, tun.offload)

    def close(self) -> None:
        self._netlink.close()


def has_global_ipv6(netlink: IPRoute) -> bool:
    """Does this namespace have an IPv6 address that reaches further than the link?"""
    return any(
        address["scope"] == 0 and address.get_attr("IFA_ADDRESS") != "::1"
        for address in netlink.get_addr(family=socket.AF_INET6)
    )


def default_interface(netlink: IPRoute) -> str:
    """The interface of the default route. Raises OSError when there is none."""
    for family in (socket.AF_INET, socket.AF_INET6):
        for route in netlink.get_default_routes(family=family):
            index = route.get_attr("RTA_OIF")
            if index is not None:
                return socket.if_indextoname(index)
    raise OSError("this pod has no default route")
