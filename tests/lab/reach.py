"""What a test wants to know from inside a laptop, as one JSON line: `python -m tests.lab.reach VERB ARGUMENTS`.

A program of the laptop: it uses the system's resolver and sockets as any other program does.
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import dns.exception
import dns.resolver

TIMEOUT_S = 5.0
BLOCK = os.urandom(1 << 20)


def http(url: str, timeout_s: str = "5") -> object:
    """The body, and how long it took. No proxy is used."""
    begin = time.monotonic()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=float(timeout_s)) as response:
        body = response.read().decode()
    try:
        return {"body": json.loads(body), "took_s": time.monotonic() - begin}
    except json.JSONDecodeError:
        return {"body": body, "took_s": time.monotonic() - begin}


@contextmanager
def connection(host: str, port: str) -> Iterator[socket.socket]:
    with socket.create_connection((host, int(port)), TIMEOUT_S) as opened:
        yield opened


def read_all(stream: socket.socket) -> bytes:
    parts = []
    while part := stream.recv(65536):
        parts.append(part)
    return b"".join(parts)


def tcp(host: str, port: str) -> object:
    with connection(host, port) as opened:
        return {"peer": opened.getpeername()[0], "local": opened.getsockname()[0]}


def whoami(host: str, port: str = "7002") -> object:
    with connection(host, port) as opened:
        pod, client = read_all(opened).decode().split()
    return {"pod": pod, "client": client}


def half_close(host: str, port: str = "7000") -> object:
    """Sends, closes its half, and only then gets an answer."""
    with connection(host, port) as opened:
        opened.sendall(b"all I have")
        opened.shutdown(socket.SHUT_WR)
        return {"answer": read_all(opened).decode()}


def transfer(host: str, port: str, megabytes: str) -> object:
    """Sends that much through the half-close echo and compares what comes back."""
    sent, received = hashlib.sha256(), hashlib.sha256(b"")
    with connection(host, port) as opened:
        opened.settimeout(30)
        for _ in range(int(megabytes)):
            opened.sendall(BLOCK)
            sent.update(BLOCK)
        opened.shutdown(socket.SHUT_WR)
        answer = read_all(opened)
    prefix = b"after end: "
    received.update(answer[len(prefix) :])
    return {"bytes": len(answer) - len(prefix), "same": sent.digest() == received.digest()}


def udp(host: str, port: str, size: str) -> object:
    info = socket.getaddrinfo(host, int(port), type=socket.SOCK_DGRAM)[0]
    data = os.urandom(int(size))
    with socket.socket(info[0], socket.SOCK_DGRAM) as opened:
        opened.settimeout(2)
        opened.connect(info[4])
        for attempt in range(3):
            opened.send(data)
            try:
                if opened.recv(65535) == data:
                    return {"echoed": True, "attempts": attempt + 1}
            except TimeoutError:
                continue
    return {"echoed": False}


def resolve(name: str) -> object:
    """As most programs do: getaddrinfo. Addresses, IPv4 first, sorted."""
    found = {item[4][0] for item in socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)}
    return {"addresses": sorted(map(str, found), key=lambda address: (":" in address, address))}


def query(name: str, kind: str) -> object:
    """One question to the first nameserver of /etc/resolv.conf, without a search list."""
    resolver = dns.resolver.Resolver()
    resolver.lifetime = TIMEOUT_S
    try:
        answer = resolver.resolve(name, kind, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer) as error:
        return {"records": [], "rcode": type(error).__name__}
    return {"records": sorted(str(record) for record in answer), "rcode": "NOERROR"}


def reverse(address: str) -> object:
    return {"name": socket.getnameinfo((address, 0), socket.NI_NAMEREQD)[0]}


def hold(host: str, port: str = "7001") -> object:
    """Keeps one echo connection: sends back each line of its input through it. Ends with the input."""
    with connection(host, port) as opened:
        opened.settimeout(None)
        print(json.dumps({"ok": True, "local": opened.getsockname()[:2]}), flush=True)
        for line in sys.stdin:
            opened.sendall(line.encode())
            received = b""
            while not received.endswith(b"\n"):
                part = opened.recv(65536)
                if not part:
                    raise ConnectionResetError("closed by the peer")
                received += part
            print(json.dumps({"ok": True, "echo": received.decode()}), flush=True)
    return {"ended": True}


VERBS: dict[str, Callable[..., object]] = {
    verb.__name__: verb for verb in (http, tcp, whoami, half_close, transfer, udp, resolve, query, reverse, hold)
}


def main() -> int:
    verb, *arguments = sys.argv[1:]
    begin = time.monotonic()
    try:
        answer = VERBS[verb](*arguments)
    except (OSError, dns.exception.DNSException) as error:
        cause = getattr(error, "reason", error)
        told = {"error": type(cause).__name__, "text": str(error), "took_s": time.monotonic() - begin}
        print(json.dumps({"ok": False} | told))
        return 1
    print(json.dumps({"ok": True, "answer": answer}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
