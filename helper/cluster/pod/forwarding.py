"""Lets the pod's kernel pass packets between tunnel devices and the pod's interface, with as few rights as can be.

IPv4: /proc/sys is read-only in an unprivileged container, but forwarding can be switched on per interface through
netlink with CAP_NET_ADMIN: RTM_SETLINK with IFLA_AF_SPEC/AF_INET/IFLA_INET_CONF (net/ipv4/devinet.c,
`inet_set_link_af`). IPv6 has no such switch: see `ipv6.py`.
"""

from __future__ import annotations

import logging
import os
import pathlib
import socket
import struct

_RTM_SETLINK = 19
_NLM_F_REQUEST, _NLM_F_ACK, _NLMSG_ERROR = 1, 4, 2
_IFLA_AF_SPEC, _IFLA_INET_CONF, _IPV4_DEVCONF_FORWARDING = 26, 1, 1
_NLA_F_NESTED = 0x8000

log = logging.getLogger(__name__)


def _attribute(kind: int, payload: bytes) -> bytes:
    return struct.pack("=HH", 4 + len(payload), kind) + payload + b"\0" * (-len(payload) % 4)


def forward_ipv4(interface_index: int) -> None:
    """Switches IPv4 forwarding on for one interface. Raises OSError with the kernel's errno."""
    conf = _attribute(_IPV4_DEVCONF_FORWARDING, struct.pack("=I", 1))
    inet = _attribute(_IFLA_INET_CONF | _NLA_F_NESTED, conf)
    spec = _attribute(_IFLA_AF_SPEC | _NLA_F_NESTED, _attribute(socket.AF_INET | _NLA_F_NESTED, inet))
    body = struct.pack("=BxHiII", socket.AF_UNSPEC, 0, interface_index, 0, 0) + spec
    header = struct.pack("=IHHII", 16 + len(body), _RTM_SETLINK, _NLM_F_REQUEST | _NLM_F_ACK, 1, 0)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE) as netlink:
        netlink.bind((0, 0))
        netlink.send(header + body)
        answer = netlink.recv(4096)
    kind, error = struct.unpack_from("=H", answer, 4)[0], struct.unpack_from("=i", answer, 16)[0]
    if kind == _NLMSG_ERROR and error:
        raise OSError(-error, os.strerror(-error))


def ipv6_forwarding(uplink: str) -> bool:
    """True when the kernel forwards IPv6 in this namespace, after trying to switch it on."""
    settings = pathlib.Path("/proc/sys/net/ipv6/conf")
    knob = settings / "all/forwarding"
    try:
        if knob.read_text().strip() == "1":
            return True
        # A forwarding host forgets and ignores what routers advertise: 2 keeps the pod's route if it came that way.
        (settings / uplink / "accept_ra").write_text("2\n")
        knob.write_text("1\n")
    except OSError as error:
        log.info("the kernel does not forward IPv6 here (%s)", error)
        return False
    return True
