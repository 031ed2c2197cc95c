"""Verbs, actors and leases of the server, through the client library."""

import asyncio
import ipaddress
import os
import socket

import pytest

from helper.client import HeldConnection, HelperClient, HelperRefused, HelperUnavailable
from helper.net.kernel_route import KernelRoute, NetworkFailed
from helper.net.resolver import ResolverFailed
from helper.protocol.control_messages import AttachApp, ListenDns
from helper.protocol.framing import encode
from helper.protocol.helper_messages import (
    HELPER_PROTOCOL_VERSION,
    Answer,
    DnsConfig,
    Hello,
    ListConnections,
    NetworkConfig,
    RefusalCode,
    Refused,
    ResolverBackend,
)
from helper.protocol.message_socket import ChannelClosed, MessageSocket
from tests.unit.daemon.conftest import Daemon, StartDaemon

CONFIG = NetworkConfig(
    addresses=("198.19.3.7/32",), mtu=1400, routes=("10.96.0.0/12",), dns=DnsConfig(("cluster.local",), ())
)


async def open_one(client: HelperClient, label: str = "") -> HeldConnection:
    held = await client.open_connection(label)
    held.channel.close()
    return held


async def refusal_of(client: HelperClient, connection_id: str, config: NetworkConfig = CONFIG) -> RefusalCode:
    with pytest.raises(HelperRefused) as caught:
        await client.set_network(connection_id, config)
    return caught.value.code


async def gone(daemon: Daemon) -> None:
    """Waits until the last link is removed."""
    async with asyncio.timeout(5):
        while daemon.network.links:  # noqa: ASYNC110 - the fake has no event to wait for
            await asyncio.sleep(0.001)


async def test_a_connection_from_open_to_close(daemon: Daemon) -> None:
    client = await HelperClient.connect(daemon.socket)
    assert client.welcome.uid == 0
    held = await client.open_connection("dev")
    (worker,) = daemon.workers
    await worker.take_device()
    assert isinstance(await worker.control.receive(), AttachApp)
    (descriptor,) = worker.control.take_descriptors(1)
    with socket.socket(fileno=descriptor) as worker_end, held.channel:
        worker_end.send(b"hello")
        held.channel.setblocking(True)
        assert held.channel.recv(5) == b"hello"

    answer = await client.set_network(held.connection_id, CONFIG)
    assert (answer.resolver, answer.upstreams) == (ResolverBackend.RESOLV_CONF, ("192.0.2.53",))
    assert await worker.control.receive() == ListenDns("198.19.3.7")
    for descriptor in worker.control.take_descriptors(2):
        os.close(descriptor)
    (info,) = await client.list_connections()
    assert (info.label, info.interface, info.network, info.worker_pid) == ("dev", "fake0", CONFIG, worker.pid)
    assert len(daemon.journal.entries()) == 1

    assert await client.close_connection(held.connection_id) == ()
    assert daemon.network.links == {}
    assert await client.list_connections() == ()
    assert await refusal_of(client, held.connection_id) is RefusalCode.UNKNOWN_CONNECTION
    client.close()


async def test_another_users_connection_does_not_exist(next_uid: list[int], daemon: Daemon) -> None:
    next_uid[:] = [1000, 1001]
    ada, bob = await HelperClient.connect(daemon.socket), await HelperClient.connect(daemon.socket)
    held = await open_one(ada)
    assert await bob.list_connections() == ()
    assert await refusal_of(bob, held.connection_id) is RefusalCode.UNKNOWN_CONNECTION
    for call in (bob.close_connection, bob.attach_connection):
        with pytest.raises(HelperRefused) as caught:
            await call(held.connection_id)
        assert caught.value.code is RefusalCode.UNKNOWN_CONNECTION
    assert [worker.actor.uid for worker in daemon.workers] == [1000]
    bob.close()
    assert (await ada.list_connections())[0].connection_id == held.connection_id
    ada.close()


