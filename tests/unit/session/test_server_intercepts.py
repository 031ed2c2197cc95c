"""Intercepts over the session's socket, with a keeper that ends operations as the test says."""

from __future__ import annotations

import asyncio

import pytest

from app.domain.errors import ErrorCode, KubeferryError
from app.session import intercept_messages as im
from app.session import messages as m
from app.session.blocking_client import BlockingSession
from app.session.client import SessionClient
from helper.protocol.intercepts import RequestBatch, Workload
from tests.unit.session.fake_keeper import FakeKeeper, im_problem, intercept_info
from tests.unit.session.running_session import running

REVIEWS = Workload("Deployment", "shop", "reviews")
WISH = im.Wish(REVIEWS)
INTERCEPT_REQUESTS: list[m.Request] = [
    im.PlanIntercept(WISH),
    im.StartIntercept(WISH),
    im.Leave(),
    im.CancelOperation(1),
    im.ListIntercepts(),
    im.WatchTraffic((REVIEWS,)),
    im.PlanRepair(),
    im.Repair(),
]


@pytest.mark.parametrize("request_", INTERCEPT_REQUESTS, ids=lambda request: type(request).__name__)
async def test_without_a_connection_there_are_no_intercepts(request_: m.Request) -> None:
    async with running():
        client = SessionClient()
        with pytest.raises(KubeferryError) as caught:
            await client.request(request_)
        assert caught.value.code is ErrorCode.NOT_CONNECTED
        client.close()


async def test_questions_about_intercepts_are_answered() -> None:
    async with running() as made:
        made.runner.desk.keeper = keeper = FakeKeeper(listed=(intercept_info(),))
        client = SessionClient()
        assert await client.request(im.PlanIntercept(WISH)) == keeper.plan_answer
        assert await client.request(im.ListIntercepts()) == im.InterceptList((intercept_info(),))
        assert await client.request(im.PlanRepair("shop")) == keeper.repair_answer
        keeper.plan_answer = KubeferryError(ErrorCode.API_FORBIDDEN, verb="patch")
        with pytest.raises(KubeferryError) as caught:
            await client.request(im.PlanIntercept(WISH))
        assert caught.value.code is ErrorCode.API_FORBIDDEN
        client.close()


def blocking() -> BlockingSession:
    session = BlockingSession.open(start=False)
    assert session is not None
    return session


async def test_an_operation_tells_its_client_how_it_goes() -> None:
    def use() -> list[m.Event]:
        with blocking() as session:
            assert session.request(im.StartIntercept(WISH)) == im.OperationAccepted(1)
            assert session.request(im.Leave()) == im.OperationAccepted(2)
            told = []
            for event in session.events():
                told.append(event)
                if isinstance(event, im.WorkloadsRestored):
                    break
            return told

    async with running() as made:
        made.runner.desk.keeper = keeper = FakeKeeper()
        keeper.ends[im.StartIntercept] = im.InterceptDone(0, intercept_info(), 2)
        keeper.ends[im.Leave] = im.WorkloadsRestored(0, (im.Restored("deployment/reviews", "shop", True),))
        told = await asyncio.to_thread(use)
        kinds = [type(event).__name__ for event in told]
        assert kinds == ["InterceptProgress", "InterceptDone", "InterceptProgress", "WorkloadsRestored"]


async def test_an_operation_is_undone_when_its_client_goes() -> None:
    async with running() as made:
        made.runner.desk.keeper = keeper = FakeKeeper()
        client, other = SessionClient(), SessionClient()
        accepted = await client.request(im.StartIntercept(WISH))
        assert isinstance(accepted, im.OperationAccepted)
        await other.request(im.CancelOperation(accepted.operation))
        assert keeper.cancelled == [], "it is another client's"
        client.close()
        async with asyncio.timeout(5):
            while accepted.operation not in keeper.cancelled:  # noqa: ASYNC110
                await asyncio.sleep(0.001)
        other.close()


async def test_an_operation_is_called_off() -> None:
    def use() -> m.Event:
        with blocking() as session:
            accepted = session.request(im.StartIntercept(WISH))
            assert isinstance(accepted, im.OperationAccepted)
            assert session.request(im.CancelOperation(accepted.operation)) == m.Done()
            return next(event for event in session.events() if not isinstance(event, im.InterceptProgress))

    async with running() as made:
        made.runner.desk.keeper = FakeKeeper()
        assert await asyncio.to_thread(use) == im.InterceptFailed(1, im_problem(ErrorCode.CANCELLED))


async def test_requests_are_told_to_who_watches_until_it_goes() -> None:
    batch = RequestBatch(REVIEWS, "reviews-1", 3, ())

    def use() -> m.Event:
        with blocking() as session:
            session.request(im.WatchTraffic((REVIEWS,)))
            return next(session.events())

    async with running() as made:
        made.runner.desk.keeper = keeper = FakeKeeper()
        async with asyncio.TaskGroup() as group:
            seen = group.create_task(asyncio.to_thread(use))
            async with asyncio.timeout(5):
                while not keeper.watchers:  # noqa: ASYNC110
                    await asyncio.sleep(0.001)
            for watcher in keeper.watchers:
                watcher(batch)
        assert seen.result() == im.RequestsSeen(batch)
        async with asyncio.timeout(5):
            while keeper.watchers:  # noqa: ASYNC110
                await asyncio.sleep(0.001)
