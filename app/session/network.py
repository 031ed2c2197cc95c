"""Keeps this machine's routes and resolver as the cluster's subnets, namespaces and our lease want them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterable
from dataclasses import replace
from ipaddress import IPv4Network, ip_address, ip_network

import msgspec

from app.domain.errors import ErrorCode, KubeferryError
from app.domain.names import cluster_names
from app.domain.subnets import (
    IPAddress,
    OnOverlap,
    Overlap,
    Plan,
    Subnet,
    describe,
    host,
    intersect,
    merge,
    plan,
    subtract,
)
from app.session.ports import Cluster, Discovered, Helper, Opened
from app.session.runner import AttemptContext
from app.session.tunnel import Tunnel
from helper.cluster.api import VIRTUAL_SUBNET4
from helper.protocol import helper_messages as h
from helper.protocol.worker_messages import Lease, ResolverConfig, SetResolver

SET_AGAIN_S = 30.0

_log = logging.getLogger(__name__)


class NetworkKeeper:
    def __init__(
        self, context: AttemptContext, cluster: Cluster, helper: Helper, opened: Opened, tunnel: Tunnel
    ) -> None:
        self._context = context
        self._cluster = cluster
        self._helper = helper
        self._opened = opened
        self._tunnel = tunnel
        self._lock = asyncio.Lock()
        self._found: Discovered | None = None
        self._set: tuple[h.NetworkConfig, ResolverConfig] | None = None
        self._intercepting = False

    async def set(self, lease: Lease, found: Discovered, *, again: bool = False) -> None:
        """Makes it so; does nothing when it is so already, unless `again`. Raises KubeferryError."""
        async with self._lock:
            self._tunnel.lifted.clear()
            self._found = found
            routable = _of_families(found.subnets, lease)
            decided, routed = await self._decide(routable, lease)
            network = network_config(routed, decided, found, self._cluster.namespace, intercepting=self._intercepting)
            if again or self._set is None or self._set[0] != network:
                answer = await self._helper.set_network(self._opened.connection_id, network)
                self._context.hub.update_facts(
                    subnets=network.routes,
                    excluded=tuple(str(subnet) for subnet in decided.excluded),
                    namespaces=found.namespaces,
                    resolver=answer.resolver,
                    upstreams=answer.upstreams,
                )
                upstreams = answer.upstreams
            else:
                upstreams = self._set[1].upstreams
            resolver = ResolverConfig(
                cluster_domain=lease.cluster_domain,
                cluster_servers=lease.dns_servers,
                upstreams=upstreams,
                namespace=self._cluster.namespace,
                namespaces=found.namespaces,
                subnets=tuple(str(subnet) for subnet in routable),
            )
            if self._set is None or self._set[1] != resolver:
                await self._tunnel.send(SetResolver(resolver))
            self._set = (network, resolver)

    async def set_intercepting(self, wanted: bool) -> None:
        """Lets traffic of sidecars in, or not any more. Raises KubeferryError when it cannot be let in."""
        if self._intercepting == wanted:
            return
        self._intercepting = wanted
        if self._found is None:
            return
        if not wanted:
            await self._refresh(self._found)
            return
        lease = self._tunnel.lease
        try:
            if lease is not None:
                await self.set(lease, self._found)
        except BaseException:
            self._intercepting = False
            raise

    async def keep(self) -> None:
        """Follows the cluster and the lease until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._cluster.follow_network(self._refresh))
            group.create_task(self._set_again())

    async def _set_again(self) -> None:
        """When the tunnel has come back, and now and then.

        It is then that resolvers forget the failures they keep (systemd-resolved: for 10 s), that other resolvers are
        in use (another network, a DHCP client that wrote its own), and that the lease may have other addresses.
        """
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SET_AGAIN_S):
                    await self._tunnel.lifted.wait()
            if self._found is not None:
                await self._refresh(self._found, again=True)

    async def _refresh(self, found: Discovered, *, again: bool = False) -> None:
        """What cannot be done now is done with the next change: what is set stays set."""
        lease = self._tunnel.lease
        if lease is None:
            return
        try:
            await self.set(lease, found, again=again)
        except KubeferryError as error:
            if not await self._helper.alive():
                raise
            _log.warning("the network stays as it is: %s", error)

    async def _decide(self, subnets: tuple[Subnet, ...], lease: Lease) -> tuple[Plan, Lease]:
        """The lease is without DNS servers that are in a local network. Raises KubeferryError (SUBNET_OVERLAP)."""
        wishes = self._context.target.wishes
        wishes = replace(wishes, include=_of_families(wishes.include, lease))
        servers = _addresses(_server_host(server) for server in lease.dns_servers)
        asked = tuple(str(subnet) for subnet in merge((*subnets, *wishes.include, *map(host, servers))))
        answer = await self._helper.find_overlaps(asked)
        overlaps = [
            Overlap(ip_network(found.subnet), ip_network(found.taken), found.interface, found.owner_uid is not None)
            for found in answer.overlaps
            if found.interface != self._opened.interface
        ]
        outside = await self._cluster.outside() | _addresses(answer.upstreams)
        decided = plan(subnets, wishes, overlaps, outside - servers)
        return decided, _without_local_servers(lease, (*subnets, *wishes.include), overlaps, wishes.on_overlap)


