"""Laptops that hold a lease and nothing else: lanes of one process, each with a socketpair in a TUN's place.

`python -m tests.bench.further_laptops COUNT`, with the manager's Endpoint as JSON on the first line of standard input.
Prints "ready", and ends when standard input does.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
import sys

import msgspec
import uvloop

from helper.protocol.worker_messages import Endpoint, SetEndpoint, TunnelLost, TunnelUp
from helper.tunnel.keeper import TunnelKeeper
from helper.tunnel.pump import Pump
from helper.tunnel.traffic import Traffic
from helper.wire.laptop_messages import ToLaptop

READY = "ready"
_TOGETHER_S = 30.0


class FurtherLaptop:
    def __init__(self, number: int, endpoint: Endpoint) -> None:
        loop = asyncio.get_running_loop()
        self._far, self._near = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._near.setblocking(False)
        self.up = asyncio.Event()
        self._pump = Pump(loop, self._near.fileno(), Traffic(), lambda frame: self.keeper.on_control(frame))
        self.keeper = TunnelKeeper(
            loop, self._pump, offload=True, on_event=self._on_event, on_message=lambda message: self.on_message(message)
        )
        self.keeper.set_endpoint(SetEndpoint(endpoint, secrets.token_hex(16), f"further-{number}"))

    def on_message(self, message: ToLaptop) -> None:
        """What is said about intercepts: nothing to one that has none."""

    def _on_event(self, event: TunnelUp | TunnelLost) -> None:
        if isinstance(event, TunnelUp):
            self.up.set()
        else:
            print(f"{event.failure}: {event.detail}", file=sys.stderr)


async def main(count: int) -> None:
    loop = asyncio.get_running_loop()
    endpoint = msgspec.json.decode(sys.stdin.readline(), type=Endpoint)
    async with asyncio.TaskGroup() as group:
        laptops = [FurtherLaptop(number, endpoint) for number in range(count)]
        tasks = [group.create_task(laptop.keeper.run()) for laptop in laptops]
        async with asyncio.timeout(_TOGETHER_S):
            for laptop in laptops:
                await laptop.up.wait()
        print(READY, flush=True)
        await loop.run_in_executor(None, sys.stdin.read)
        for laptop in laptops:
            laptop.keeper.release()
        await asyncio.sleep(0.5)
        for task in tasks:
            task.cancel()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
