"""Keeps a connection's intercepts, and does what clients ask about them. Lives as long as the attempt."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

from app.domain.errors import ErrorCode, KubeferryError, Problem
from app.domain.intercept_stages import InterceptStage
from app.domain.intercepts import Claim, conflicts
from app.domain.repairs import Remains
from app.platform.identity import client_id, client_name
from app.session import intercept_messages as im
from app.session.desk import Desk, Operation, Tell, Watcher
from app.session.hub import Hub
from app.session.intercept_channel import InterceptChannel
from app.session.intercept_convert import info_of_claim, info_of_state, told_ports, wish_of, workload_of
from app.session.intercept_memory import InterceptMemory
from app.session.intercept_ports import Injection
from app.session.intercept_work import InterceptWork
from app.session.network import NetworkKeeper
from app.session.own_intercepts import Owner, OwnIntercepts
from app.session.problems import info_from_problem
from app.session.runner import problem_of
from app.session.tunnel import Tunnel
from helper.cluster.api import owner_id
from helper.protocol.intercepts import RequestBatch, Workload

COMPARE_S = 5.0
"""How often own claims are looked at: a colleague may have taken over, or somebody removed them."""

LEAVE_S = 8.0
MAX_LISTED = 1500
MAX_DIFF_LINES = 400
"""So that an answer is never larger than a message may be."""

_log = logging.getLogger(__name__)


class InterceptKeeper:
    """Implements `desk.Keeper` while `keep` runs."""

    def __init__(self, hub: Hub, desk: Desk, tunnel: Tunnel, injection: Callable[[], Injection], server: str) -> None:
        self._hub = hub
        self._desk = desk
        self._injection = injection
        self._channel = InterceptChannel(tunnel)
        self._wake = asyncio.Event()
        self._lifted = False
        self._doubted: frozenset[Workload] = frozenset()
        owner = Owner(owner_id(client_id()), client_name())
        self._own = OwnIntercepts(owner, self._channel, InterceptMemory(server), self._show)
        self._work = InterceptWork(injection, self._channel, self._own, self._manager_namespace)
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._watchers: dict[Watcher, frozenset[Workload]] = {}
        self._group: asyncio.TaskGroup | None = None
        self._was_up = False
        self._kept = False
        self._channel.seen = self._seen

    async def recall(self, network: NetworkKeeper) -> None:
        """Before the network is set for the first time."""
        await self._own.recall(network)

    async def keep(self) -> None:
        """Once connected, until cancelled. What runs then is undone before this ends."""
        self._kept = True
        async with asyncio.TaskGroup() as group:
            self._group = group
            try:
                await self._compare_all(recalled=True)
                if self._own.held or self._channel.states:
                    await self._own.declare()
                self._was_up, self._lifted = self._channel.up, False
                group.create_task(self._renew_tickets())
                self._desk.keeper = self
                while True:
                    with suppress(TimeoutError):
                        async with asyncio.timeout(COMPARE_S):
                            await self._wake.wait()
                    self._wake.clear()
                    lifted, self._lifted = self._lifted, False
                    await self._compare_all()
                    if lifted:
                        group.create_task(self._renew_tickets())
            finally:
                self._group = None
                if self._desk.keeper is self:
                    self._desk.keeper = None

    async def leave_for_good(self) -> tuple[str, ...]:
        """After `keep` has ended because nobody wants the connection any more. Bounded; raises nothing."""
        return await self._work.leave_for_good(self._own.forget(), LEAVE_S) if self._kept else ()

    async def plan(self, request: im.PlanIntercept) -> im.InterceptPlan:
        planned = await self._injection().plan(wish_of(request.wish))
        wish, own_id = planned.wish, self._own.owner.owner_id
        wanted = Claim("", own_id, "", 0.0, wish.rule, wish.ports, wish.only_ports)
        rivals = conflicts(wanted, planned.claims)

        def infos(claims: tuple[Claim, ...]) -> tuple[im.InterceptInfo, ...]:
            return tuple(info_of_claim(claim, wish.workload, own_id=own_id) for claim in claims)

        return im.InterceptPlan(
            workload=str(wish.workload),
            namespace=wish.workload.namespace,
            mode=wish.mode,
            rule="" if wish.rule is None else str(wish.rule),
            ports=told_ports(wish.ports),
            injects=planned.injects,
            pods=planned.pods,
            notices=tuple(im.Notice(one.code, one.text, one.confirm) for one in planned.notices),
            diff=planned.diff[:MAX_DIFF_LINES],
            others=infos(tuple(claim for claim in planned.claims if claim.owner_id != own_id)),
            rivals=infos(rivals),
        )

    async def plan_repair(self, request: im.PlanRepair) -> im.RepairPlan:
        remains, unread = await self._work.plan_repair(request.namespace)
        return im.RepairPlan(tuple(remains_info(one) for one in remains), unread)

    async def list_all(self) -> im.InterceptList:
        states = await self._channel.list_all()
        return im.InterceptList(
            tuple(info_of_state(state, own_id=self._own.owner.owner_id) for state in states[:MAX_LISTED])
        )

    def begin(self, operation: int, request: Operation, tell: Tell) -> None:
        if self._group is None:
            raise KubeferryError(ErrorCode.NOT_CONNECTED)
        task = self._group.create_task(self._perform(operation, request, tell))
        if isinstance(request, im.StartIntercept):
            self._tasks[operation] = task
            task.add_done_callback(lambda _: self._tasks.pop(operation, None))

    def cancel(self, operation: int) -> None:
        task = self._tasks.get(operation)
        if task is not None and not task.cancelling():
            task.cancel()

    async def watch(self, watcher: Watcher, workloads: tuple[Workload, ...]) -> None:
        before = self._watched()
        if workloads:
            self._watchers[watcher] = frozenset(workloads)
        else:
            self._watchers.pop(watcher, None)
        if self._watched() != before:
            await self._channel.watch(tuple(sorted(self._watched())))

    async def _perform(self, operation: int, request: Operation, tell: Tell) -> None:
        """Never fails: how it ended is told."""

        def report(stage: InterceptStage, waits_for: str) -> None:
            tell(im.InterceptProgress(operation, stage, waits_for))

        try:
            tell(await self._done(operation, request, report))
        except asyncio.CancelledError:
            tell(im.InterceptFailed(operation, info_from_problem(Problem(ErrorCode.CANCELLED))))
            raise
        except Exception as error:  # noqa: BLE001  (the boundary: every failure becomes a message)
            problem = problem_of(error)
            _log.info("operation %d failed: %s %s", operation, problem.code, dict(problem.params))
            tell(im.InterceptFailed(operation, info_from_problem(problem)))

    async def _done(
        self, operation: int, request: Operation, report: Callable[[InterceptStage, str], None]
    ) -> im.InterceptDone | im.WorkloadsRestored:
        match request:
            case im.StartIntercept(wish, take_over, confirmed):
                info, taken = await self._work.start(
                    wish_of(wish), report, take_over=take_over, confirmed=frozenset(confirmed)
                )
                losers = tuple(dict.fromkeys(claim.owner for claim in taken.losers))
                return im.InterceptDone(operation, info, len(taken.pods), losers)
            case im.Leave(workload, wait, only):
                restored = await self._work.leave(workload, report, wait=wait, only=frozenset(only))
                return im.WorkloadsRestored(operation, restored)
            case im.Repair(namespace, workloads):
                return im.WorkloadsRestored(operation, await self._work.repair(namespace, workloads, report))

    async def _compare_all(self, *, recalled: bool = False) -> None:
        async with asyncio.TaskGroup() as group:
            for workload in {one.workload for one in self._own.held}:
                group.create_task(self._work.compare(workload, recalled=recalled))

    async def _renew_tickets(self) -> None:
        """One a workload: the manager may have been installed anew since its sidecars got theirs."""
        for intercept in {one.workload: one for one in self._own.held}.values():
            await self._work.renew_ticket(intercept)

    def _show(self, infos: tuple[im.InterceptInfo, ...]) -> None:
        self._hub.set_intercepts(infos)
        doubted, self._doubted = self._doubted, self._own.doubtful()
        if self._doubted - doubted:
            self._wake.set()
        was_up, self._was_up = self._was_up, self._channel.up
        if self._was_up and not was_up:
            self._lifted = True
            self._wake.set()

    def _seen(self, batch: RequestBatch) -> None:
        for watcher, workloads in tuple(self._watchers.items()):
            if batch.workload in workloads:
                watcher(batch)

    def _watched(self) -> frozenset[Workload]:
        return frozenset().union(*self._watchers.values())

    def _manager_namespace(self) -> str:
        return self._hub.status().facts.manager_namespace


def remains_info(remains: Remains) -> im.RemainsInfo:
    return im.RemainsInfo(
        target=workload_of(remains.workload),
        workload=str(remains.workload),
        namespace=remains.workload.namespace,
        vanished=tuple(claim.owner for claim in remains.vanished),
        kept=tuple(claim.owner for claim in remains.kept),
    )
