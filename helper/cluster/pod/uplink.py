"""The pod's interface to the cluster, and `ip` (iproute2) to look at it and to set up devices.

pyroute2 runs an event loop of its own, which cannot run inside ours, and a process of 3 ms now and then is cheaper
than a thread and 10 MiB for good.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import Any

_IP = "/usr/sbin/ip"


class DeviceError(Exception):
    """The kernel, in the words of `ip`, did not make a device as wanted."""


def ip(*arguments: str, batch: str = "") -> str:
    """Returns what it says. Raises DeviceError."""
    try:
        done = subprocess.run([_IP, *arguments], input=batch, capture_output=True, text=True, timeout=10, check=False)  # noqa: S603 - our own words only
    except subprocess.TimeoutExpired as error:
        raise DeviceError(str(error)) from error
    if done.returncode:
        raise DeviceError(done.stderr.strip())
    return done.stdout


def _ip_json(*arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(ip("-json", *arguments) or "[]")
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