async def test_routes_of_another_connection_are_refused_and_both_go_on(next_uid: list[int], daemon: Daemon) -> None:
    next_uid[:] = [1000, 1001]
    ada, bob = await HelperClient.connect(daemon.socket), await HelperClient.connect(daemon.socket)
    first, second = await open_one(ada), await open_one(bob)
    await ada.set_network(first.connection_id, CONFIG)
    inside = NetworkConfig(addresses=("198.19.3.8/32",), mtu=1400, routes=("10.100.0.0/16",))
    with pytest.raises(HelperRefused, match=r"10\.100\.0\.0/16 overlaps 10\.96\.0\.0/12") as caught:
        await bob.set_network(second.connection_id, inside)
    assert caught.value.code is RefusalCode.ROUTE_CONFLICT
    beside = NetworkConfig(addresses=("198.19.3.8/32",), mtu=1400, routes=("10.112.0.0/16",))
    await bob.set_network(second.connection_id, beside)
    same_address = NetworkConfig(addresses=("198.19.3.7/32",), mtu=1400, routes=())
    assert await refusal_of(bob, second.connection_id, same_address) is RefusalCode.ROUTE_CONFLICT
    found = await bob.find_overlaps(("10.0.0.0/8",))
    assert [(one.interface, one.owner_uid) for one in found.overlaps] == [("fake0", 1000), ("fake1", 1001)]
    await ada.close_connection(first.connection_id)
    await bob.set_network(second.connection_id, inside)
    ada.close()
    bob.close()


async def test_overlaps_with_the_machines_own_routes(daemon: Daemon) -> None:
    daemon.network.other_routes = [KernelRoute(ipaddress.IPv4Network("10.0.0.0/8"), "eth0")]
    client = await HelperClient.connect(daemon.socket)
    found = await client.find_overlaps(("10.96.0.0/12", "172.16.0.0/12"))
    assert [(one.subnet, one.taken, one.owner_uid) for one in found.overlaps] == [("10.96.0.0/12", "10.0.0.0/8", None)]
    assert found.upstreams == ("192.0.2.53",)
    client.close()


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (NetworkFailed("no"), RefusalCode.SYSTEM_FAILED),
        (ResolverFailed("no"), RefusalCode.RESOLVER_FAILED),
    ],
)
async def test_failures_have_their_codes(
    daemon: Daemon, failure: NetworkFailed | ResolverFailed, code: RefusalCode
) -> None:
    client = await HelperClient.connect(daemon.socket)
    held = await open_one(client)
    daemon.network.fail_with = failure
    assert await refusal_of(client, held.connection_id) is code
    invalid = NetworkConfig(addresses=(), mtu=1400, routes=("0.0.0.0/0",))
    assert await refusal_of(client, held.connection_id, invalid) is RefusalCode.INVALID_NETWORK
    await client.set_network(held.connection_id, CONFIG)
    client.close()


async def test_eight_connections_are_the_most_for_one_user(next_uid: list[int], daemon: Daemon) -> None:
    next_uid[:] = [1000, 1001]
    ada, bob = await HelperClient.connect(daemon.socket), await HelperClient.connect(daemon.socket)
    held = [await open_one(ada) for _ in range(8)]
    with pytest.raises(HelperRefused) as caught:
        await ada.open_connection()
    assert caught.value.code is RefusalCode.TOO_MANY_CONNECTIONS
    await open_one(bob)
    await ada.close_connection(held[0].connection_id)
    await open_one(ada)
    ada.close()
    bob.close()


async def test_when_the_app_leaves_its_connection_ends_after_the_grace(start_daemon: StartDaemon) -> None:
    async with start_daemon(grace_s=0.05) as daemon:
        client = await HelperClient.connect(daemon.socket)
        await open_one(client)
        client.close()
        await gone(daemon)


async def test_a_restarted_app_attaches_within_the_grace(start_daemon: StartDaemon) -> None:
    async with start_daemon(grace_s=30) as daemon:
        first = await HelperClient.connect(daemon.socket)
        held = await open_one(first)
        first.close()
        second = await HelperClient.connect(daemon.socket)
        attached = await second.attach_connection(held.connection_id)
        attached.channel.close()
        assert (attached.connection_id, attached.interface) == (held.connection_id, held.interface)
        assert len(daemon.workers) == 1
        second.close()


async def test_the_connection_ends_with_its_worker(daemon: Daemon) -> None:
    client = await HelperClient.connect(daemon.socket)
    held = await open_one(client)
    await client.set_network(held.connection_id, CONFIG)
    daemon.workers[0].die()
    await gone(daemon)
    assert await refusal_of(client, held.connection_id) is RefusalCode.UNKNOWN_CONNECTION
    await open_one(client)
    client.close()


