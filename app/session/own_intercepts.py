"""What this laptop takes at the moment: declared, remembered, and compared with what the workloads' claims say."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import msgspec

from app.domain.errors import ErrorCode, KubeferryError
from app.domain.intercepts import Claim, conflicts
from app.domain.repairs import InjectedWorkload
from app.session import intercept_messages as im
from app.session.injection_probes import endangered
from app.session.intercept_channel import InterceptChannel
from app.session.intercept_convert import claim_of, info_of_claim, ref_of
from app.session.intercept_memory import InterceptMemory
from app.session.network import NetworkKeeper
from helper.protocol.intercepts import MAX_INTERCEPTS, Health, Intercept, Workload

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Owner:
    """This installation, as others see it."""

    owner_id: str
    name: str


@dataclass(frozen=True)
class _Lost:
    """Not ours any more. `to`: whose it is now; empty when it was only taken out. Shown until it is left."""

    intercept: Intercept
    to: str


class OwnIntercepts:
    """`publish` gets what clients are to be shown, whenever that may have changed."""

    def __init__(
        self,
        owner: Owner,
        channel: InterceptChannel,
        memory: InterceptMemory,
        publish: Callable[[tuple[im.InterceptInfo, ...]], None],
    ) -> None:
        self.owner = owner
        self._channel = channel
        self._memory = memory
        self._publish = publish
        self._network: NetworkKeeper | None = None
        self._held: dict[str, Intercept] = {}
        self._lost: dict[str, _Lost] = {}
        self._paused: dict[str, tuple[int, ...]] = {}
        """Held, but not declared: the ports whose probes it would take."""
        self._lock = asyncio.Lock()
        channel.changed = self.show

    @property
    def held(self) -> tuple[Intercept, ...]:
        return tuple(self._held.values())

    def of(self, workload: Workload | None) -> tuple[Intercept, ...]:
        """Held and lost ones; None: of all workloads."""
        every = (*self._held.values(), *(lost.intercept for lost in self._lost.values()))
        return tuple(one for one in every if workload in (None, one.workload))

    def is_declared(self, intercept_id: str) -> bool:
        return intercept_id in self._held and intercept_id not in self._paused

    async def recall(self, network: NetworkKeeper) -> None:
        """What was held before. Nothing is declared yet; the network is told, so that it is set for them at once."""
        self._network = network
        self._held = {one.intercept_id: one for one in self._memory.recall()}
        await network.set_intercepting(bool(self._held))

    async def hold(self, intercept: Intercept) -> None:
        """Takes it from now on, in place of another one with the same rule. Raises KubeferryError when this machine
        cannot."""
        if intercept.intercept_id not in self._held and len(self._held) >= MAX_INTERCEPTS:
            raise KubeferryError(ErrorCode.INTERCEPTS_TOO_MANY, limit=str(MAX_INTERCEPTS))
        async with self._lock:
            if self._network is not None:
                await self._network.set_intercepting(True)
            for known in [one for one, lost in self._lost.items() if lost.intercept.workload == intercept.workload]:
                del self._lost[known]
            for other in self.held:
                if (other.workload, other.match) == (intercept.workload, intercept.match):
                    del self._held[other.intercept_id]
            self._held[intercept.intercept_id] = intercept
            await self._declare()

    async def release(self, intercept_ids: Iterable[str]) -> None:
        """Takes them no more; forgets lost ones. What is not held is fine."""
        async with self._lock:
            for known in intercept_ids:
                self._held.pop(known, None)
                self._lost.pop(known, None)
            await self._declare()
            if not self._held and self._network is not None:
                await self._network.set_intercepting(False)

    async def declare(self) -> None:
        async with self._lock:
            await self._declare()

    async def compare(self, workload: Workload, found: InjectedWorkload | None, *, recalled: bool = False) -> None:
        """Gives up what the workload has no claim of any more, and shows it as lost.

        `recalled`: it is what an earlier connection left. Of that, what was only taken out is not shown: its owner was
        away for so long that somebody cleared up.
        """
        async with self._lock:
            changed = False
            for intercept in [one for one in self._held.values() if one.workload == workload]:
                known = intercept.intercept_id
                mine = claim_of(intercept, self.owner.owner_id, self.owner.name)
                claims = () if found is None else found.claims
                if found is None or all(claim.intercept_id != known for claim in claims):
                    self._held.pop(known)
                    lost = _Lost(intercept, _taker(mine, claims))
                    if lost.to or not recalled:
                        self._lost[known] = lost
                    _log.warning("%s is ours no more: %s", workload, lost.to or "taken out")
                    changed = True
                    continue
                if found.injection_id != intercept.injection_id:
                    self._held[known] = msgspec.structs.replace(intercept, injection_id=found.injection_id)
                    changed = True
                changed |= self._pause(intercept, endangered(intercept, found.bare_probes))
            if changed:
                await self._declare()
                if not self._held and self._network is not None:
                    await self._network.set_intercepting(False)

    def _pause(self, intercept: Intercept, ports: tuple[int, ...]) -> bool:
        """No laptop may get a container killed: rather none of its traffic. Returns whether anything changed."""
        before = self._paused.pop(intercept.intercept_id, ())
        if ports:
            self._paused[intercept.intercept_id] = ports
        if ports and not before:
            _log.warning("%s is given back: probes go to its ports %s", intercept.workload, ports)
        return ports != before

    def forget(self) -> tuple[Intercept, ...]:
        """For the end of a connection: returns what was held. Nothing is told to the worker, which ends too."""
        held, self._held, self._lost = self.held, {}, {}
        self._memory.remember(())
        return held

    def info(self, intercept_id: str) -> im.InterceptInfo | None:
        """As it is now; None when it is neither held nor lost."""
        return next((info for info in self._infos() if info.intercept_id == intercept_id), None)

    def show(self) -> None:
        self._publish(tuple(self._infos()))

    async def _declare(self) -> None:
        self._memory.remember(self.held)
        self._paused = {known: ports for known, ports in self._paused.items() if known in self._held}
        self.show()
        await self._channel.declare(tuple(one for one in self.held if one.intercept_id not in self._paused))

    def _infos(self) -> Iterable[im.InterceptInfo]:
        for intercept in self._held.values():
            yield self._held_info(intercept)
        for lost in self._lost.values():
            health = im.InterceptHealth.SUPERSEDED if lost.to else im.InterceptHealth.REMOVED
            yield msgspec.structs.replace(self._claim_info(lost.intercept, health), superseded_by=lost.to)

    def _held_info(self, intercept: Intercept) -> im.InterceptInfo:
        state = self._channel.states.get(intercept.intercept_id)
        paused = self._paused.get(intercept.intercept_id)
        if paused is not None:
            ports = ", ".join(map(str, paused))
            trouble = f"somebody changed it, and its probes go to port {ports} again; leave it and take it anew"
            return msgspec.structs.replace(self._claim_info(intercept, im.InterceptHealth.ABSENT), trouble=trouble)
        if not self._channel.up:
            return self._claim_info(intercept, im.InterceptHealth.ABSENT)
        if state is None:
            return self._claim_info(intercept, im.InterceptHealth.WAITING)
        return msgspec.structs.replace(
            self._claim_info(intercept, im.InterceptHealth(state.health.value)),
            sidecars=state.sidecars,
            applied=state.applied,
            superseded_by=state.superseded_by,
            trouble=state.trouble,
        )

    def _claim_info(self, intercept: Intercept, health: im.InterceptHealth) -> im.InterceptInfo:
        claim = claim_of(intercept, self.owner.owner_id, self.owner.name)
        return info_of_claim(claim, ref_of(intercept.workload), own_id=self.owner.owner_id, health=health)

    def doubtful(self) -> frozenset[Workload]:
        """Workloads that look as if somebody had changed something about our claims."""
        states = self._channel.states
        return frozenset(
            one.workload
            for one in self._held.values()
            if one.intercept_id in states
            and (states[one.intercept_id].health is Health.SUPERSEDED or not states[one.intercept_id].sidecars)
        )


def _taker(mine: Claim, claims: Iterable[Claim]) -> str:
    rivals = conflicts(mine, claims)
    return max(rivals, key=lambda claim: claim.since).owner if rivals else ""
