"""A laptop's end for tests without a helper: `python -m tests.netns.cluster.laptop_end MANAGER_NETNS CLIENT_ID [utun]`.

A TUN in this network namespace, the real keeper and interception, and a lane over a plain socket to the manager's
loopback. With `utun` the device is played as macOS has it.
Says what it hears on stdout as a line of JSON; reads wishes (the app's messages) as lines of JSON from stdin.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path

import msgspec
import uvloop

from helper.net.tun import open_tun
from helper.protocol.worker_messages import (
    Endpoint,
    FromWorker,
    MintTicket,
    SetEndpoint,
    SetIntercepts,
    TunnelFailure,
    TunnelLost,
    TunnelUp,
    WatchRequests,
)
from helper.tunnel.interception import LaptopInterception
from helper.tunnel.keeper import TunnelKeeper
from helper.tunnel.lane import Lane, LaneListener, StreamLane
from helper.tunnel.portforward import LaneFailed
from helper.tunnel.pump import Pump
from helper.tunnel.traffic import Traffic
from helper.tunnel.utun_pump import UtunPump
from tests.lab import kernel
from tests.netns.cluster.utun_player import UtunPlayer

Wish = SetIntercepts | MintTicket | WatchRequests


async def main(netns: str, client_id: str, device: str = "tun") -> None:
    loop = asyncio.get_running_loop()
    tun = open_tun()
    is_utun = device == "utun"
    if not is_utun:
        _deliver_to_loopback(tun.name)

    async def open_lane(_: Endpoint, listener: LaneListener) -> Lane:
        sock = _socket_in(netns)
        sock.setblocking(False)
        try:
            await loop.sock_connect(sock, ("127.0.0.1", 7070))
        except OSError as error:
            sock.close()
            raise LaneFailed(TunnelFailure.UNREACHABLE, str(error)) from error
        return StreamLane(loop, sock, listener)

    def tell(message: FromWorker) -> None:
        sys.stdout.write(msgspec.json.encode(message).decode() + "\n")
        sys.stdout.flush()

    def on_event(event: TunnelUp | TunnelLost) -> None:
        if isinstance(event, TunnelUp):
            address = event.lease.address4
            for words in (
                f"link set {tun.name} mtu {event.lease.mtu} up",
                f"address replace {address}/32 dev {tun.name}",
                f"route replace 198.19.0.0/16 dev {tun.name} src {address}",
            ):
                subprocess.run(["ip", *words.split()], check=True)
            interception.tunnel_up(event.lease)
        tell(event)

    player = UtunPlayer(loop, tun) if is_utun else None
    pump: Pump = (UtunPump if player else Pump)(
        loop, player.socket.fileno() if player else tun.fd, Traffic(), lambda frame: keeper.on_control(frame)
    )
    keeper = TunnelKeeper(
        loop,
        pump,
        offload=not is_utun,
        on_event=on_event,
        on_message=lambda message: interception.heard(message),
        open_lane=open_lane,
    )
    interception = LaptopInterception(pump, keeper.say, tell)
    keeper.set_endpoint(SetEndpoint(Endpoint("https://none", "kubeferry", "manager", 7070), client_id, "test@laptop"))
    reader = asyncio.StreamReader(limit=1 << 20)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(0, "rb"))
    async with asyncio.TaskGroup() as group:
        running = [group.create_task(part) for part in (keeper.run(), interception.run())]
        while line := await reader.readline():
            interception.wish(msgspec.json.decode(line, type=Wish))
        for part in running:
            part.cancel()


def _deliver_to_loopback(interface: str) -> None:
    """As the helper does when it is asked to."""
    Path(f"/proc/sys/net/ipv4/conf/{interface}/route_localnet").write_text("1")


def _socket_in(netns: str) -> socket.socket:
    """A socket belongs to the namespace it was made in, wherever its process goes after."""
    with Path("/proc/thread-self/ns/net").open("rb") as own, Path(netns).open("rb") as there:
        kernel.setns(there.fileno())
        try:
            return socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        finally:
            kernel.setns(own.fileno())


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
