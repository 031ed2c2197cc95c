"""What every system's network says of routes, and how it fails."""

from __future__ import annotations

from dataclasses import dataclass

from helper.net.plan import IpNetwork


class NetworkFailed(Exception):
    """The kernel refused. The message names what was asked."""


@dataclass(frozen=True)
class KernelRoute:
    subnet: IpNetwork
    interface: str
