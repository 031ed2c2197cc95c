"""The real Envoy between a client and a pod, without manager and laptops: `Mesh` is told its rules by the test.

Two network namespaces joined by a link: this thread is in the pod's, sockets of the client are made in the other. The
laptop is an address on the pod's loopback. Both servers answer with everything they got, so that a test sees what
Envoy changed. nftables send the pod's mesh ports to Envoy, as the sidecar's own rules do.
"""

from __future__ import annotations

import asyncio
import ctypes
import json
import os
import signal
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from helper.cluster.pod import nft
from helper.cluster.sidecar.mesh import Mesh
from helper.protocol.intercepts import HeaderMatch, HttpMatch, MatchKind, PortMap, RequestBatch, Workload
from helper.wire.sidecar_messages import Applied, Rule, Rules
from tests.netns.cluster.envoy_servers import LOCAL_PORT, LOCAL_PORTS, POD_PORTS, PORT, serving
from tests.netns.cluster.interception_lab import envoy_program, write_keys
from tests.netns.namespace import fresh_netns

POD4, POD6 = "10.78.0.2", "fd78::2"
CLIENT4, CLIENT6 = "10.78.0.1", "fd78::1"
LAPTOP4, OTHER4 = "198.19.1.1", "198.19.1.2"
ENVOY_PORT = 15690
PATIENCE_S = 10.0
_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


@contextmanager
def entered(netns: int) -> Iterator[None]:
    """Sockets and processes that this thread makes meanwhile belong to that namespace. Nothing may be awaited."""
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        if _libc.setns(netns, _CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")
        yield
    finally:
        if _libc.setns(before, _CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")
        os.close(before)


@contextmanager
def namespaces() -> Iterator[int]:
    """This thread is in the pod; yields the client's namespace."""

    def ip(*words: str) -> None:
        subprocess.run(["ip", *words], check=True)

    with fresh_netns():
        client = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            with fresh_netns():
                there = f"/proc/{os.getpid()}/fd/{client}"
                ip("link", "add", "eth0", "type", "veth", "peer", "name", "client0", "netns", there)
                for address in (f"{POD4}/24", f"{POD6}/64"):
                    ip("address", "add", address, "dev", "eth0", *(["nodad"] if ":" in address else []))
                for address in (LAPTOP4, OTHER4):
                    ip("address", "add", f"{address}/32", "dev", "lo")
                ip("link", "set", "eth0", "up")
                with entered(client):
                    for address in (f"{CLIENT4}/24", f"{CLIENT6}/64"):
                        ip("address", "add", address, "dev", "client0", *(["nodad"] if ":" in address else []))
                    ip("link", "set", "client0", "up")
                yield client
        finally:
            os.close(client)


def rule(
    number: int,
    *headers: HeaderMatch,
    path: str = "",
    address: str = LAPTOP4,
    ports: tuple[PortMap, ...] = (PortMap(PORT, LOCAL_PORT),),
) -> Rule:
    """Of a mesh."""
    return Rule(f"{number:012x}", f"owner{number}", address, HttpMatch(headers, path), ports)


def catch_all(number: int, *, address: str = LAPTOP4, local: int = LOCAL_PORT, other_ports: bool = False) -> Rule:
    return Rule(f"{number:012x}", f"owner{number}", address, None, (PortMap(PORT, local),), other_ports)


def header(text: str, kind: MatchKind = MatchKind.EXACT) -> HeaderMatch:
    """`name=value`."""
    name, _, value = text.partition("=")
    return HeaderMatch(name, kind, value)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def who(self) -> str:
        """Who answered, or what went wrong."""
        return str(self.json["who"]) if self.status == 200 else f"{self.status} {self.body.decode()}"


class Connection:
    """A client's, HTTP/1.1 as bytes, so that nothing but Envoy changes any."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def ask(self, *fields: str, path: str = "/", method: str = "GET", version: str = "1.1") -> Answer:
        """`fields`: "Name: value"."""
        lines = [f"{method} {path} HTTP/{version}", *(["Host: reviews:9080"] if version == "1.1" else []), *fields]
        self.writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
        return await self.answer()

    async def head(self) -> tuple[int, dict[str, str]]:
        lines = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        fields = dict(line.split(": ", 1) for line in lines[1:] if line)
        return int(lines[0].split(" ")[1]), fields

    async def answer(self) -> Answer:
        status, fields = await self.head()
        lower = {name.lower(): value for name, value in fields.items()}
        if lower.get("transfer-encoding") == "chunked":
            body = b"".join([part async for part in self.chunks()])
        elif "content-length" in lower:
            body = await self.reader.readexactly(int(lower["content-length"]))
        else:
            body = await self.reader.read(-1)
        return Answer(status, fields, body)

    async def chunks(self) -> AsyncIterator[bytes]:
        while size := int(await self.reader.readline(), 16):
            yield await self.reader.readexactly(size)
            await self.reader.readline()
        while (await self.reader.readline()) != b"\r\n":
            pass

    def close(self) -> None:
        self.writer.close()


@dataclass
class EnvoyLab:
    netns: int
    folder: Path
    mesh: Mesh
    batches: list[RequestBatch] = field(default_factory=list)
    changes: list[bool] = field(default_factory=list)
    """What `mesh.serving` was when it said that it changed by itself."""

    generation: int = 0

    async def set(self, *rules: Rule, watched: bool = False) -> Applied:
        self.generation += 1
        return await self.mesh.set_rules(Rules(self.generation, rules, watched))

    async def open(self, port: int = PORT, host: str = POD4, tls: ssl.SSLContext | None = None) -> Connection:
        return Connection(*await self.streams(port, host, tls))

    async def streams(
        self, port: int = PORT, host: str = POD4, tls: ssl.SSLContext | None = None
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        with entered(self.netns):
            sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
        sock.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(sock, (host, port))
        except BaseException:
            sock.close()
            raise
        name = "kubeferry-manager" if tls else None
        return await asyncio.open_connection(sock=sock, ssl=tls, server_hostname=name, limit=1 << 20)

    async def ask(
        self, *fields: str, path: str = "/", port: int = PORT, host: str = POD4, method: str = "GET"
    ) -> Answer:
        """On a connection of its own."""
        connection = await self.open(port, host)
        try:
            return await connection.ask(*fields, path=path, method=method)
        finally:
            connection.close()

    @property
    def pid(self) -> int:
        """Envoy's."""
        return int(
            subprocess.run(
                ["pgrep", "-f", "--", f"-c {self.folder}/run/bootstrap.json"], capture_output=True, check=True
            ).stdout
        )

    def tls_context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.folder / "tls.crt"))


