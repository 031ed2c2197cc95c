"""What the port `Injection` promises when something is called off or fails: for the fake and for real workloads."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import replace

import pytest

from app.domain.errors import ErrorCode, KubeferryError
from app.domain.intercept_stages import InterceptStage
from app.domain.intercepts import Claim, PortMap, Wish
from app.session.intercept_ports import Dropped
from tests.contract.injection_port.place import ALICE, BOB, TICKET, Heard, Place, claim_of, claims_on, take

EVE = claim_of("eve", value="bob")


async def cancelled(place: Place, claim: Claim, *, over: bool = False) -> Heard:
    """Taken, and called off as soon as the pods are waited for."""
    heard = Heard()
    async with asyncio.TaskGroup() as group:
        taking = group.create_task(take(place, claim, heard, over=over))
        heard.on_rollout = taking.cancel
    assert taking.cancelled()
    return heard


async def test_the_first_claim_called_off_takes_the_sidecar_with_it(place: Place) -> None:
    place.slow_down()
    heard = await cancelled(place, ALICE)
    assert heard.stages[-1] is InterceptStage.UNDOING
    assert await claims_on(place) is None
    assert await place.ticket_of(place.reviews) is None
    assert (await place.injection.find(place.reviews.namespace)).workloads == ()


async def test_a_take_over_and_a_replacement_called_off_give_back(place: Place) -> None:
    await take(place, ALICE)
    await take(place, BOB)
    place.slow_down()
    await cancelled(place, EVE, over=True)
    assert await claims_on(place) == (ALICE, BOB)
    await cancelled(place, replace(ALICE, ports=(PortMap(9080, 9999),)))
    assert await claims_on(place) == (ALICE, BOB)


async def test_what_others_did_meanwhile_stays(place: Place) -> None:
    """Bob comes while Alice's pods are waited for; she calls it off, and he has the sidecar that she brought."""
    place.slow_down()
    alice, bob = Heard(), Heard()
    both = [asyncio.Event(), asyncio.Event()]
    alice.on_rollout, bob.on_rollout = both[0].set, both[1].set
    async with asyncio.TaskGroup() as group:
        hers = group.create_task(take(place, ALICE, alice))
        await both[0].wait()
        his = group.create_task(take(place, BOB, bob))
        await both[1].wait()
        assert await claims_on(place) == (ALICE, BOB)
        hers.cancel()
        await asyncio.wait([hers])
        assert await claims_on(place) == (BOB,)
        place.go_on()
    assert (his.result().losers, bob.asked) == ((), [])
    assert await place.ticket_of(place.reviews) == TICKET.token


async def test_pods_that_do_not_come_leave_what_was(place: Place) -> None:
    place.break_sidecars()
    heard = Heard()
    with pytest.raises(KubeferryError) as failure:
        await take(place, ALICE, heard)
    assert failure.value.code is ErrorCode.IMAGE_PULL_FAILED
    assert failure.value.params["image"] == "nowhere.local/none:1"
    assert heard.stages[-1] is InterceptStage.UNDOING
    assert await claims_on(place) is None
    assert await place.ticket_of(place.reviews) is None


async def test_leaving_without_waiting_for_pods(place: Place) -> None:
    await take(place)
    place.slow_down()
    claims = frozenset({ALICE.intercept_id})
    async with asyncio.timeout(10):
        assert await place.injection.drop(place.reviews, claims, wait=False, report=Heard().report) == Dropped(True)
    assert await claims_on(place) is None


async def test_a_server_that_cannot_be_reached_is_told_by_every_method(place: Place) -> None:
    taken = await take(place)
    planned = await place.injection.plan(Wish(place.reviews, BOB.rule, BOB.ports))
    away, heard = place.cut_off(), Heard()
    claims = frozenset({ALICE.intercept_id})
    tries: list[Awaitable[object]] = [
        away.plan(Wish(place.reviews, BOB.rule, BOB.ports)),
        away.take(planned, BOB, ticket=heard.ticket, take_over=False, report=heard.report),
        away.put_back(place.reviews, BOB),
        away.drop(place.reviews, claims, wait=False, report=heard.report),
        away.look(place.reviews),
        away.find(place.reviews.namespace),
        away.renew_ticket(place.reviews, taken.injection_id, TICKET),
    ]
    for one in tries:
        with pytest.raises(KubeferryError) as failure:
            await one
        assert failure.value.code is ErrorCode.API_UNREACHABLE
    assert await claims_on(place) == (ALICE,)