def _without_local_servers(
    lease: Lease, subnets: tuple[Subnet, ...], overlaps: list[Overlap], on_overlap: OnOverlap
) -> Lease:
    """The manager names DNS servers, and they are routed wherever they are. But for one that is not in the cluster's
    subnets and is in a local network, the user's word counts as for subnets."""
    strange = subtract([host(_server_host(server)) for server in lease.dns_servers], subnets)
    clashing = [overlap for overlap in overlaps if intersect(strange, [overlap.taken])]
    if clashing and on_overlap is OnOverlap.REFUSE:
        raise KubeferryError(ErrorCode.SUBNET_OVERLAP, overlaps=describe(clashing))
    local = intersect(strange, [overlap.taken for overlap in clashing])
    kept = tuple(server for server in lease.dns_servers if not intersect([host(_server_host(server))], local))
    return msgspec.structs.replace(lease, dns_servers=kept)


def network_config(
    lease: Lease, decided: Plan, found: Discovered, namespace: str, *, intercepting: bool = False
) -> h.NetworkConfig:
    """Returns the whole desired state. The cluster's DNS servers are always routed, wherever they are.

    `intercepting`: sidecars' addresses are routed too, and what comes from them reaches programs on 127.0.0.1.
    """
    servers = [host(_server_host(server)) for server in lease.dns_servers]
    missing = [server for server in servers if not intersect([server], decided.routes)]
    sidecars = [ip_network(VIRTUAL_SUBNET4)] if intercepting and lease.address4 else []
    routes = merge((*decided.routes, *missing, *sidecars))
    names = cluster_names(lease.cluster_domain, namespace, found.namespaces, _of_families(found.subnets, lease))
    addresses = [f"{lease.address4}/32"] if lease.address4 else []
    addresses += [f"{lease.address6}/128"] if lease.address6 else []
    return h.NetworkConfig(
        addresses=tuple(addresses),
        mtu=lease.mtu,
        routes=tuple(str(route) for route in routes),
        dns=h.DnsConfig(match_domains=names.match, search_domains=names.search),
        loopback_delivery=intercepting,
    )


def _of_families(subnets: Iterable[Subnet], lease: Lease) -> tuple[Subnet, ...]:
    """Without an address of a family there is no way for its packets."""
    return merge(
        subnet for subnet in subnets if (lease.address4 if isinstance(subnet, IPv4Network) else lease.address6)
    )


def _addresses(texts: Iterable[str]) -> frozenset[IPAddress]:
    return frozenset(ip_address(text.partition("%")[0]) for text in texts)


def _server_host(server: str) -> str:
    """The address of "192.0.2.1", "192.0.2.1:5353", "2001:db8::1" or "[2001:db8::1]:5353"."""
    if server.startswith("["):
        return server[1:].partition("]")[0]
    return server.partition(":")[0] if server.count(":") == 1 else server
