"""Sidecars that say at once that they have what they were told: TLS lanes of one process, in a pod's network.

`python -m tests.bench.many_sidecars ADDRESS`, with [[workload, injection, ticket], ...] as JSON on the first line of
standard input. Prints "ready" when all have joined, and ends when standard input does.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import sys

import msgspec
import uvloop

from helper.cluster.api import MANAGER_TLS_NAME, SIDECAR_PORT
from helper.protocol.intercepts import JoinTicket, Workload
from helper.tunnel.tls_lane import TlsLane
from helper.wire.frames import Frame, FrameDecoder, FrameKind, encode_frame
from helper.wire.hello import WIRE_VERSION, encode_hello
from helper.wire.laptop_messages import MessageDecoder, encode_message
from helper.wire.sidecar_messages import Applied, Rules, SidecarHello

READY = "ready"
_TOGETHER_S = 30.0
_PING_S = 1.0


class Sidecar:
    def __init__(self, sock: socket.socket, workload: Workload, injection: str, ticket: JoinTicket) -> None:
        self.joined = asyncio.Event()
        self._decoder = FrameDecoder()
        self._messages: MessageDecoder[Rules] = MessageDecoder(Rules)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        context.load_verify_locations(cadata=ticket.certificate_pem)
        self._lane = TlsLane(asyncio.get_running_loop(), sock, self, context, server_name=MANAGER_TLS_NAME)
        hello = SidecarHello(WIRE_VERSION, workload, injection, ticket.token, workload.name)
        self._lane.send(encode_frame(FrameKind.HELLO, encode_hello(hello)))

    async def ping(self) -> None:
        while True:
            await asyncio.sleep(_PING_S)
            self._lane.send(encode_frame(FrameKind.PING, bytes(8)))

    def on_data(self, data: memoryview) -> None:
        for frame in self._decoder.feed(data):
            self._take(frame)

    def _take(self, frame: Frame) -> None:
        if frame.kind == FrameKind.WELCOME:
            self.joined.set()
        elif frame.kind == FrameKind.REFUSED:
            raise SystemExit(f"refused: {bytes(frame.payload)!r}")
        elif frame.kind == FrameKind.MESSAGE:
            rules = self._messages.feed(frame.payload)
            if rules is not None:
                self._lane.send(encode_message(Applied(rules.generation)))

    def on_writable(self) -> None: ...

    def on_closed(self, reason: str) -> None:
        raise SystemExit(f"the manager has closed: {reason}")


async def main(address: str) -> None:
    loop = asyncio.get_running_loop()
    tickets = msgspec.json.decode(sys.stdin.readline(), type=list[tuple[Workload, str, JoinTicket]])
    async with asyncio.TaskGroup() as group:
        tasks = []
        async with asyncio.timeout(_TOGETHER_S):
            for workload, injection, ticket in tickets:
                sock = socket.socket()
                sock.setblocking(False)
                await loop.sock_connect(sock, (address, SIDECAR_PORT))
                sidecar = Sidecar(sock, workload, injection, ticket)
                tasks.append(group.create_task(sidecar.ping()))
                await sidecar.joined.wait()
        print(READY, flush=True)
        await loop.run_in_executor(None, sys.stdin.read)
        for task in tasks:
            task.cancel()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1]))
