"""`Network` on macOS: a utun for each link, files in /etc/resolver for names."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from helper.net.darwin.links import DarwinLinks
from helper.net.darwin.resolver_files import RESOLVER_FOLDER, ResolverFiles
from helper.net.darwin.system_calls import DarwinSystemCalls, SystemCalls
from helper.net.dns_sockets import DnsSockets, bind_dns
from helper.net.journal import Journal
from helper.net.kernel_route import KernelRoute, NetworkFailed
from helper.net.network import AppliedNetwork
from helper.net.plan import DnsPlan, IpAddress, LinkPlan
from helper.net.resolv_conf import RESOLV_CONF
from helper.net.resolver import LinkRef
from helper.net.tun import TunDevice
from helper.protocol.helper_messages import ResolverBackend

_log = logging.getLogger(__name__)


@dataclass
class _LinkState:
    """`held`: a descriptor of the interface, so that its name cannot become another program's while it is ours.

    `bound`: the address whose port 53 the worker has.
    """

    ref: LinkRef
    held: int
    bound: IpAddress | None = None


class DarwinNetwork:
    """Blocking work runs in threads; calls for different links may overlap, calls for one link must not.

    `loopback_delivery` of a plan has nothing to set here: XNU drops packets for 127.0.0.0/8 that come by another
    interface than the loopback (ip_input), and no setting changes that. The worker relays instead (helper.tunnel).
    """

    def __init__(
        self,
        journal: Journal,
        resolv_conf: Path = RESOLV_CONF,
        resolver_folder: Path = RESOLVER_FOLDER,
        calls: SystemCalls | None = None,
        bind: Callable[[IpAddress], DnsSockets] = bind_dns,
    ) -> None:
        self._calls = calls or DarwinSystemCalls()
        self._links = DarwinLinks(self._calls)
        self._resolver = ResolverFiles(resolver_folder, resolv_conf, journal, self._calls)
        self._bind = bind
        self._states: dict[str, _LinkState] = {}

    def open_link(self) -> TunDevice:
        try:
            descriptor, name = self._calls.open_utun()
        except OSError as error:
            raise NetworkFailed(f"no utun: {error}") from error
        try:
            self._states[name] = _LinkState(LinkRef(name, self._calls.interface_index(name)), os.dup(descriptor))
        except OSError as error:
            os.close(descriptor)
            raise NetworkFailed(f"no utun: {error}") from error
        return TunDevice(fd=descriptor, name=name, offload=0, vnet_header=False, family_word=True)

    async def set_network(self, interface: str, plan: LinkPlan) -> AppliedNetwork:
        state = self._states.get(interface)
        if state is None:
            raise NetworkFailed(f"{interface} is not a link of ours")
        return await asyncio.to_thread(self._set_network, state, plan)

    async def remove_link(self, interface: str) -> tuple[str, ...]:
        state = self._states.pop(interface, None)
        return await asyncio.to_thread(self._remove_link, state) if state is not None else ()

    async def routes(self) -> list[KernelRoute]:
        try:
            return await asyncio.to_thread(self._links.routes)
        except OSError as error:
            raise NetworkFailed(f"the routes cannot be read: {error}") from error

    async def upstreams(self) -> tuple[str, ...]:
        return await asyncio.to_thread(self._resolver.upstreams, frozenset(self._states))

    def close(self) -> None:
        for state in self._states.values():
            os.close(state.held)
        self._states.clear()
        self._calls.close()

    def _set_network(self, state: _LinkState, plan: LinkPlan) -> AppliedNetwork:
        self._links.set_link(state.ref.name, plan)
        upstreams = self._resolver.upstreams(frozenset(self._states))
        if plan.dns is None:
            self._resolver.revert(state.ref)
            return AppliedNetwork(ResolverBackend.NONE, upstreams, None)
        sockets = self._set_dns(state, plan.dns)
        return AppliedNetwork(self._resolver.backend, upstreams, sockets)

    def _set_dns(self, state: _LinkState, dns: DnsPlan) -> DnsSockets | None:
        sockets = self._bind(dns.server) if state.bound != dns.server else None
        try:
            self._resolver.set_dns(state.ref, dns)
        except BaseException:
            if sockets is not None:
                sockets.close()
            raise
        state.bound = dns.server
        return sockets

    def _remove_link(self, state: _LinkState) -> tuple[str, ...]:
        name = state.ref.name
        left = self._resolver.revert(state.ref)
        try:
            self._links.remove_link(name)
        except NetworkFailed as error:
            _log.warning("%s could not be taken down: %s", name, error)
            left += (f"the link {name} could not be taken down: {error}",)
        finally:
            os.close(state.held)
        return left
