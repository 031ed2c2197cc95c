"""`Network` on Linux: route netlink for the link, systemd-resolved or resolv.conf for names."""

from __future__ import annotations

import asyncio
import logging
import socket
from dataclasses import dataclass
from pathlib import Path

from helper.net import resolved
from helper.net.dns_sockets import bind_dns
from helper.net.journal import Journal
from helper.net.kernel_route import KernelRoute, NetworkFailed
from helper.net.links import Links
from helper.net.network import AppliedNetwork
from helper.net.plan import DnsPlan, IpAddress, LinkPlan
from helper.net.resolv_conf import RESOLV_CONF, ResolvConf
from helper.net.resolver import LinkRef, Resolver
from helper.net.tun import TunDevice, ensure_tun_node, open_tun
from helper.protocol.helper_messages import ResolverBackend

_log = logging.getLogger(__name__)


@dataclass
class _LinkState:
    """`bound`: the address whose port 53 the worker has. `resolver`: the backend that was told, to be told the end."""

    ref: LinkRef
    bound: IpAddress | None = None
    resolver: Resolver | None = None


class LinuxNetwork:
    """Blocking work runs in threads; calls for different links may overlap, calls for one link must not."""

    def __init__(self, journal: Journal, resolv_conf: Path = RESOLV_CONF) -> None:
        self._links = Links()
        self._resolv_conf_path = resolv_conf
        self._resolv_conf = ResolvConf(resolv_conf, journal)
        self._resolved = resolved.Resolved()
        self._states: dict[str, _LinkState] = {}

    def open_link(self) -> TunDevice:
        try:
            ensure_tun_node()
            device = open_tun()
            index = socket.if_nametoindex(device.name)
        except OSError as error:
            raise NetworkFailed(f"no TUN device: {error}") from error
        self._states[device.name] = _LinkState(LinkRef(device.name, index))
        return device

    async def set_network(self, interface: str, plan: LinkPlan) -> AppliedNetwork:
        state = self._states.get(interface)
        if state is None:
            raise NetworkFailed(f"{interface} is not a link of ours")
        return await asyncio.to_thread(self._set_network, state, plan)

    async def remove_link(self, interface: str) -> tuple[str, ...]:
        state = self._states.pop(interface, None)
        return await asyncio.to_thread(self._remove_link, interface, state)

    async def routes(self) -> list[KernelRoute]:
        try:
            return await asyncio.to_thread(self._links.routes)
        except OSError as error:
            raise NetworkFailed(f"the routes cannot be read: {error}") from error

    async def upstreams(self) -> tuple[str, ...]:
        return await asyncio.to_thread(self._current_upstreams)

    def close(self) -> None:
        self._links.close()

    def _set_network(self, state: _LinkState, plan: LinkPlan) -> AppliedNetwork:
        self._links.set_link(state.ref.name, plan)
        if plan.dns is None:
            self._revert(state)
            return AppliedNetwork(ResolverBackend.NONE, self._current_upstreams(), None)
        return self._set_dns(state, plan.dns)

    def _set_dns(self, state: _LinkState, dns: DnsPlan) -> AppliedNetwork:
        sockets = bind_dns(dns.server) if state.bound != dns.server else None
        try:
            if state.resolver is None:
                state.resolver = self._choose_resolver()
            upstreams = state.resolver.upstreams(self._our_names())
            state.resolver.set_dns(state.ref, dns)
        except BaseException:
            if sockets is not None:
                sockets.close()
            raise
        state.bound = dns.server
        return AppliedNetwork(state.resolver.backend, upstreams, sockets)

    def _remove_link(self, interface: str, state: _LinkState | None) -> tuple[str, ...]:
        left = self._revert(state) if state is not None else ()
        try:
            self._links.remove_link(interface)
        except NetworkFailed as error:
            _log.warning("%s could not be removed: %s", interface, error)
            left += (f"the link {interface} could not be removed: {error}",)
        return left

    def _revert(self, state: _LinkState) -> tuple[str, ...]:
        if state.resolver is None:
            return ()
        left = state.resolver.revert(state.ref)
        state.resolver = None
        return left

    def _choose_resolver(self) -> Resolver:
        return self._resolved if resolved.is_in_charge(self._resolv_conf_path) else self._resolv_conf

    def _current_upstreams(self) -> tuple[str, ...]:
        return self._choose_resolver().upstreams(self._our_names())

    def _our_names(self) -> frozenset[str]:
        return frozenset(self._states)
