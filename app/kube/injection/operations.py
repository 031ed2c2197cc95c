"""Takes a claim to a workload's traffic, and drops claims; the first claim brings the sidecar, the last takes it along.

Claims and template change in one write, bound to what was read: of two people who write at once the second reads anew.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from app.domain.errors import ErrorCode, KubeferryError
from app.domain.intercepts import Claim, conflicts
from app.domain.workload import WorkloadKind, WorkloadRef
from app.kube.api import ApiClient
from app.kube.api_errors import ApiError
from app.kube.injection.bare_pod import recreate
from app.kube.injection.claims import read_claims, with_claim, with_claims
from app.kube.injection.join_secret import create_join_secret, delete_join_secret, give_to, join_data, secret_name
from app.kube.injection.planning import InjectionPlan
from app.kube.injection.progress import InjectionProgress, InjectionStep, Report
from app.kube.injection.rollout import ROLLOUT_TIMEOUT_S, Purpose, roll_out
from app.kube.injection.rollout_state import carries
from app.kube.injection.suitability import require_suitable
from app.kube.injection.taking_out import UNDO_TIMEOUT_S, take_out
from app.kube.injection.workload_objects import Object, find_workload, get_workload, write_workload
from helper.cluster.injection.record import CLAIMS, injection_of, is_injected, read_record
from helper.cluster.injection.sidecar_template import inject, restore
from helper.protocol.intercepts import JoinTicket

log = logging.getLogger(__name__)

GetTicket = Callable[[WorkloadRef, str], Awaitable[JoinTicket]]
"""Of a workload and an injection id; asked for just before the sidecar is put in."""

WRITE_TRIES = 8
WRITE_PAUSE_S = 0.05


@dataclass(frozen=True)
class TakenClaim:
    """`pods` are ready and have the sidecar. `losers` held what was taken over. `injected`: it was not there before."""

    injection_id: str
    pods: tuple[str, ...]
    losers: tuple[Claim, ...]
    injected: bool


@dataclass(frozen=True)
class Dropped:
    """`others`: claims that are left."""

    removed_sidecar: bool
    others: int = 0


@dataclass(frozen=True)
class _Written:
    """Known before the server has answered: a request that was cancelled may have been carried out all the same."""

    injection_id: str
    claims_before: tuple[Claim, ...]
    losers: tuple[Claim, ...]
    injected: bool


async def take_claim(
    api: ApiClient,
    plan: InjectionPlan,
    claim: Claim,
    report: Report,
    *,
    get_ticket: GetTicket,
    manager_addresses: tuple[str, ...],
    take_over: bool = False,
    timeout_s: float = ROLLOUT_TIMEOUT_S,
) -> TakenClaim:
    """Returns when every pod has the sidecar and is ready. A claim of the same id is replaced.

    Raises KubeferryError, having undone its own changes, also when cancelled: INTERCEPT_TAKEN, or why pods do not come.
    """
    taking = _Taking(api, plan, claim, report, get_ticket, manager_addresses, take_over)
    try:
        written, workload = await taking.write()
        purpose = Purpose(InjectionStep.ROLLING_OUT, carries(written.injection_id), report, timeout_s)
        rollout = await roll_out(api, plan.ref, workload, purpose)
    except BaseException:
        await taking.undo()
        raise
    pods = tuple(sorted(pod.name for pod in rollout.ready))
    return TakenClaim(written.injection_id, pods, written.losers, written.injected)


async def drop_claims(
    api: ApiClient, ref: WorkloadRef, claims: Collection[str], report: Report, *, wait: bool = True
) -> Dropped:
    """Takes the claims of these ids away; with the last one the sidecar goes. What is gone already is fine.

    `wait`: until the pods are rid of the sidecar. Without, only what nobody else would do is done. No ids at all: what
    nobody claims is restored, and so is what has claims that cannot be read. Raises KubeferryError.
    """
    for _ in range(WRITE_TRIES):
        before = await find_workload(api, ref)
        if before is None or before["metadata"].get("deletionTimestamp"):
            return Dropped(removed_sidecar=False)
        kept = _kept(ref, before, claims)
        try:
            if kept:
                await write_workload(api, ref, before, with_claims(ref, before, kept))
                return Dropped(removed_sidecar=False, others=len(kept))
            if not is_injected(before) and CLAIMS not in (before["metadata"].get("annotations") or {}):
                return Dropped(removed_sidecar=False)
            report(InjectionProgress(InjectionStep.RESTORING, ref))
            await take_out(api, ref, before, restore(with_claims(ref, before, ())), report, wait=wait)
        except ApiError as error:
            if not error.conflict:
                raise
            await asyncio.sleep(WRITE_PAUSE_S)
        else:
            return Dropped(removed_sidecar=True)
    raise KubeferryError(ErrorCode.WORKLOAD_BUSY, workload=str(ref))


def _kept(ref: WorkloadRef, workload: Object, dropped: Collection[str]) -> tuple[Claim, ...]:
    try:
        return tuple(one for one in read_claims(ref, workload) if one.intercept_id not in dropped)
    except KubeferryError:
        if dropped:
            raise
        return ()


async def put_back_claim(api: ApiClient, ref: WorkloadRef, claim: Claim) -> None:
    """Writes a claim as it was before `take_claim` replaced it. Where there is no sidecar (any more) it is worth
    nothing, and is not written."""
    await _change_claims(api, ref, lambda claims: with_claim(claims, claim))


async def _change_claims(
    api: ApiClient, ref: WorkloadRef, change: Callable[[tuple[Claim, ...]], tuple[Claim, ...]]
) -> None:
    for _ in range(WRITE_TRIES):
        before = await find_workload(api, ref)
        if before is None or injection_of(before) is None:
            return
        try:
            await write_workload(api, ref, before, with_claims(ref, before, change(read_claims(ref, before))))
        except ApiError as error:
            if not error.conflict:
                raise
            await asyncio.sleep(WRITE_PAUSE_S)
        else:
            return
    raise KubeferryError(ErrorCode.WORKLOAD_BUSY, workload=str(ref))


@dataclass
class _Taking:
    """The write that makes a claim true, tried again as long as somebody else is quicker."""

    api: ApiClient
    plan: InjectionPlan
    claim: Claim
    report: Report
    get_ticket: GetTicket
    manager_addresses: tuple[str, ...]
    take_over: bool
    secret: str = ""
    written: _Written | None = None

    async def write(self) -> tuple[_Written, Object]:
        """What was written, and the workload as it is then. Raises KubeferryError; `undo` is the caller's."""
        before = self.plan.workload
        for _ in range(WRITE_TRIES):
            try:
                return await self._write_over(before)
            except ApiError as error:
                if not error.conflict:
                    raise
                self.written = None
            await asyncio.sleep(WRITE_PAUSE_S)
            before = await get_workload(self.api, self.plan.ref)
        raise KubeferryError(ErrorCode.WORKLOAD_BUSY, workload=str(self.plan.ref))

    async def undo(self) -> None:
        """Raises nothing but cancellation: why it is done matters more."""
        try:
            async with asyncio.timeout(UNDO_TIMEOUT_S):
                if self.written is not None:
                    self.report(InjectionProgress(InjectionStep.UNDOING, self.plan.ref))
                    await _take_back(self.api, self.plan.ref, self.claim, self.written)
                await self._forget_secret()
        except (KubeferryError, TimeoutError) as error:
            log.warning("%s could not be restored: %s", self.plan.ref, error)

    async def _write_over(self, before: Object) -> tuple[_Written, Object]:
        ref = self.plan.ref
        require_suitable(ref, before)
        existing = injection_of(before)
        # Claims to a sidecar that somebody took out are of nobody: their owners' intercepts are of that injection.
        claims = read_claims(ref, before) if existing is not None else ()
        rivals = conflicts(self.claim, claims)
        if rivals and not self.take_over:
            raise taken(ref, rivals[0])
        wanted = with_claim(claims, self.claim, without={one.intercept_id for one in rivals})
        if existing is not None:
            self.written = _Written(existing, claims, rivals, injected=False)
            after = await write_workload(self.api, ref, before, with_claims(ref, before, wanted))
            # Somebody else may have been quicker with the sidecar: theirs is as good.
            await self._forget_secret()
            return self.written, after
        await self._ensure_secret(before)
        self.report(InjectionProgress(InjectionStep.CHANGING, ref))
        self.written = _Written(self.plan.injection_id, claims, rivals, injected=True)
        changed = inject(before, self.plan.sidecar, self.plan.injection_id, self.secret)
        return self.written, await self._put(before, with_claims(ref, changed, wanted))

    async def _put(self, before: Object, after: Object) -> Object:
        ref = self.plan.ref
        if ref.kind is WorkloadKind.POD:
            made = await recreate(self.api, ref, before, after)
            await give_to(self.api, ref, made, self.secret)
            return made
        written = await write_workload(self.api, ref, before, after)
        stale = read_record(before)
        if stale is not None:
            # Its sidecar was taken out by somebody, and its Secret was not.
            await delete_join_secret(self.api, ref, stale.secret)
        return written

    async def _ensure_secret(self, before: Object) -> None:
        """Before the pods that want it."""
        if self.secret:
            return
        ref, injection_id = self.plan.ref, self.plan.injection_id
        self.report(InjectionProgress(InjectionStep.TICKET, ref))
        ticket = await self.get_ticket(ref, injection_id)
        data = join_data(ref, injection_id, ticket, self.manager_addresses)
        self.secret = secret_name(ref, injection_id)
        # A bare pod's Secret would go with the pod of now: it is given to the next one.
        owner = None if ref.kind is WorkloadKind.POD else before
        await create_join_secret(self.api, ref, owner, injection_id, self.secret, data)

    async def _forget_secret(self) -> None:
        """Unless it is in use after all: the next one may have joined us while we were at it."""
        if not self.secret:
            return
        workload = await find_workload(self.api, self.plan.ref)
        if workload is None or injection_of(workload) != self.plan.injection_id:
            await delete_join_secret(self.api, self.plan.ref, self.secret)
        self.secret = ""


