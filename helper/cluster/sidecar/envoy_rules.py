"""Brings rules to a running Envoy, waits until it counts them as taken, and finds those that it does not take.

Envoy reads files that are moved into place, and takes or refuses each as a whole; its statistics say which.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from helper.cluster.sidecar.envoy_admin import AdminFailed, EnvoyAdmin
from helper.cluster.sidecar.envoy_config import ROUTES_PREFIX
from helper.cluster.sidecar.envoy_files import EnvoyFiles
from helper.cluster.sidecar.rules import mesh_ports
from helper.protocol.intercepts import MatchKind
from helper.wire.sidecar_messages import Rule

APPLY_S = 3.0
POLL_S = 0.01
"""Between two questions to Envoy whether it has come as far."""

log = logging.getLogger(__name__)


class EnvoyRules:
    """`refused`: rules of those wished that Envoy does not take, and why; they are left out.

    `wish` may be called at any time; `write_all` and `deliver` one after the other.
    """

    def __init__(self, files: EnvoyFiles, admin: EnvoyAdmin) -> None:
        self._files = files
        self._admin = admin
        self._wanted: tuple[Rule, ...] = ()
        self.refused: dict[Rule, str] = {}
        self._taken: dict[int, frozenset[Rule]] = {}
        """By port: the rules of which Envoy has taken routes."""

        self._confirmed: set[int] = set()

    @property
    def ever_meshed(self) -> bool:
        """A port that was Envoy's once stays configured."""
        return bool(self._files.ports)

    def wish(self, rules: tuple[Rule, ...]) -> None:
        """For the next `write_all` or `deliver`."""
        self._wanted = rules
        self.refused = {rule: why for rule, why in self.refused.items() if rule in rules}
        self._files.ports |= mesh_ports(rules)

    def write_all(self) -> None:
        """For an Envoy that is about to start. What it then takes is not known before `deliver`. Raises OSError."""
        self._files.write_bootstrap()
        self._files.write_clusters(self._wanted)
        for port in self._files.ports:
            self._files.write_routes(port, self._wanted, self._left_out())
        self._files.write_listeners(self._wanted)
        self._confirmed.clear()
        self._taken.clear()

    async def deliver(self) -> None:
        """Also after a start: what was read then is confirmed, or found to have been refused.

        Raises AdminFailed, TimeoutError or OSError when Envoy cannot be brought to do what is wished.
        """
        rules = self._wanted
        if await self._changed("cluster_manager.cds", lambda: self._files.write_clusters(rules)) is False:
            raise AdminFailed("it refuses the clusters")
        for port in sorted(self._files.ports):
            if await self._write_routes(port) is False:
                await self._find_culprits(port)
        if await self._changed("listener_manager.lds", lambda: self._files.write_listeners(rules)) is False:
            raise AdminFailed("it refuses the listener")
        for port in sorted(self._files.ports - self._confirmed):
            if await self._outcome(_routes_counted(port), {}):
                self._note_taken(port)
            else:
                await self._find_culprits(port)
            self._confirmed.add(port)

    async def _write_routes(self, port: int) -> bool | None:
        without = self._left_out()
        done = await self._changed(_routes_counted(port), lambda: self._files.write_routes(port, self._wanted, without))
        if done:
            self._note_taken(port)
        return done

    def _note_taken(self, port: int) -> None:
        self._taken[port] = frozenset(rule for rule in self._wanted if rule not in self.refused)

    async def _find_culprits(self, port: int) -> None:
        """Envoy takes all routes of a port or none: one by one. What it had taken before stays in force meanwhile."""
        taken = self._taken.get(port, frozenset())
        suspects = [rule for rule in self._wanted if rule not in taken and rule not in self.refused]
        for rule in suspects:
            self.refused[rule] = f"Envoy does not take {_what(rule)} of {rule.owner}"
        if not suspects or await self._write_routes(port) is False:
            raise AdminFailed("it refuses the routes")
        for rule in suspects:
            why = self.refused.pop(rule, None)
            if why is None:
                continue  # not wished any more since a moment ago
            if await self._write_routes(port) is False and rule in self._wanted:
                self.refused[rule] = why
                log.warning("%s", why)
        if self.refused:
            await self._write_routes(port)

    def _left_out(self) -> frozenset[str]:
        return frozenset(rule.intercept_id for rule in self.refused)

    async def _changed(self, counted: str, write: Callable[[], bool]) -> bool | None:
        """True: taken. False: refused. None: there was nothing to change, or it reads the file when it needs it."""
        before = await self._counters(counted)
        if not write() or not before:
            return None
        return await self._outcome(counted, before)

    async def _outcome(self, counted: str, before: dict[str, int]) -> bool:
        """Whether the file was taken that has come since `before` (empty: the first one that Envoy reads)."""
        async with asyncio.timeout(APPLY_S):
            while True:
                for name, count in (await self._counters(counted)).items():
                    if count > before.get(name, 0):
                        return name.endswith("success")
                await asyncio.sleep(POLL_S)

    async def _counters(self, counted: str) -> dict[str, int]:
        return await self._admin.counters(f"^{counted.replace('.', '[.]')}[.]update_(success|rejected)$")


def _routes_counted(port: int) -> str:
    return f"http.p{port}.rds.{ROUTES_PREFIX}{port}"


def _what(rule: Rule) -> str:
    regex = rule.match is not None and any(header.kind is MatchKind.REGEX for header in rule.match.headers)
    return "the regular expression" if regex else "the rule"
