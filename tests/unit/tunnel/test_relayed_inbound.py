"""On macOS intercepted traffic enters by a relay: packets get its port and lose it again, checksums right."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from helper.tunnel.loopback_relay import LoopbackRelay
from helper.tunnel.relayed_inbound import RelayedInbound
from helper.wire.frames import VNET_HEADER_BYTES
from helper.wire.virtio import ones_complement_sum
from tests.unit.tunnel.test_inbound import ICMP, MANAGER, SIDECAR, TCP, UDP, intercept, packet, pseudo_sum

VIRTUAL = "127.0.0.2"
"""In the virtual address's place: this machine has it without being asked."""


class Bench:
    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.inbound = RelayedInbound(lambda payload: self.written.append(bytes(payload)), "198.19.0.0/16")
        self.inbound.set_address(VIRTUAL)

    def enter(self, sent: bytearray) -> bytes | None:
        before = len(self.written)
        self.inbound.deliver(memoryview(sent))
        return self.written[before] if len(self.written) > before else None


@pytest_asyncio.fixture
async def bench() -> AsyncIterator[Bench]:
    bench = Bench()
    async with asyncio.TaskGroup() as group:
        running = group.create_task(bench.inbound.run())
        yield bench
        running.cancel()


def ports_of(payload: bytes | bytearray) -> tuple[int, int]:
    source, target = struct.unpack_from(">HH", payload, VNET_HEADER_BYTES + 20)
    return int(source), int(target)


def is_right(payload: bytes | bytearray) -> bool:
    whole = payload[VNET_HEADER_BYTES:]
    return ones_complement_sum(whole[20:], pseudo_sum(whole, protocol=whole[9])) == 0xFFFF


@pytest.mark.parametrize("protocol", [TCP, UDP])
async def test_a_port_goes_in_as_the_relays_and_comes_out_as_itself(bench: Bench, protocol: int) -> None:
    bench.inbound.set_intercepts((intercept(ports=((9080, 8080),)),))
    entered = bench.enter(packet(protocol, SIDECAR, VIRTUAL, (50_000, 8080), b"hello"))
    assert entered is not None
    source, number = ports_of(entered)
    assert source == 50_000
    assert number not in (0, 8080)
    assert is_right(entered)
    again = bench.enter(packet(protocol, SIDECAR, VIRTUAL, (50_001, 8080), b"again"))
    assert again is not None
    assert ports_of(again)[1] == number
    answer = packet(protocol, VIRTUAL, SIDECAR, (number, 50_000), b"hi")
    bench.inbound.leave(memoryview(answer))
    assert ports_of(answer) == (8080, 50_000)
    assert is_right(answer)


async def test_a_checksum_that_is_still_to_be_made_is_left_alone(bench: Bench) -> None:
    bench.inbound.set_intercepts((intercept(ports=((9080, 8080),)),))
    sent = packet(TCP, SIDECAR, VIRTUAL, (50_000, 8080), b"hello", partial=True)
    entered = bench.enter(bytearray(sent))
    assert entered is not None
    assert (
        entered[VNET_HEADER_BYTES + 36 : VNET_HEADER_BYTES + 38]
        == sent[VNET_HEADER_BYTES + 36 : VNET_HEADER_BYTES + 38]
    )


async def test_what_is_not_taken_stays_outside(bench: Bench) -> None:
    assert bench.enter(packet(TCP, SIDECAR, VIRTUAL, (50_000, 8080), b"")) is None
    bench.inbound.set_intercepts((intercept(ports=((9080, 8080),)),))
    assert bench.enter(packet(TCP, SIDECAR, VIRTUAL, (50_000, 22), b"")) is None
    assert bench.enter(packet(ICMP, SIDECAR, VIRTUAL, (8, 0), b"")) is None
    later = packet(TCP, SIDECAR, VIRTUAL, (50_000, 8080), b"x" * 40)
    struct.pack_into(">H", later, VNET_HEADER_BYTES + 6, 5)
    assert bench.enter(later) is None, "a later fragment has no ports"
    assert bench.inbound.refused == 4
    fromm = packet(TCP, MANAGER, VIRTUAL, (443, 50_000), b"")
    assert bench.enter(bytearray(fromm)) == bytes(fromm), "the manager is no sidecar"


async def test_a_rule_that_goes_takes_its_sockets_with_it(bench: Bench) -> None:
    bench.inbound.set_intercepts((intercept(other=True),))
    entered = bench.enter(packet(TCP, SIDECAR, VIRTUAL, (50_000, 7000), b""))
    assert entered is not None
    number = ports_of(entered)[1]
    with socket.create_connection((VIRTUAL, number), 2):
        pass
    bench.inbound.set_intercepts(())
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((VIRTUAL, number), 2)
    answer = packet(TCP, VIRTUAL, SIDECAR, (number, 50_000), b"")
    bench.inbound.leave(memoryview(answer))
    assert ports_of(answer)[0] == number, "it is nobody's any more"


@pytest_asyncio.fixture
async def relay() -> AsyncIterator[LoopbackRelay]:
    relay = LoopbackRelay()
    async with asyncio.TaskGroup() as group:
        running = group.create_task(relay.run())
        yield relay
        running.cancel()


async def test_connections_are_carried_whole_and_closed_half_by_half(relay: LoopbackRelay) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        content = await reader.read()  # until the other half is closed
        writer.write(content[::-1])
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server, asyncio.timeout(10):
        number = relay.serve_tcp(VIRTUAL, server.sockets[0].getsockname()[1])
        reader, writer = await asyncio.open_connection(VIRTUAL, number)
        sent = bytes(range(256)) * 8192
        writer.write(sent)
        writer.write_eof()
        assert await reader.read() == sent[::-1]
        writer.close()
        await writer.wait_closed()


async def test_a_port_on_which_nobody_listens_is_reset(relay: LoopbackRelay) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    number = relay.serve_tcp(VIRTUAL, port)
    async with asyncio.timeout(10):
        reader, writer = await asyncio.open_connection(VIRTUAL, number)
        with pytest.raises(ConnectionResetError):
            await reader.read()
        writer.close()


async def test_datagrams_go_and_come_back_to_their_sender(relay: LoopbackRelay) -> None:
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as program:
        program.setblocking(False)
        program.bind(("127.0.0.1", 0))
        number = relay.serve_udp(VIRTUAL, program.getsockname()[1])
        clients = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]
        async with asyncio.timeout(10):
            for client in clients:
                client.setblocking(False)
                client.connect((VIRTUAL, number))
                client.send(str(client.getsockname()[1]).encode())
            for _ in clients:
                content, sender = await loop.sock_recvfrom(program, 100)
                await loop.sock_sendto(program, b"for " + content, sender)
            for client in clients:
                assert await loop.sock_recv(client, 100) == f"for {client.getsockname()[1]}".encode()
        for client in clients:
            client.close()
    relay.keep((), ())
