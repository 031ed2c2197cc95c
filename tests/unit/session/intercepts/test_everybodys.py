"""Other people's intercepts too: listed, repaired, and their requests watched."""

from __future__ import annotations

from app.session import intercept_messages as im
from app.session.intercept_convert import workload_of
from helper.protocol import intercepts as wire
from helper.protocol.worker_messages import RequestsSeen, WatchRequests
from tests.unit.session.fake_injection import INJECTION_ID
from tests.unit.session.intercepts.bench import BOB, RATINGS, REVIEWS, Bench, until


async def test_everybodys_are_listed(bench: Bench) -> None:
    async with bench.run():
        theirs = wire.Intercept("b" * 12, workload_of(RATINGS), INJECTION_ID, 5.0, other_ports=True)
        bench.worker.others = (wire.InterceptState(theirs, "b" * 12, "bob@desk", wire.Health.ABSENT),)
        await bench.start()
        listed = (await bench.keeper.list_all()).intercepts
        assert [(one.owner, one.mode, one.health) for one in listed] == [
            ("me", "mesh", im.InterceptHealth.ACTIVE),
            ("bob@desk", "proxy", im.InterceptHealth.ABSENT),
        ]


async def test_repair_takes_what_the_vanished_left(bench: Bench) -> None:
    async with bench.run():
        await bench.start()
        bench.workloads[REVIEWS] += (BOB,)
        bench.workloads[RATINGS] = ()
        bench.cluster.workloads.unread = ("namespace secret",)
        plan = await bench.keeper.plan_repair(im.PlanRepair())
        assert [(one.workload, one.vanished, len(one.kept)) for one in plan.remains] == [
            ("deployment/reviews", ("bob@desk",), 1),
            ("statefulset/ratings", (), 0),
        ]
        assert plan.unread == ("namespace secret",)
        done = await bench.do(im.Repair(workloads=(workload_of(RATINGS),)))
        assert isinstance(done, im.WorkloadsRestored)
        assert [one.workload for one in done.workloads] == ["statefulset/ratings"]
        done = await bench.do(im.Repair())
        assert isinstance(done, im.WorkloadsRestored)
        assert [(one.workload, one.others) for one in done.workloads] == [("deployment/reviews", 1)]
        assert [claim.owner for claim in bench.workloads[REVIEWS]] != ["bob@desk"]


async def test_requests_go_to_those_who_watch_them(bench: Bench) -> None:
    one: list[wire.RequestBatch] = []
    two: list[wire.RequestBatch] = []
    reviews, ratings = workload_of(REVIEWS), workload_of(RATINGS)
    async with bench.run():
        await bench.keeper.watch(one.append, (reviews,))
        await bench.keeper.watch(two.append, (reviews, ratings))
        bench.worker.say(RequestsSeen(wire.RequestBatch(ratings, "r-1", 3, ())))
        bench.worker.say(RequestsSeen(wire.RequestBatch(reviews, "v-1", 4, ())))
        await until(lambda: len(two) == 2)
        assert [batch.seen for batch in one] == [4]
        await bench.keeper.watch(two.append, ())
        await bench.keeper.watch(one.append, ())
        asked = [message.workloads for message in bench.worker.sent if isinstance(message, WatchRequests)]
        assert asked == [(reviews,), (reviews, ratings), (reviews,), ()]
