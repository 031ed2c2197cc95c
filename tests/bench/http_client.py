"""Times of HTTP GETs over bare sockets: `python -m ... ADDRESS PORT keepalive|new COUNT`. One JSON line out."""

from __future__ import annotations

import json
import socket
import sys
import time

_REQUEST = b"GET / HTTP/1.1\r\nHost: bench\r\n\r\n"
_WARM_UP = 20


def opened(address: tuple[str, int]) -> socket.socket:
    sock = socket.socket()
    sock.settimeout(10)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.connect(address)
    return sock


def get(sock: socket.socket) -> None:
    sock.sendall(_REQUEST)
    answer = sock.recv(4096)
    while not answer.endswith(b"ok\n"):
        more = sock.recv(4096)
        if not more:
            raise ConnectionError(f"the connection ended after {answer!r}")
        answer += more
    if not answer.startswith(b"HTTP/1.1 200 "):
        raise ConnectionError(f"answered {answer[:80]!r}")


def on_one_connection(address: tuple[str, int], count: int) -> list[float]:
    times = []
    with opened(address) as sock:
        for _ in range(count + _WARM_UP):
            began = time.perf_counter()
            get(sock)
            times.append(time.perf_counter() - began)
    return times


def on_new_connections(address: tuple[str, int], count: int) -> list[float]:
    times = []
    for _ in range(count + _WARM_UP):
        began = time.perf_counter()
        with opened(address) as sock:
            get(sock)
            times.append(time.perf_counter() - began)
    return times


def main() -> None:
    address, count = (sys.argv[1], int(sys.argv[2])), int(sys.argv[4])
    measure = on_one_connection if sys.argv[3] == "keepalive" else on_new_connections
    times = sorted(measure(address, count)[_WARM_UP:])
    print(json.dumps({"p50_ms": times[len(times) // 2] * 1e3, "p99_ms": times[int(len(times) * 0.99)] * 1e3}))


if __name__ == "__main__":
    main()
