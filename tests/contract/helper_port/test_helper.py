"""What the port `Helper` promises an attempt: for the fake of the session's tests and for a server that listens."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from app.domain.errors import ErrorCode, KubeferryError
from app.session.ports import Gone, Helper, Worker
from helper.protocol.helper_messages import DnsConfig, NetworkConfig, RefusalCode
from tests.contract.helper_port.place import Place

UPSTREAMS = ("192.0.2.53",)
NETWORK = NetworkConfig(("198.19.0.7/32",), 1400, ("10.96.0.0/16",), DnsConfig(("cluster.local",), ()))
NOBODYS = "ffffffffffff"


async def _set_network(helper: Helper, connection_id: str) -> None:
    await helper.set_network(connection_id, NETWORK)


async def _attach(helper: Helper, connection_id: str) -> None:
    (await helper.attach(connection_id)).worker.close()


async def _open(helper: Helper, connection_id: str) -> None:
    (await helper.open("another")).worker.close()


async def _find_overlaps(helper: Helper, connection_id: str) -> None:
    await helper.find_overlaps(NETWORK.routes)


async def _hear_out(worker: Worker) -> None:
    """What it has said before its end is heard."""
    while True:
        await worker.receive()


Verb = Callable[[Helper, str], Awaitable[None]]


async def test_a_connection_from_open_to_close(place: Place) -> None:
    assert await place.helper.alive()
    opened = await place.helper.open("dev")
    assert opened.connection_id
    assert opened.interface
    answer = await place.helper.set_network(opened.connection_id, NETWORK)
    assert answer.upstreams == UPSTREAMS
    found = await place.helper.find_overlaps(("192.168.77.0/24",))
    assert (found.overlaps, found.upstreams) == ((), UPSTREAMS)
    again = await place.helper.attach(opened.connection_id)
    assert (again.connection_id, again.interface) == (opened.connection_id, opened.interface)
    opened.worker.close()
    again.worker.close()
    assert await place.helper.close_connection(opened.connection_id) == (), "nothing is left of it"


async def test_closing_what_is_gone_is_fine(place: Place) -> None:
    opened = await place.helper.open("dev")
    opened.worker.close()
    for _ in range(2):
        assert await place.helper.close_connection(opened.connection_id) == ()
    assert await place.helper.close_connection(NOBODYS) == ()


@pytest.mark.parametrize("verb", [_attach, _set_network])
async def test_there_is_nothing_to_do_for_a_connection_that_is_not_held(place: Place, verb: Verb) -> None:
    opened = await place.helper.open("dev")
    opened.worker.close()
    await place.helper.close_connection(opened.connection_id)
    for gone in (opened.connection_id, NOBODYS):
        with pytest.raises(KubeferryError) as refused:
            await verb(place.helper, gone)
        assert refused.value.code is ErrorCode.HELPER_FAILED
        assert refused.value.params["problem"] == RefusalCode.UNKNOWN_CONNECTION
    assert await place.helper.alive()


async def test_a_worker_that_dies_is_gone(place: Place) -> None:
    opened = await place.helper.open("dev")
    place.kill_worker()
    async with asyncio.timeout(5):
        with pytest.raises(Gone):
            await _hear_out(opened.worker)
    opened.worker.close()


@pytest.mark.parametrize("verb", [_open, _attach, _set_network, _find_overlaps])
async def test_a_helper_that_stops_is_told_by_every_verb(place: Place, verb: Verb) -> None:
    opened = await place.helper.open("dev")
    opened.worker.close()
    await place.stop()
    assert not await place.helper.alive()
    with pytest.raises(KubeferryError) as lost:
        await verb(place.helper, opened.connection_id)
    assert lost.value.code is ErrorCode.HELPER_STOPPED


async def test_a_helper_that_stopped_is_looked_for_anew_to_close_a_connection(place: Place) -> None:
    opened = await place.helper.open("dev")
    opened.worker.close()
    await place.stop()
    with pytest.raises(KubeferryError) as lost:
        await place.helper.close_connection(opened.connection_id)
    assert lost.value.code is ErrorCode.HELPER_NOT_RUNNING


@pytest.mark.parametrize("verb", [_open, _attach, _set_network, _find_overlaps])
async def test_a_closed_socket_does_nothing_any_more_but_close(place: Place, verb: Verb) -> None:
    opened = await place.helper.open("dev")
    opened.worker.close()
    place.helper.close()
    assert not await place.helper.alive()
    with pytest.raises(KubeferryError) as lost:
        await verb(place.helper, opened.connection_id)
    assert lost.value.code is ErrorCode.HELPER_STOPPED
    assert await place.helper.close_connection(opened.connection_id) == ()
