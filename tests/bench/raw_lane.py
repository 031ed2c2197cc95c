"""The ceiling: bytes through the port-forward lane alone, without TUN, packets or inner TCP. One JSON line out."""

from __future__ import annotations

import argparse
import asyncio
import json
import struct
import sys
import time

import msgspec
import uvloop

from helper.protocol.worker_messages import Endpoint
from helper.tunnel.lane import HEADROOM
from helper.tunnel.portforward import open_port_forward

_CHUNK = 192 * 1024


class _Listener:
    def __init__(self) -> None:
        self.received = 0
        self.wanted = 0
        self.done = asyncio.Event()
        self.writable = asyncio.Event()
        self.writable.set()

    def on_data(self, data: memoryview) -> None:
        self.received += len(data)
        if self.received >= self.wanted:
            self.done.set()

    def on_writable(self) -> None:
        self.writable.set()

    def on_closed(self, reason: str) -> None:
        print(f"the lane closed: {reason}", file=sys.stderr)
        self.done.set()
        self.writable.set()


async def measure(endpoint: Endpoint, seconds: float, rounds: int, directions: tuple[str, ...]) -> dict[str, float]:
    """Returns Mbit/s, bytes and own CPU seconds each way (payload) and, if `rounds`, round trips in milliseconds."""
    listener = _Listener()
    lane = await open_port_forward(endpoint, listener)
    buffer = bytearray(HEADROOM + _CHUNK)

    async def exchange(total: int, *, up: bool) -> float:
        listener.received, listener.wanted = 0, 1 if up else total
        listener.done.clear()
        begin = time.perf_counter()
        lane.send((b"S" if up else b"G") + struct.pack(">Q", total))
        left = total if up else 0
        while left:
            size = min(left, _CHUNK)
            lane.send_buffer(buffer, HEADROOM, HEADROOM + size)
            left -= size
            if not lane.writable:
                listener.writable.clear()
                await listener.writable.wait()
        await listener.done.wait()
        return total * 8 / (time.perf_counter() - begin) / 1e6

    results: dict[str, float] = {}
    for name in directions:
        cpu_s = time.process_time()
        rate = await exchange(64 << 20, up=name == "up")
        size = int(rate * 1e6 / 8 * seconds)
        results[name] = await exchange(size, up=name == "up")
        results[f"{name}_bytes"] = size + (64 << 20)
        results[f"{name}_cpu_s"] = time.process_time() - cpu_s
    if not rounds:
        lane.close()
        return results
    lane.send(b"E")
    times = []
    for _ in range(rounds):
        listener.received, listener.wanted = 0, 64
        listener.done.clear()
        begin = time.perf_counter()
        lane.send(bytes(64))
        await listener.done.wait()
        times.append(time.perf_counter() - begin)
    lane.close()
    times.sort()
    return results | {"p50_ms": times[len(times) // 2] * 1e3, "p99_ms": times[int(len(times) * 0.99)] * 1e3}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--rounds", type=int, default=500)
    parser.add_argument("--direction", choices=("both", "up", "down"), default="both")
    arguments = parser.parse_args()
    directions = ("up", "down") if arguments.direction == "both" else (arguments.direction,)
    endpoint = msgspec.json.decode(sys.stdin.buffer.read(), type=Endpoint)
    print(json.dumps(uvloop.run(measure(endpoint, arguments.seconds, arguments.rounds, directions))))


if __name__ == "__main__":
    main()