async def _take_back(api: ApiClient, ref: WorkloadRef, claim: Claim, written: _Written) -> None:
    """The claim of before, if it was replaced, and those that were taken over, are put back."""
    former = next((one for one in written.claims_before if one.intercept_id == claim.intercept_id), None)

    def as_before(claims: tuple[Claim, ...]) -> tuple[Claim, ...]:
        for one in (*written.losers, *((former,) if former is not None else ())):
            claims = with_claim(claims, one)
        return claims

    if written.losers or former is not None:
        await _change_claims(api, ref, as_before)
    if former is None:
        await drop_claims(api, ref, {claim.intercept_id}, _silent, wait=False)


def taken(ref: WorkloadRef, rival: Claim) -> KubeferryError:
    """Who has it, and since when, in the time of this machine."""
    since = datetime.fromtimestamp(rival.since).astimezone()
    today = datetime.fromtimestamp(time.time()).astimezone().date()
    told = since.strftime("%H:%M" if since.date() == today else "%Y-%m-%d %H:%M")
    if rival.rule is not None:
        rule = f"requests with {rival.rule}"
    elif rival.only_ports:
        rule = f"all traffic of port {', '.join(str(port.remote) for port in rival.ports)}"
    else:
        rule = "all of its traffic"
    return KubeferryError(ErrorCode.INTERCEPT_TAKEN, workload=str(ref), owner=rival.owner, since=told, rule=rule)


def _silent(_: InjectionProgress) -> None:
    pass