def redirect(*ports: int) -> None:
    """From the client only: what Envoy itself sends on comes from the pod."""
    listed = ", ".join(map(str, ports))
    hook = "type nat hook prerouting priority -101"
    taken = f'iifname "eth0" tcp dport {{ {listed} }} redirect to :{ENVOY_PORT}'
    nft.apply(f"table inet lab {{\n chain prerouting {{\n {hook}\n {taken}\n }}\n}}\n")


@asynccontextmanager
async def envoy_lab(folder: Path) -> AsyncIterator[EnvoyLab]:
    """Servers run; Envoy starts with the first rule of a mesh."""
    (folder / "run").mkdir(parents=True)
    write_keys(folder)
    async with AsyncExitStack() as stack:
        netns = stack.enter_context(namespaces())
        redirect(*POD_PORTS)
        await stack.enter_async_context(serving("pod", None, folder, POD_PORTS))
        await stack.enter_async_context(serving("laptop", LAPTOP4, folder, LOCAL_PORTS))
        await stack.enter_async_context(serving("other", OTHER4, folder, LOCAL_PORTS))
        mesh = Mesh(
            folder / "run",
            lambda: lab.changes.append(mesh.serving),
            lambda batch: lab.batches.append(batch),
            envoy=envoy_program(),
        )
        mesh.set_source(Workload("Deployment", "shop", "reviews"), "reviews-1")
        lab = EnvoyLab(netns, folder, mesh)
        group = await stack.enter_async_context(asyncio.TaskGroup())
        task = group.create_task(mesh.run())
        try:
            yield lab
        finally:
            task.cancel()
            # What is still open is of no interest any more: nobody waits for it.
            with suppress(subprocess.CalledProcessError, ProcessLookupError):
                os.kill(lab.pid, signal.SIGKILL)
            await mesh.close()
