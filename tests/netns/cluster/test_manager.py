"""The manager's kernel side in a pod that is a network namespace: devices, rules, and what gets through them.

The pod is `fresh_netns` inside of another one, which is the cluster: `eth0` joins them, as a CNI plugin would. The
laptop is this test, with frames of its own making.
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
import select
import socket
import struct
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import pytest

from helper.cluster.manager.server import Manager, make_manager
from helper.cluster.pod import nft
from helper.cluster.pod.uplink import DeviceError, Uplink, find_uplink
from helper.wire.frames import VNET_HEADER_BYTES, FrameDecoder, FrameKind, encode_frame
from helper.wire.hello import (
    WIRE_VERSION,
    ClientHello,
    HelloRefusal,
    ManagerRefusal,
    ManagerWelcome,
    decode_hello,
    encode_hello,
)
from helper.wire.virtio import ones_complement_sum
from tests.netns.namespace import fresh_netns

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")

POD4, POD6 = "10.244.0.5", "fd00:10::5"
NODE4, NODE6 = "10.244.0.1", "fd00:10::1"
ICMPV6, UDP = 58, 17


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


@contextmanager
def pod(*, ipv4: bool = True, ipv6: bool = True) -> Iterator[socket.socket]:
    """This thread is in the pod. The socket is a UDP one of the cluster's, on port 4000 of every address."""
    with fresh_netns():
        cluster = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        ip("link", "add", "veth0", "mtu", "1450", "type", "veth", "peer", "name", "eth0", "mtu", "1450")
        ip("link", "set", "veth0", "up")
        addresses = [(f"{NODE4}/24", f"{POD4}/24", NODE4)] * ipv4 + [(f"{NODE6}/64", f"{POD6}/64", NODE6)] * ipv6
        for node, _, _ in addresses:
            ip("address", "add", node, "dev", "veth0", *(["nodad"] if ":" in node else []))
        # As a pod's owner on the same bridge could: the manager's pod is the way to the laptops.
        if ipv4:
            ip("route", "add", "198.19.0.0/16", "via", POD4)
        if ipv6:
            ip("route", "add", "fd6b:7562:6566::/64", "via", POD6)
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as server, fresh_netns():
            server.bind(("::", 4000))
            server.settimeout(5)
            enter = f"--net=/proc/{os.getpid()}/fd/{cluster}"
            mine = f"/proc/{os.getpid()}/task/{_thread()}/ns/net"
            subprocess.run(["nsenter", enter, "ip", "link", "set", "eth0", "netns", mine], check=True)
            os.close(cluster)
            ip("link", "set", "eth0", "up")
            for _, own, gateway in addresses:
                ip("address", "add", own, "dev", "eth0", *(["nodad"] if ":" in own else []))
                ip("route", "add", "default", "via", gateway)
            yield server


def _thread() -> int:
    return int(Path("/proc/thread-self").readlink().name)


@pytest.fixture
def resolv_conf(tmp_path: Path) -> Path:
    path = tmp_path / "resolv.conf"
    path.write_text("search x.svc.cluster.local svc.cluster.local\nnameserver 10.96.0.10\n")
    return path


@asynccontextmanager
async def serving(manager: Manager, port: int = 7070) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        task = group.create_task(manager.serve(port))
        await asyncio.sleep(0)
        try:
            yield
        finally:
            task.cancel()


class Laptop:
    """Its end of the stream, as the port-forward hands it to the manager."""

    def __init__(self) -> None:
        self._decoder = FrameDecoder()
        self._frames: list[tuple[int, bytes]] = []

    async def __aenter__(self) -> Laptop:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", 7070)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()

    async def join(self, client: str = "ab" * 8) -> ManagerWelcome:
        self.send(FrameKind.HELLO, encode_hello(ClientHello(WIRE_VERSION, client, "test", True)))
        kind, payload = await self.receive()
        if kind == FrameKind.REFUSED:
            raise LaptopRefused(decode_hello(ManagerRefusal, payload).code)
        assert kind == FrameKind.WELCOME
        return decode_hello(ManagerWelcome, payload)

    def send(self, kind: FrameKind, payload: bytes) -> None:
        self._writer.write(encode_frame(kind, payload))

    async def receive(self) -> tuple[int, bytes]:
        async with asyncio.timeout(5):
            while not self._frames:
                data = await self._reader.read(1 << 16)
                if not data:
                    raise EOFError
                self._frames += [(frame.kind, bytes(frame.payload)) for frame in self._decoder.feed(data)]
        return self._frames.pop(0)

    async def until_closed(self) -> None:
        with suppress(EOFError):
            while True:
                await self.receive()

    async def packet(self, protocol: int) -> bytes:
        """The next one of this protocol, without the virtio header."""
        while True:
            kind, payload = await self.receive()
            raw = payload[VNET_HEADER_BYTES:]
            if kind == FrameKind.DATA and (raw[6] if raw[0] >> 4 == 6 else raw[9]) == protocol:
                return raw

    async def nothing(self, protocol: int) -> None:
        """A ping of the tunnel comes back, and no such packet before it."""
        self.send(FrameKind.PING, b"12345678")
        while True:
            kind, payload = await self.receive()
            if kind == FrameKind.PONG:
                return
            raw = payload[VNET_HEADER_BYTES:]
            assert (raw[6] if raw[0] >> 4 == 6 else raw[9]) != protocol


