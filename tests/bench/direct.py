"""One end of a tunnel over a plain TCP stream, without an API server: what the data path itself can carry.

`python -m tests.bench.direct listen|dial PEER_ADDRESS OWN_VIRTUAL PEER_VIRTUAL`, in a network namespace of its own.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import subprocess
import sys

import uvloop

from helper.net.tun import open_tun
from helper.tunnel.lane import StreamLane
from helper.tunnel.pump import AddressGuard, Pump
from helper.tunnel.traffic import Traffic

PORT = 7070
MTU = 1500
READY = "ready"


class _End:
    """Hands the lane's events to the pump, and remembers the lane's end."""

    def __init__(self, loop: asyncio.AbstractEventLoop, tun: int) -> None:
        self.pump = Pump(loop, tun, Traffic(), lambda _: None)
        self.closed = asyncio.Event()

    def on_data(self, data: memoryview) -> None:
        self.pump.on_data(data)

    def on_writable(self) -> None:
        self.pump.on_writable()

    def on_closed(self, reason: str) -> None:
        self.closed.set()


def connected(how: str, peer: str) -> socket.socket:
    if how == "dial":
        return socket.create_connection((peer, PORT))
    with socket.create_server(("0.0.0.0", PORT)) as listener:
        return listener.accept()[0]


def opened_device(own: str, other: str) -> int:
    """The descriptor of a TUN that is up and leads to `other`."""
    device = open_tun("direct%d")
    for arguments in (
        ["address", "add", own, "peer", other, "dev", device.name],
        ["link", "set", device.name, "mtu", str(MTU), "txqueuelen", "1000", "up"],
    ):
        subprocess.run(["ip", *arguments], check=True)
    return device.fd


async def main(tun: int, stream: socket.socket, own: str) -> None:
    loop = asyncio.get_running_loop()
    end = _End(loop, tun)
    end.pump.attach(StreamLane(loop, stream, end))
    end.pump.open(AddressGuard(ipaddress.IPv4Address(own).packed, None, by_source=False))
    print(READY, flush=True)
    await end.closed.wait()


if __name__ == "__main__":
    how, peer_address, own_virtual, peer_virtual = sys.argv[1:]
    descriptor = opened_device(own_virtual, peer_virtual)
    uvloop.run(main(descriptor, connected(how, peer_address), own_virtual))
