"""Workers that were started ahead: used, unused, dead before use, and whose they are."""

import asyncio
import os
import socket

import pytest

from helper.client import HelperClient, HelperRefused
from helper.daemon.actor import Actor
from helper.daemon.prepared import PreparedWorkers
from helper.net.tun import TunDevice
from helper.protocol.control_messages import AttachApp
from helper.protocol.helper_messages import RefusalCode
from tests.unit.daemon.conftest import Daemon, ImaginedWorker


async def ended(worker: ImaginedWorker) -> None:
    async with asyncio.timeout(5):
        await worker.exited()


async def test_the_next_connection_gets_it(daemon: Daemon) -> None:
    client = await HelperClient.connect(daemon.socket)
    await client.prepare_worker()
    await client.prepare_worker()
    (worker,) = daemon.workers
    assert daemon.journal.entries() == []
    assert daemon.network.links == {}
    assert await client.list_connections() == ()
    first = await client.open_connection()
    await worker.take_device()
    assert isinstance(await worker.control.receive(), AttachApp)
    os.close(*worker.control.take_descriptors(1))
    second = await client.open_connection()
    assert len(daemon.workers) == 2
    await daemon.workers[1].take_device()
    for held in (first, second):
        held.channel.close()
    client.close()


async def test_unused_it_ends_with_its_client(daemon: Daemon) -> None:
    client = await HelperClient.connect(daemon.socket)
    await client.prepare_worker()
    client.close()
    await ended(daemon.workers[0])


async def test_it_is_its_clients_alone(next_uid: list[int], daemon: Daemon) -> None:
    next_uid[:] = [1000, 1000, 1001]
    ada, ada_too, bob = [await HelperClient.connect(daemon.socket) for _ in range(3)]
    await ada.prepare_worker()
    for client in (ada_too, bob):
        (await client.open_connection()).channel.close()
    assert [worker.actor.uid for worker in daemon.workers] == [1000, 1000, 1001]
    assert not daemon.workers[0].ended
    for client in (ada, ada_too, bob):
        client.close()
    await ended(daemon.workers[0])


async def test_one_that_is_known_to_be_dead_is_replaced(daemon: Daemon) -> None:
    client = await HelperClient.connect(daemon.socket)
    await client.prepare_worker()
    daemon.workers[0].die()
    await client.prepare_worker()
    assert len(daemon.workers) == 2
    daemon.workers[1].die()
    (await client.open_connection()).channel.close()
    await daemon.workers[2].take_device()
    client.close()


async def test_one_that_died_a_moment_ago_is_replaced(daemon: Daemon) -> None:
    client = await HelperClient.connect(daemon.socket)
    await client.prepare_worker()
    daemon.workers[0].control.close()
    (await client.open_connection()).channel.close()
    await daemon.workers[1].take_device()
    await ended(daemon.workers[0])
    client.close()


async def test_it_counts_as_a_connection(next_uid: list[int], daemon: Daemon) -> None:
    next_uid[:] = [1000, 1000]
    first, second = await HelperClient.connect(daemon.socket), await HelperClient.connect(daemon.socket)
    held = [await first.open_connection() for _ in range(7)]
    await first.prepare_worker()
    for call in (second.prepare_worker, second.open_connection):
        with pytest.raises(HelperRefused) as caught:
            await call()
        assert caught.value.code is RefusalCode.TOO_MANY_CONNECTIONS
    held.append(await first.open_connection())
    with pytest.raises(HelperRefused):
        await first.prepare_worker()
    for one in held:
        one.channel.close()
    for client in (first, second):
        client.close()


async def test_one_that_cannot_be_given_its_device_ends() -> None:
    workers: list[ImaginedWorker] = []

    def spawn(actor: Actor, control: int) -> ImaginedWorker:
        workers.append(ImaginedWorker(actor, socket.socket(fileno=os.dup(control))))
        return workers[-1]

    device = TunDevice(fd=-1, name="fake0", offload=0, vnet_header=True)
    async with asyncio.TaskGroup() as tasks:
        with pytest.raises(OSError, match="Bad file descriptor"):
            PreparedWorkers(spawn, tasks).start(Actor(1, 1000, 1000), object(), device)
    assert [worker.ended for worker in workers] == [True]
