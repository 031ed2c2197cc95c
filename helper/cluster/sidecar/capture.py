"""What is taken in this pod right now: keeps the kernel's rules as they are wished, and alive while all is well."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace

from helper.cluster.pod.nft import FirewallError, apply_async
from helper.cluster.sidecar import conntrack
from helper.cluster.sidecar.rules import LEFT_MARK, TAKEN_MARK, Taking, render, render_refresh
from helper.wire.sidecar_messages import Rule

REFRESH_S = 0.5
"""So that a sidecar must have stood still for more than LIFE_S less this before anybody is given back by mistake. One
refresh costs 6 ms of processor, nearly all of it nft's start."""


log = logging.getLogger(__name__)


class Capture:
    """`cut` ends what the sidecar itself relays. Calls may overlap: the kernel is asked one thing at a time."""

    def __init__(self, device: str, probes: Mapping[int, int], *, ipv6: bool, cut: Callable[[], None]) -> None:
        self._device = device
        self._probes = probes
        self._ipv6 = ipv6
        self._cut = cut
        self._lock = asyncio.Lock()
        self.taking = Taking.nothing(device, probes)
        self._open: tuple[object, ...] = ()
        """Where connections lead that were taken and may still be open."""

    async def set_rules(self, rules: tuple[Rule, ...], address4: str, *, envoy: bool) -> None:
        """Raises FirewallError; then nothing is taken within LIFE_S, by the kernel's own doing."""
        await self._set(Taking.of(rules, self._device, address4, self._probes, envoy=envoy))

    async def pause(self) -> None:
        """Nothing new is taken; connections that are open wait for the lane to come back. Raises FirewallError."""
        await self._set(replace(self.taking, mesh=frozenset(), catch_all=None), keep=True)

    async def stop(self) -> None:
        """Nothing is taken, and what was ends. Raises FirewallError."""
        await self._set(Taking.nothing(self._device, self._probes))

    async def keep_alive(self) -> None:
        """Until cancelled. A refresh that fails is tried again with the next: the kernel counts the seconds."""
        while True:
            await asyncio.sleep(REFRESH_S)
            async with self._lock:
                if self.taking.empty and not self.taking.present:
                    continue
                try:
                    await apply_async(render_refresh(self.taking, ipv6=self._ipv6))
                except (FirewallError, OSError) as error:
                    log.warning("the rules could not be kept alive: %s", error)

    async def _set(self, taking: Taking, *, keep: bool = False) -> None:
        """`keep`: connections that were taken go on."""
        async with self._lock:
            before, self.taking = self.taking, taking
            try:
                await apply_async(render(taking, ipv6=self._ipv6))
            except (FirewallError, OSError) as error:
                self.taking = Taking.nothing(self._device, self._probes)
                raise FirewallError(str(error)) from error
            if not keep and self._open != _target(taking):
                self._open = _target(taking)
                self._forget(TAKEN_MARK)
                self._cut()
            if taking.catch_all is not None and before.catch_all is None:
                self._forget(LEFT_MARK)
        if taking.empty != before.empty or _target(taking) != _target(before):
            log.info(
                "mesh ports %s, everything else %s",
                sorted(taking.mesh) or "none",
                taking.catch_all.owner if taking.catch_all is not None else "to the original containers",
            )

    def _forget(self, mark: int) -> None:
        try:
            conntrack.forget(mark, ipv6=self._ipv6)
        except OSError as error:
            log.warning("connections that were open go on as they were: %s", error)


def _target(taking: Taking) -> tuple[object, ...]:
    rule = taking.catch_all
    return () if rule is None else (rule.address4, rule.ports, rule.other_ports)
