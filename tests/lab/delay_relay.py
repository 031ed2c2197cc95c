"""A TCP relay that makes a link long: every byte leaves `--delay-ms` after it came, in each direction.

For kernels without netem. The queue holds more than such a link would have on the way, so it adds delay and takes no
bandwidth (a loopback stream passes at several Gbit/s); the handshake itself is not delayed. Run as
`python -m tests.lab.delay_relay --listen IP:PORT --to IP:PORT --delay-ms 10`; it prints `listening on IP:PORT` when
it is ready, and ends with SIGTERM. One thread around epoll(7): coroutines per chunk would be the limit.
"""

from __future__ import annotations

import argparse
import errno
import select
import socket
import struct
import time
from collections import deque
from collections.abc import Callable, Sequence

CHUNK_BYTES = 256 * 1024
MAX_QUEUED_BYTES = 64 * 1024 * 1024
"""Of one direction of one connection: 10 Gbit/s times 50 ms. Nothing is read beyond it."""
MAX_BUFFERS_A_WRITE = 64
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Direction:
    """What came from one socket and waits to leave through the other. An empty chunk is the end of the stream."""

    def __init__(self, source: socket.socket, sink: socket.socket) -> None:
        self.source, self.sink = source, sink
        self.chunks: deque[memoryview] = deque()
        self.due = 0
        """How many of the chunks have waited long enough."""
        self.queued_bytes = 0
        self.ended = False
        self.done = False

    @property
    def wants_to_read(self) -> bool:
        return not self.ended and self.queued_bytes < MAX_QUEUED_BYTES

    @property
    def wants_to_write(self) -> bool:
        return self.due > 0

    def read(self) -> bool:
        """Takes one chunk; False when there was none. Raises OSError when the connection broke."""
        try:
            chunk = self.source.recv(CHUNK_BYTES)
        except BlockingIOError:
            return False
        self.ended = not chunk
        self.queued_bytes += len(chunk)
        self.chunks.append(memoryview(chunk))
        return True

    def write(self) -> None:
        """Sends what is due, as far as the socket takes it. Raises OSError when the connection broke."""
        while self.due and len(self.chunks[0]):
            buffers = [self.chunks[index] for index in range(min(self.due, MAX_BUFFERS_A_WRITE))]
            try:
                sent = self.sink.sendmsg(buffers)
            except BlockingIOError:
                return
            self._drop(sent)
        if self.due:
            self.sink.shutdown(socket.SHUT_WR)
            self.chunks.popleft()
            self.due -= 1
            self.done = True

    def _drop(self, sent: int) -> None:
        self.queued_bytes -= sent
        while sent and sent >= len(self.chunks[0]):
            sent -= len(self.chunks.popleft())
            self.due -= 1
        if sent:
            self.chunks[0] = self.chunks[0][sent:]


class Pair:
    """A connection that was accepted and the one that was made for it."""

    def __init__(self, near: socket.socket, far: socket.socket) -> None:
        self.up = Direction(near, far)
        self.down = Direction(far, near)
        self.sockets = (near, far)
        self.connected = False
        self.closed = False
        self.interest: dict[int, int] = {}

    def wanted(self, sock: socket.socket) -> int:
        outgoing, incoming = (self.down, self.up) if sock is self.sockets[0] else (self.up, self.down)
        if sock is self.sockets[1] and not self.connected:
            return select.EPOLLOUT
        return select.EPOLLIN * incoming.wants_to_read | select.EPOLLOUT * outgoing.wants_to_write

    def close(self, *, reset: bool) -> None:
        self.closed = True
        for sock in self.sockets:
            if reset:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            sock.close()