class LaptopRefused(Exception):
    def __init__(self, code: HelloRefusal) -> None:
        super().__init__(code)
        self.code = code


def packet(source: str, destination: str, protocol: int, body: bytes, hops: int = 64) -> bytes:
    """A DATA payload. `body` has its checksum at 2 (ICMP) or 6 (UDP), filled in here."""
    a, b = ipaddress.ip_address(source).packed, ipaddress.ip_address(destination).packed
    six = len(a) == 16
    at = 6 if protocol == UDP else 2
    pseudo = a + b + struct.pack(">II", len(body), protocol) if six or protocol == UDP else b""
    checksum = ~ones_complement_sum(pseudo + body) & 0xFFFF
    body = body[:at] + struct.pack(">H", checksum) + body[at + 2 :]
    if six:
        header = struct.pack(">IHBB", 6 << 28, len(body), protocol, hops) + a + b
    else:
        header = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(body), 0, 0, hops, protocol, 0) + a + b
        header = header[:10] + struct.pack(">H", ~ones_complement_sum(header) & 0xFFFF) + header[12:]
    return bytes(VNET_HEADER_BYTES) + header + body


def udp(source: str, destination: str, port: int = 4000, hops: int = 64) -> bytes:
    return packet(source, destination, UDP, struct.pack(">HHHH", 5000, port, 13, 0) + b"hello", hops)


def has_got(sock: socket.socket) -> bool:
    return bool(select.select([sock], [], [], 0)[0])


def addresses(welcome: ManagerWelcome) -> tuple[str, str]:
    assert welcome.address4 is not None
    assert welcome.address6 is not None
    return welcome.address4, welcome.address6


