"""What is done to workloads, one thing at a time for each: take, leave, repair. What cannot be finished is undone."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from app.domain.catalogue import explain
from app.domain.errors import ErrorCode, KubeferryError, Problem
from app.domain.intercept_stages import InterceptStage
from app.domain.intercepts import Claim, Wish
from app.domain.repairs import Remains, find_remains
from app.domain.workload import WorkloadRef
from app.session import intercept_messages as im
from app.session.intercept_channel import InterceptChannel
from app.session.intercept_convert import (
    claim_of,
    info_of_claim,
    intercept_of,
    match_of,
    ref_of,
    workload_of,
)
from app.session.intercept_ports import Dropped, Injection, Planned, Report, Taken
from app.session.own_intercepts import OwnIntercepts
from app.session.problems import info_from_problem
from helper.protocol.intercepts import Health, Intercept, JoinTicket, Workload

IN_FORCE_S = 20.0
UNDO_S = 30.0

_log = logging.getLogger(__name__)


class InterceptWork:
    """`manager_namespace` tells where the manager is now."""

    def __init__(
        self,
        injection: Callable[[], Injection],
        channel: InterceptChannel,
        own: OwnIntercepts,
        manager_namespace: Callable[[], str],
    ) -> None:
        self._injection = injection
        self._channel = channel
        self._own = own
        self._manager_namespace = manager_namespace
        self._locks: defaultdict[Workload, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def start(
        self, wish: Wish, report: Report, *, take_over: bool, confirmed: frozenset[str]
    ) -> tuple[im.InterceptInfo, Taken]:
        """Returns what it came to. A wish with the same rule as an own intercept replaces it."""
        workload = workload_of(wish.workload)
        async with self._locks[workload]:
            report(InterceptStage.LOOKING, str(wish.workload))
            planned = await self._injection().plan(wish)
            _require_confirmation(planned, confirmed)
            before = self._alike(planned)
            claim = self._claim(planned.wish, before)
            undo = _Undo(wish.workload, claim, before)
            async with self._undoing(undo, report):
                taken = await self._take(planned, claim, report, take_over=take_over)
                undo.losers = taken.losers
                await self._own.hold(intercept_of(claim, wish.workload, taken.injection_id))
                if not planned.injects:
                    # Somebody may have changed the workload since its sidecar came.
                    await self._own.compare(workload, await self._injection().look(wish.workload))
                report(InterceptStage.JOINING, f"{len(taken.pods)} of {wish.workload}")
                await self._in_force(claim.intercept_id, len(taken.pods))
            info = self._own.info(claim.intercept_id)
            if info is None:
                info = info_of_claim(claim, wish.workload, own_id=self._own.owner.owner_id)
            return info, taken

    async def leave(
        self, workload: Workload | None, report: Report, *, wait: bool, only: frozenset[str] = frozenset()
    ) -> tuple[im.Restored, ...]:
        """`only`: these alone. Raises KubeferryError (NOT_INTERCEPTED) when this workload has none of ours."""
        mine = [one for one in self._own.of(workload) if not only or one.intercept_id in only]
        if workload is not None and not mine:
            raise KubeferryError(ErrorCode.NOT_INTERCEPTED, workload=str(ref_of(workload)))
        every = sorted({one.workload for one in mine})
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._leave(one, report, wait=wait, only=only)) for one in every]
        return tuple(task.result() for task in tasks)

    async def plan_repair(self, namespace: str | None) -> tuple[tuple[Remains, ...], tuple[str, ...]]:
        """Returns what vanished owners left, and what could not be looked at."""
        states = await self._channel.list_all()
        known = {state.intercept.intercept_id for state in states} | {one.intercept_id for one in self._own.held}
        found = await self._injection().find(namespace)
        return find_remains(found.workloads, known, time.time(), any_manager=True), found.unread

    async def repair(
        self, namespace: str | None, chosen: Iterable[Workload], report: Report
    ) -> tuple[im.Restored, ...]:
        wanted = frozenset(chosen)
        remains, _ = await self.plan_repair(namespace)
        return tuple(
            [
                await repair_one(self._injection(), one, report)
                for one in remains
                if not wanted or workload_of(one.workload) in wanted
            ]
        )

    async def compare(self, workload: Workload, *, recalled: bool = False) -> None:
        """Gives up what the workload has no claim of any more. What cannot be looked at stays as it is."""
        if self._locks[workload].locked():
            return
        try:
            found = await self._injection().look(ref_of(workload))
        except KubeferryError as error:
            _log.info("%s cannot be looked at now: %s", workload, error)
            return
        if not self._locks[workload].locked():
            await self._own.compare(workload, found, recalled=recalled)

    async def renew_ticket(self, intercept: Intercept) -> None:
        """The manager may be another one than the workload's Secret tells of."""
        try:
            ticket = await self._ticket(ref_of(intercept.workload), intercept.injection_id)
            await self._injection().renew_ticket(ref_of(intercept.workload), intercept.injection_id, ticket)
        except KubeferryError as error:
            _log.warning("the ticket of %s could not be renewed: %s", intercept.workload, error)

    async def leave_for_good(self, held: Iterable[Intercept], timeout_s: float) -> tuple[str, ...]:
        """At the end of a connection. Does not wait for pods; returns what is left, in words. Raises nothing."""
        by_workload: defaultdict[Workload, set[str]] = defaultdict(set)
        for one in held:
            by_workload[one.workload].add(one.intercept_id)

        async def drop(workload: Workload, known: frozenset[str]) -> str:
            ref = ref_of(workload)
            try:
                async with asyncio.timeout(timeout_s):
                    await self._injection().drop(ref, known, wait=False, report=_silent)
            except TimeoutError:
                return _left(ref, f"the cluster did not answer within {timeout_s:.0f} s")
            except KubeferryError as error:
                return _left(ref, explain(Problem.of(error)).what.rstrip("."))
            except Exception:  # noqa: BLE001  (undoing must not raise: the state says what is left)
                _log.exception("leaving %s failed", workload)
                return _left(ref, "session.log tells why")
            return ""

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(drop(one, frozenset(known))) for one, known in sorted(by_workload.items())]
        return tuple(task.result() for task in tasks if task.result())

    async def _leave(self, workload: Workload, report: Report, *, wait: bool, only: frozenset[str]) -> im.Restored:
        ref = ref_of(workload)
        async with self._locks[workload]:
            held = frozenset(one.intercept_id for one in self._own.of(workload))
            known = held & only if only else held
            await self._own.release(known)
            report(InterceptStage.RESTORING, str(ref))
            return await _restored(ref, self._injection().drop(ref, known, wait=wait, report=report))

    async def _take(self, planned: Planned, claim: Claim, report: Report, *, take_over: bool) -> Taken:
        async def ticket(ref: WorkloadRef, injection_id: str) -> JoinTicket:
            report(InterceptStage.PREPARING, str(ref))
            got = await self._ticket(ref, injection_id)
            # Sidecars are let in only for somebody who is there: it is said before the first of them comes. Nobody
            # else can have anything in an injection that is only being made.
            await self._own.hold(intercept_of(claim, ref, injection_id))
            return got

        return await self._injection().take(planned, claim, ticket=ticket, take_over=take_over, report=report)

    async def _ticket(self, ref: WorkloadRef, injection_id: str) -> JoinTicket:
        return await self._channel.ticket(workload_of(ref), injection_id, self._manager_namespace())

    async def _in_force(self, intercept_id: str, pods: int) -> None:
        """Returns when it is, when there is trouble, or after a while: the state tells which."""

        def settled() -> bool:
            if not self._own.is_declared(intercept_id):
                return True
            state = self._channel.states.get(intercept_id)
            if state is None or state.sidecars < pods:
                return False
            return state.health in (Health.ACTIVE, Health.SUPERSEDED) or bool(state.trouble)

        if not pods:
            return
        try:
            async with asyncio.timeout(IN_FORCE_S):
                await self._channel.until(settled)
        except TimeoutError:
            return

    def _alike(self, planned: Planned) -> Intercept | None:
        """The own intercept with the same rule, if it still is one: its claim may have been taken over."""
        workload, match = workload_of(planned.wish.workload), match_of(planned.wish.rule)
        claimed = {claim.intercept_id for claim in planned.claims}
        alike = (one for one in self._own.held if one.workload == workload and one.match == match)
        return next((one for one in alike if one.intercept_id in claimed), None)

    def _claim(self, wish: Wish, before: Intercept | None) -> Claim:
        return Claim(
            intercept_id=secrets.token_hex(6) if before is None else before.intercept_id,
            owner_id=self._own.owner.owner_id,
            owner=self._own.owner.name,
            since=time.time() if before is None else before.since,
            rule=wish.rule,
            ports=wish.ports,
            only_ports=wish.only_ports,
        )

    @asynccontextmanager
    async def _undoing(self, undo: _Undo, report: Report) -> AsyncIterator[None]:
        """What fails or is cancelled inside is undone: the workload is as it was, or RESTORE_FAILED says it is not."""
        try:
            yield
        except BaseException as error:
            report(InterceptStage.UNDOING, str(undo.ref))
            try:
                async with asyncio.timeout(UNDO_S):
                    await self._undo(undo, report)
            except (KubeferryError, TimeoutError) as failure:
                problem = "it took too long"
                if isinstance(failure, KubeferryError):
                    problem = explain(Problem.of(failure)).what
                raise KubeferryError(ErrorCode.RESTORE_FAILED, workload=str(undo.ref), problem=problem) from error
            raise

    async def _undo(self, undo: _Undo, report: Report) -> None:
        ref, claim, injection = undo.ref, undo.claim, self._injection()
        if undo.before is None:
            await self._own.release((claim.intercept_id,))
        for loser in undo.losers:
            await injection.put_back(ref, loser)
        if undo.before is None:
            await injection.drop(ref, frozenset({claim.intercept_id}), wait=False, report=report)
            return
        # It replaced an own one, which is what there is to go back to.
        await self._own.hold(undo.before)
        await injection.put_back(ref, claim_of(undo.before, claim.owner_id, claim.owner))