async def test_the_helper_undoes_everything_when_it_ends(start_daemon: StartDaemon) -> None:
    async with start_daemon() as daemon:
        client = await HelperClient.connect(daemon.socket)
        await open_one(client)
        await open_one(client)
    with pytest.raises(HelperUnavailable):
        await client.list_connections()


async def test_who_is_not_allowed_is_told_so(next_uid: list[int], start_daemon: StartDaemon) -> None:
    async with start_daemon(refused=frozenset({1000})) as daemon:
        next_uid[:] = [1000]
        with pytest.raises(HelperRefused, match="kubeferry") as caught:
            await HelperClient.connect(daemon.socket)
        assert caught.value.code is RefusalCode.NOT_ALLOWED


async def test_nobody_listening_is_unavailable(daemon: Daemon) -> None:
    with pytest.raises(HelperUnavailable):
        await HelperClient.connect(daemon.socket.with_name("nobody.sock"))


async def raw(daemon: Daemon) -> MessageSocket[Answer]:
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    await asyncio.get_running_loop().sock_connect(sock, str(daemon.socket))
    return MessageSocket(sock, Answer)


async def test_another_version_is_named(daemon: Daemon) -> None:
    client = await raw(daemon)
    await client.send(Hello(99))
    assert await client.receive() == Refused(
        RefusalCode.VERSION_MISMATCH, f"the helper speaks version {HELPER_PROTOCOL_VERSION}"
    )
    with pytest.raises(ChannelClosed):
        await client.receive()
    client.close()


async def test_hello_comes_first_and_once(daemon: Daemon) -> None:
    client = await raw(daemon)
    await client.send(ListConnections())
    assert await client.receive() == Refused(RefusalCode.HELLO_EXPECTED)
    client.close()
    client = await raw(daemon)
    await client.send(Hello(HELPER_PROTOCOL_VERSION))
    await client.receive()
    await client.send(Hello(HELPER_PROTOCOL_VERSION))
    answer = await client.receive()
    assert isinstance(answer, Refused)
    assert answer.code is RefusalCode.HELLO_EXPECTED
    client.close()


async def test_who_says_nothing_is_let_go(start_daemon: StartDaemon) -> None:
    async with start_daemon(hello_timeout_s=0.02) as daemon:
        client = await raw(daemon)
        with pytest.raises(ChannelClosed):
            await client.receive()
        client.close()


async def test_thirty_two_clients_are_the_most_for_one_user(daemon: Daemon) -> None:
    clients = [await HelperClient.connect(daemon.socket) for _ in range(32)]
    with pytest.raises(HelperUnavailable):
        await HelperClient.connect(daemon.socket)
    clients.pop().close()
    async with asyncio.timeout(5):
        while len(clients) < 32:
            try:
                clients.append(await HelperClient.connect(daemon.socket))
            except HelperUnavailable:
                await asyncio.sleep(0.001)
    for client in clients:
        client.close()


async def test_nonsense_after_hello_closes_only_its_own_socket(daemon: Daemon) -> None:
    other = await HelperClient.connect(daemon.socket)
    await open_one(other)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(sock, str(daemon.socket))
    await loop.sock_sendall(sock, encode(Hello(HELPER_PROTOCOL_VERSION)))
    assert b"Welcome" in await loop.sock_recv(sock, 4096)
    await loop.sock_sendall(sock, b"\0\0\0\x02{}")
    assert await loop.sock_recv(sock, 4096) == b""
    sock.close()
    assert len(await other.list_connections()) == 1
    other.close()


async def test_a_cancelled_call_leaves_the_client_usable(daemon: Daemon) -> None:
    client = await HelperClient.connect(daemon.socket)
    held = await open_one(client)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await client.set_network(held.connection_id, CONFIG)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await client.find_overlaps(())
    assert [info.connection_id for info in await client.list_connections()] == [held.connection_id]
    assert await client.close_connection(held.connection_id) == ()
    client.close()


async def test_a_cancelled_open_gives_the_connection_back(start_daemon: StartDaemon) -> None:
    async with start_daemon(grace_s=0) as daemon:
        client = await HelperClient.connect(daemon.socket)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await client.open_connection()
        with pytest.raises(HelperUnavailable):
            await client.list_connections()
        await gone(daemon)