@pytest.fixture(params=[False, True], ids=["relayed", "forwarded"])
def forwarding(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the pod's kernel may forward IPv6. In the namespace it may; in a real pod it nearly never may."""
    if not request.param:
        monkeypatch.setattr("helper.cluster.manager.server.ipv6_forwarding", lambda uplink: False)
    return bool(request.param)


async def test_packets_of_both_families_reach_the_cluster_and_their_answers_the_laptop(
    forwarding: bool, resolv_conf: Path
) -> None:
    with pod() as server:
        async with serving(make_manager(asyncio.get_running_loop(), resolv_conf)), Laptop() as laptop:
            welcome = await laptop.join()
            assert (welcome.mtu, welcome.dns_servers, welcome.cluster_domain) == (
                1450, ("10.96.0.10",), "cluster.local",
            )  # fmt: skip
            for mine, target, seen in zip(addresses(welcome), (NODE4, NODE6), (f"::ffff:{POD4}", POD6), strict=True):
                laptop.send(FrameKind.DATA, udp(mine, target))
                data, peer = await asyncio.to_thread(server.recvfrom, 100)
                assert (data, peer[0]) == (b"hello", seen), "masqueraded"
                server.sendto(b"answer", peer)
                answer = await laptop.packet(UDP)
                assert answer.endswith(b"answer")
                assert ipaddress.ip_address(mine).packed in answer[:40]


async def test_laptops_do_not_reach_each_other_nor_what_listens_in_the_pod(forwarding: bool, resolv_conf: Path) -> None:
    with pod(), socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as listening:
        listening.bind(("::", 4000))
        manager = make_manager(asyncio.get_running_loop(), resolv_conf)
        async with serving(manager), Laptop() as one, Laptop() as other:
            first = addresses(await one.join("a" * 16))
            second = addresses(await other.join("b" * 16))
            for mine, theirs in zip(first, second, strict=True):
                one.send(FrameKind.DATA, udp(mine, theirs))
            await one.nothing(UDP)
            await other.nothing(UDP)
            for destination in (POD4, "198.19.0.1"):
                one.send(FrameKind.DATA, udp(first[0], destination))
            for destination in (POD6, "fd6b:7562:6566::1"):
                one.send(FrameKind.DATA, udp(first[1], destination))
            await one.nothing(UDP)
            assert not has_got(listening)


async def test_the_cluster_begins_nothing_with_a_laptop(forwarding: bool, resolv_conf: Path) -> None:
    with pod() as server:
        async with serving(make_manager(asyncio.get_running_loop(), resolv_conf)), Laptop() as laptop:
            mine4, mine6 = addresses(await laptop.join())
            server.sendto(b"unasked", (f"::ffff:{mine4}", 4000))
            server.sendto(b"unasked", (mine6, 4000))
            await laptop.nothing(UDP)


async def test_relayed_packets_cross_a_router_that_keeps_the_links_own(
    monkeypatch: pytest.MonkeyPatch, resolv_conf: Path
) -> None:
    monkeypatch.setattr("helper.cluster.manager.server.ipv6_forwarding", lambda uplink: False)
    with pod() as server:
        async with serving(make_manager(asyncio.get_running_loop(), resolv_conf)), Laptop() as laptop:
            _, mine = addresses(await laptop.join())
            for destination in ("ff02::1", "fe80::1", "::1", "::"):
                laptop.send(FrameKind.DATA, udp(mine, destination))
            laptop.send(FrameKind.DATA, udp(mine, NODE6, hops=1))
            await laptop.nothing(UDP)
            assert not has_got(server)
            echo = struct.pack(">BBHHH", 128, 0, 0, 1, 1) + b"ping"
            laptop.send(FrameKind.DATA, packet(mine, NODE6, ICMPV6, echo))
            assert (await laptop.packet(ICMPV6))[40] == 129


async def test_rules_that_are_not_taken_cost_one_laptop_only(
    monkeypatch: pytest.MonkeyPatch, resolv_conf: Path
) -> None:
    monkeypatch.setattr("helper.cluster.manager.server.ipv6_forwarding", lambda uplink: False)
    with pod() as server:
        manager = make_manager(asyncio.get_running_loop(), resolv_conf)
        async with serving(manager), Laptop() as first, Laptop() as second, Laptop() as third:
            mine, _ = addresses(await first.join("a" * 16))
            with monkeypatch.context() as broken:
                broken.setattr(nft, "_NFT", "/bin/false")
                with pytest.raises(LaptopRefused) as refused:
                    await second.join("b" * 16)
                assert refused.value.code is HelloRefusal.INTERNAL
                assert devices() == 1, "nothing is left of it"
                first.send(FrameKind.RELEASE, b"")
                await first.until_closed()
                assert devices() == 0
            assert addresses(await third.join("a" * 16))[0] == mine
            third.send(FrameKind.DATA, udp(mine, NODE4))
            assert (await asyncio.to_thread(server.recvfrom, 100))[0] == b"hello"


def devices() -> int:
    return sum(name.startswith("kubeferry") for _, name in socket.if_nameindex())


async def test_a_pod_without_ipv6(resolv_conf: Path) -> None:
    with pod(ipv6=False) as server:
        assert find_uplink() == Uplink("eth0", 1450, ipv6=False)
        async with serving(make_manager(asyncio.get_running_loop(), resolv_conf)), Laptop() as laptop:
            welcome = await laptop.join()
            assert welcome.address6 is None
            assert welcome.address4 is not None
            laptop.send(FrameKind.DATA, udp(welcome.address4, NODE4))
            assert (await asyncio.to_thread(server.recvfrom, 100))[0] == b"hello"


async def test_a_pod_without_ipv4(forwarding: bool, resolv_conf: Path) -> None:
    with pod(ipv4=False) as server:
        assert find_uplink() == Uplink("eth0", 1450, ipv6=True)
        async with serving(make_manager(asyncio.get_running_loop(), resolv_conf)), Laptop() as laptop:
            _, mine = addresses(await laptop.join())
            laptop.send(FrameKind.DATA, udp(mine, NODE6))
            assert (await asyncio.to_thread(server.recvfrom, 100))[0] == b"hello"


def test_a_pod_without_a_network_says_so() -> None:
    with fresh_netns(), pytest.raises(DeviceError, match="no default route"):
        find_uplink()


def test_nft_says_what_it_does_not_take() -> None:
    with fresh_netns(), pytest.raises(nft.FirewallError, match="syntax error"):
        nft.apply("table of mine\n")
