"""A connection on fakes, to try on it what becomes of intercepts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from app.domain import connection as c
from app.domain.errors import ErrorCode
from app.domain.intercepts import Claim, HeaderRule, HttpRule, PortMap
from app.domain.workload import WorkloadKind, WorkloadRef
from app.session import intercept_messages as im
from app.session.attempt import ConnectAttempt
from app.session.desk import Keeper, Operation, OperationEvent
from app.session.intercept_convert import workload_of
from app.session.ports import Cluster, Helper
from helper.protocol import intercepts as wire
from helper.protocol.worker_messages import SetIntercepts
from tests.unit.session.fakes import FakeCluster, FakeHelper, FakeWorker, Recorder, make_context

REVIEWS = WorkloadRef(WorkloadKind.DEPLOYMENT, "shop", "reviews")
RATINGS = WorkloadRef(WorkloadKind.STATEFUL_SET, "shop", "ratings")
ALICE = HttpRule((HeaderRule("x-user", value="alice"),))
PORTS = (PortMap(9080, 8080),)
PROXY = im.Wish(workload_of(REVIEWS))
MESH = im.Wish(
    workload_of(REVIEWS),
    wire.HttpMatch((wire.HeaderMatch("x-user", value="alice"),)),
    (wire.PortMap(9080, 8080),),
)
BOB = Claim("b" * 12, "b" * 12, "bob@desk", 5.0, HttpRule((HeaderRule("x-user", value="bob"),)), PORTS)


class Bench:
    """One attempt that is connected while `run` lasts. `wanted`: it ends by a wish, else by a failure."""

    def __init__(self) -> None:
        self.worker = FakeWorker()
        self.helper = FakeHelper(self.worker)
        self.cluster = FakeCluster()
        self.recorder = Recorder()
        self.told: list[OperationEvent] = []
        self.left: tuple[str, ...] = ()
        self._grew = asyncio.Event()

    @property
    def workloads(self) -> dict[WorkloadRef, tuple[Claim, ...]]:
        return self.cluster.workloads.claims

    @property
    def keeper(self) -> Keeper:
        return self.context.desk.need()

    @asynccontextmanager
    async def run(self, *, wanted: bool = True) -> AsyncIterator[None]:
        async def open_helper() -> Helper:
            return self.helper

        async def open_cluster(_: c.Target) -> Cluster:
            return self.cluster

        async with asyncio.TaskGroup() as group:
            self.context = make_context(group, self.recorder)
            attempt = ConnectAttempt(self.context, open_helper, open_cluster)

            async def supervised() -> None:
                try:
                    await attempt.run()
                except Exception as error:  # noqa: BLE001  (what the runner does)
                    self.failure = error

            task = group.create_task(supervised())
            try:
                await until(lambda: self.context.desk.keeper is not None)
                yield
            finally:
                if wanted:
                    task.cancel()
                else:
                    self.worker.die()
                await asyncio.wait([task])
                self.left = await attempt.undo()

    def begin(self, request: Operation) -> int:
        number = self.context.desk.next_number()
        self.keeper.begin(number, request, self._tell)
        return number

    async def end(self, number: int) -> OperationEvent:
        async with asyncio.timeout(5):
            while True:
                for event in self.told:
                    if event.operation == number and not isinstance(event, im.InterceptProgress):
                        return event
                self._grew.clear()
                await self._grew.wait()

    async def do(self, request: Operation) -> OperationEvent:
        return await self.end(self.begin(request))

    async def start(self, wish: im.Wish = MESH) -> im.InterceptInfo:
        done = await self.do(im.StartIntercept(wish))
        assert isinstance(done, im.InterceptDone), done
        return done.intercept

    def own(self) -> list[tuple[str, im.InterceptHealth, str]]:
        shown = self.context.hub.status().intercepts
        return [(one.workload, one.health, one.superseded_by) for one in shown]

    def declared(self) -> list[wire.Intercept]:
        sets = [message for message in self.worker.sent if isinstance(message, SetIntercepts)]
        return list(sets[-1].intercepts) if sets else []

    def code(self, event: OperationEvent) -> ErrorCode:
        assert isinstance(event, im.InterceptFailed), event
        return event.problem.code

    def stages(self, number: int) -> list[str]:
        return [one.stage for one in self.told if isinstance(one, im.InterceptProgress) and one.operation == number]

    def _tell(self, event: OperationEvent) -> None:
        self.told.append(event)
        self._grew.set()


async def until(holds: Callable[[], bool]) -> None:
    """Fakes have no event for everything."""
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0)


def replace_ports(wish: im.Wish, local: int) -> im.Wish:
    return im.Wish(wish.workload, wish.match, (wire.PortMap(9080, local),))
