"""What the port `Injection` promises of claims, the sidecar and its ticket: for the fake and for real workloads."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.errors import ErrorCode, KubeferryError
from app.domain.intercept_stages import InterceptStage
from app.domain.intercepts import Claim, PortMap, Wish
from app.domain.workload import WorkloadRef
from app.session.intercept_ports import Dropped
from helper.protocol.intercepts import JoinTicket
from tests.contract.injection_port.place import ALICE, BOB, TICKET, Heard, Place, claim_of, claims_on, take

EVE = claim_of("eve", value="bob")
MINE, THEIRS = frozenset({ALICE.intercept_id}), frozenset({BOB.intercept_id})


async def test_the_first_claim_brings_the_sidecar_and_the_last_takes_it(place: Place) -> None:
    planned = await place.injection.plan(Wish(place.reviews, ALICE.rule, ALICE.ports))
    assert (planned.wish.ports, planned.injects, planned.claims) == (ALICE.ports, True, ())
    assert await claims_on(place) is None, "a plan changes nothing"
    first, second, restored = Heard(), Heard(), Heard()
    taken = await take(place, ALICE, first)
    assert first.stages == [InterceptStage.PREPARING, InterceptStage.INJECTING, InterceptStage.ROLLING_OUT]
    assert first.asked == [(place.reviews, taken.injection_id)]
    assert (len(taken.pods), taken.losers) == (planned.pods, ())
    looked = await place.injection.look(place.reviews)
    assert looked is not None
    assert (looked.injection_id, looked.claims, looked.bare_probes) == (taken.injection_id, (ALICE,), ())

    beside = await place.injection.plan(Wish(place.reviews, BOB.rule, BOB.ports))
    assert (beside.injects, beside.claims) == (False, (ALICE,))
    assert await take(place, BOB, second) == replace(taken, losers=())
    assert (second.stages, second.asked) == ([InterceptStage.ROLLING_OUT], [])
    assert await claims_on(place) == (ALICE, BOB)

    drop = place.injection.drop
    assert await drop(place.reviews, MINE, wait=True, report=restored.report) == Dropped(False, others=1)
    assert (restored.stages, await claims_on(place)) == ([], (BOB,))
    assert await drop(place.reviews, THEIRS, wait=True, report=restored.report) == Dropped(True)
    assert (restored.stages, await claims_on(place)) == ([InterceptStage.RESTORING], None)
    assert await drop(place.reviews, THEIRS, wait=True, report=restored.report) == Dropped(False), (
        "gone already is fine"
    )


async def test_a_ticket_is_there_before_anything_is_changed(place: Place) -> None:
    seen: list[tuple[Claim, ...] | None] = []

    class Looking(Heard):
        async def ticket(self, workload: WorkloadRef, injection_id: str) -> JoinTicket:
            seen.append(await claims_on(place))
            return TICKET

    await take(place, ALICE, Looking())
    assert seen == [None]
    assert await place.ticket_of(place.reviews) == TICKET.token


async def test_rivals_are_refused_or_taken_over(place: Place) -> None:
    await take(place, BOB)
    heard = Heard()
    with pytest.raises(KubeferryError) as refused:
        await take(place, EVE, heard)
    assert refused.value.code is ErrorCode.INTERCEPT_TAKEN
    assert (refused.value.params["workload"], refused.value.params["owner"]) == (str(place.reviews), BOB.owner)
    assert set(refused.value.params) == {"workload", "owner", "since", "rule"}
    assert (heard.stages, await claims_on(place)) == ([], (BOB,))
    assert (await take(place, EVE, over=True)).losers == (BOB,)
    assert await claims_on(place) == (EVE,)


async def test_a_claim_of_the_same_id_is_replaced_where_it_is(place: Place) -> None:
    await take(place, ALICE)
    await take(place, BOB)
    moved = replace(ALICE, ports=(PortMap(9080, 9999),))
    await take(place, moved)
    assert await claims_on(place) == (moved, BOB)
    await place.injection.put_back(place.reviews, ALICE)
    assert await claims_on(place) == (ALICE, BOB)


async def test_without_a_sidecar_there_is_nothing_to_put_back_and_nothing_to_renew(place: Place) -> None:
    await place.injection.put_back(place.reviews, ALICE)
    await place.injection.renew_ticket(place.reviews, "0" * 16, TICKET)
    assert await claims_on(place) is None
    assert await place.ticket_of(place.reviews) is None


async def test_a_ticket_is_renewed_for_the_injection_that_is_there(place: Place) -> None:
    taken = await take(place)
    await place.injection.renew_ticket(place.reviews, "0" * 16, JoinTicket("other", "pem"))
    assert await place.ticket_of(place.reviews) == TICKET.token
    await place.injection.renew_ticket(place.reviews, taken.injection_id, JoinTicket("other", "pem"))
    assert await place.ticket_of(place.reviews) == "other"
    await place.injection.drop(place.reviews, MINE, wait=False, report=Heard().report)
    assert await place.ticket_of(place.reviews) is None


async def test_all_that_have_a_sidecar_are_found_in_one_order(place: Place) -> None:
    await take(place, ALICE)
    await take(place, BOB, ref=place.ratings)
    found = await place.injection.find(place.reviews.namespace)
    assert [(one.workload, one.claims) for one in found.workloads] == [
        (place.ratings, (BOB,)),
        (place.reviews, (ALICE,)),
    ]
    assert found.unread == ()
    everywhere = await place.injection.find(None)
    assert {one.workload for one in everywhere.workloads} >= {place.ratings, place.reviews}
    assert (await place.injection.find("another-namespace")).workloads == ()


async def test_probes_that_somebody_moves_are_seen(place: Place) -> None:
    await take(place)
    await place.move_probes(place.reviews)
    looked = await place.injection.look(place.reviews)
    assert looked is not None
    assert (looked.claims, looked.bare_probes) == ((ALICE,), (9080,))