class DelayRelay:
    def __init__(self, listener: socket.socket, target: tuple[str, int], delay_s: float) -> None:
        self._listener, self._target, self._delay_s = listener, target, delay_s
        self._epoll = select.epoll()
        self._handlers: dict[int, Callable[[int], None]] = {}
        self._waiting: deque[tuple[float, Pair, Direction]] = deque()
        """One entry a chunk of any connection, oldest first: the delay is the same for all."""
        listener.setblocking(False)
        self._handlers[listener.fileno()] = self._accept
        self._epoll.register(listener, select.EPOLLIN)

    def run(self) -> None:
        while True:
            timeout = max(0.0, self._waiting[0][0] - time.monotonic()) if self._waiting else None
            # epoll_wait counts in milliseconds, select(2) in microseconds.
            select.select([self._epoll], [], [], timeout)
            for descriptor, events in self._epoll.poll(0):
                if handler := self._handlers.get(descriptor):
                    handler(events)
            self._release(time.monotonic())

    def _accept(self, _events: int) -> None:
        try:
            near, _ = self._listener.accept()
        except OSError:
            return
        far = socket.socket(self._listener.family, socket.SOCK_STREAM)
        pair = Pair(near, far)
        for sock in pair.sockets:
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        error = far.connect_ex(self._target)
        if error not in (0, errno.EINPROGRESS):
            pair.close(reset=True)
            return
        for sock in pair.sockets:
            self._epoll.register(sock, 0)
            pair.interest[sock.fileno()] = 0
        self._handlers[near.fileno()] = lambda events: self._handle(pair, pair.up, pair.down, events)
        self._handlers[far.fileno()] = lambda events: self._handle(pair, pair.down, pair.up, events)
        self._update(pair)

    def _handle(self, pair: Pair, incoming: Direction, outgoing: Direction, events: int) -> None:
        try:
            if incoming is pair.down and not pair.connected:
                if error := incoming.source.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                    raise OSError(error, "not connected")
                pair.connected = True
            elif events & select.EPOLLERR:
                raise OSError(incoming.source.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR), "connection broken")
            if events & (select.EPOLLIN | select.EPOLLHUP) and not incoming.ended and incoming.read():
                self._waiting.append((time.monotonic() + self._delay_s, pair, incoming))
            if events & select.EPOLLOUT:
                outgoing.write()
        except OSError:
            self._close(pair, reset=True)
            return
        self._update(pair)

    def _release(self, now: float) -> None:
        touched: dict[Direction, Pair] = {}
        while self._waiting and self._waiting[0][0] <= now:
            _, pair, direction = self._waiting.popleft()
            if not pair.closed:
                direction.due += 1
                touched[direction] = pair
        for direction, pair in touched.items():
            if pair.closed:
                continue
            try:
                if pair.connected or direction is pair.down:
                    direction.write()
            except OSError:
                self._close(pair, reset=True)
                continue
            self._update(pair)

    def _update(self, pair: Pair) -> None:
        if pair.up.done and pair.down.done:
            self._close(pair, reset=False)
            return
        for sock, incoming, outgoing in zip(pair.sockets, (pair.up, pair.down), (pair.down, pair.up), strict=True):
            descriptor = sock.fileno()
            if descriptor not in pair.interest:
                continue
            if incoming.ended and outgoing.done:
                # epoll would report the hang-up for ever.
                self._forget(pair, descriptor)
                continue
            wanted = pair.wanted(sock)
            if pair.interest[descriptor] != wanted:
                pair.interest[descriptor] = wanted
                self._epoll.modify(descriptor, wanted)

    def _forget(self, pair: Pair, descriptor: int) -> None:
        self._epoll.unregister(descriptor)
        del self._handlers[descriptor], pair.interest[descriptor]

    def _close(self, pair: Pair, *, reset: bool) -> None:
        for descriptor in tuple(pair.interest):
            self._forget(pair, descriptor)
        pair.close(reset=reset)


def parse_endpoint(text: str) -> tuple[str, int]:
    """Parses "192.0.2.1:443" or "[2001:db8::1]:443"."""
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.lab.delay_relay", description=__doc__)
    parser.add_argument("--listen", required=True, type=parse_endpoint, metavar="IP:PORT")
    parser.add_argument("--to", required=True, type=parse_endpoint, metavar="IP:PORT")
    parser.add_argument("--delay-ms", type=float, default=10.0, help="in each direction")
    options = parser.parse_args(arguments)
    family = socket.AF_INET6 if ":" in options.listen[0] else socket.AF_INET
    with socket.create_server(options.listen, family=family, backlog=1024) as listener:
        host, port = listener.getsockname()[:2]
        relay = DelayRelay(listener, options.to, options.delay_ms / 1000)
        print(f"listening on {f'[{host}]' if ':' in host else host}:{port}", flush=True)
        relay.run()


if __name__ == "__main__":
    main()
