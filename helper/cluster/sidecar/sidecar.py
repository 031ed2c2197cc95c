"""The sidecar as a whole: takes the workload's traffic while a laptop wants it, and never otherwise.

Rules come from the manager. They are applied in an order that loses nobody: what ends is given back before Envoy
forgets it, what begins is known to Envoy before it is taken.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from helper.cluster.api import SIDECAR_READY_FILE
from helper.cluster.pod.nft import FirewallError
from helper.cluster.pod.uplink import DeviceError, Uplink, find_uplink
from helper.cluster.sidecar.capture import Capture
from helper.cluster.sidecar.device import SidecarDevice
from helper.cluster.sidecar.link import ManagerLink
from helper.cluster.sidecar.mesh import Mesh
from helper.cluster.sidecar.relay import Ipv6Relay, Target
from helper.protocol.intercepts import RequestBatch, Workload
from helper.tunnel.pump import Pump
from helper.tunnel.traffic import Traffic
from helper.wire.frames import Frame
from helper.wire.sidecar_messages import Applied, Rule, Rules, Seen, SidecarWelcome

LOST_GRACE_S = 3.0
"""How long connections that are open wait for a lane that was lost. New ones go the workload's normal way at once."""

RETRY_S = 1.0

log = logging.getLogger(__name__)


class Sidecar:
    """Implements `link.LinkUser`. Owns the device."""

    def __init__(
        self,
        device: SidecarDevice,
        uplink: Uplink,
        probes: Mapping[int, int],
        join_dir: Path,
        run_dir: Path,
        pod: str,
        envoy: Path,
    ) -> None:
        self._device = device
        self._ready_file = run_dir / Path(SIDECAR_READY_FILE).name
        self._uplink = uplink
        self._relay = Ipv6Relay(self._relay_target)
        self._capture = Capture(device.name, probes, ipv6=uplink.ipv6, cut=self._relay.cut)
        self._mesh = Mesh(run_dir, self._mesh_changed, self._tell_requests, envoy=envoy)
        self._link = ManagerLink(self._make_pump, join_dir, pod, self)
        self._pod = pod
        self._address4 = ""
        self._wanted: Rules | None = None
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled; then nothing is taken any more. Raises FirewallError when the pod lacks a right."""
        await self._capture.stop()
        self._ready_file.touch()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._link.run())
                group.create_task(self._apply_changes())
                group.create_task(self._capture.keep_alive())
                group.create_task(self._mesh.run())
                if self._uplink.ipv6:
                    group.create_task(self._relay_ipv6())
        finally:
            with suppress(FirewallError):
                await self._capture.stop()
            await self._mesh.close()
            self._device.close()

    # LinkUser

    async def joined(self, welcome: SidecarWelcome, workload: Workload) -> None:
        try:
            await self._device.set_address(welcome.address4, welcome.subnet4)
        except DeviceError as error:
            raise OSError(str(error)) from error
        self._address4 = welcome.address4
        self._mesh.set_source(workload, self._pod)

    def take_rules(self, rules: Rules) -> None:
        self._wanted = rules
        self._changed.set()

    def lost(self) -> None:
        self._wanted = None
        self._changed.set()

    # What follows

    async def _apply_changes(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                if self._wanted is None:
                    await self._apply_loss()
                else:
                    await self._apply(self._wanted)
            except FirewallError as error:
                log.error("the rules are not in force: %s", error)
                if self._wanted is not None:
                    self._link.say(Applied(self._wanted.generation, f"nft: {error}"[:500]))
                await asyncio.sleep(RETRY_S)
                self._changed.set()

    async def _apply(self, wanted: Rules) -> None:
        if not self._capture.taking.empty and self._takes_less(wanted.rules):
            await self._capture.set_rules(wanted.rules, self._address4, envoy=self._mesh.serving)
        applied = await self._mesh.set_rules(wanted)
        await self._capture.set_rules(wanted.rules, self._address4, envoy=self._mesh.serving)
        self._link.say(applied)

    async def _apply_loss(self) -> None:
        await self._capture.pause()
        await self._mesh.set_rules(Rules(0, ()))
        with suppress(TimeoutError):
            async with asyncio.timeout(LOST_GRACE_S):
                await self._changed.wait()
        if self._wanted is None:
            await self._capture.stop()

    async def _relay_ipv6(self) -> None:
        """Without it IPv6 connections are refused while everything is taken: no reason to take nothing at all."""
        try:
            await self._relay.run()
        except OSError as error:
            log.error("IPv6 does not come to laptops: %s", error)

    def _takes_less(self, rules: tuple[Rule, ...]) -> bool:
        before = self._capture.taking
        if before.catch_all is not None and before.catch_all not in rules:
            return True
        return not before.mesh <= {port.remote for rule in rules if rule.match is not None for port in rule.ports}

    def _mesh_changed(self) -> None:
        """Envoy began or ceased to serve, by itself."""
        self._changed.set()

    def _tell_requests(self, batch: RequestBatch) -> None:
        self._link.say(Seen(batch))

    def _relay_target(self, port: int) -> Target | None:
        rule = self._capture.taking.catch_all
        if rule is None:
            return None
        local = next((each.local for each in rule.ports if each.remote == port), port if rule.other_ports else None)
        return None if local is None else (rule.address4, local)

    def _make_pump(self, on_control: Callable[[Frame], None]) -> Pump:
        return Pump(asyncio.get_running_loop(), self._device.fd, Traffic(), on_control)


def make_sidecar(probes: Mapping[int, int], join_dir: Path, run_dir: Path, *, envoy: Path) -> Sidecar:
    """Looks at the pod and prepares it. Raises OSError or DeviceError when the pod lacks a right."""
    uplink = find_uplink()
    device = SidecarDevice.open(uplink)
    log.info("uplink %s, mtu %d, IPv6 %s, probes %s", uplink.name, uplink.mtu, uplink.ipv6, dict(probes))
    return Sidecar(device, uplink, probes, join_dir, run_dir, os.uname().nodename, envoy)