@dataclass
class _Undo:
    """What there is to go back to. `before`: an own intercept that was replaced; `losers`: who was taken from."""

    ref: WorkloadRef
    claim: Claim
    before: Intercept | None
    losers: tuple[Claim, ...] = ()


async def repair_one(injection: Injection, remains: Remains, report: Report) -> im.Restored:
    report(InterceptStage.RESTORING, str(remains.workload))
    known = frozenset(claim.intercept_id for claim in remains.vanished)
    return await _restored(remains.workload, injection.drop(remains.workload, known, wait=True, report=report))


async def _restored(ref: WorkloadRef, dropping: Awaitable[Dropped]) -> im.Restored:
    try:
        done = await dropping
    except KubeferryError as error:
        return im.Restored(str(ref), ref.namespace, problem=info_from_problem(Problem.of(error)))
    return im.Restored(str(ref), ref.namespace, done.sidecar_removed, done.others)


def _require_confirmation(planned: Planned, confirmed: frozenset[str]) -> None:
    missing = [notice for notice in planned.notices if notice.confirm and notice.code not in confirmed]
    if missing:
        raise KubeferryError(
            ErrorCode.CONFIRMATION_MISSING, workload=str(planned.wish.workload), problem=missing[0].text
        )


def _left(ref: WorkloadRef, problem: str) -> str:
    return f"{ref} in {ref.namespace} still has its sidecar ({problem}): `kubeferry repair` removes it"


def _silent(stage: InterceptStage, waits_for: str) -> None:
    """For what nobody watches."""
