"""The manager as a whole: listens on the pod's loopback, admits laptops, forgets those that have gone for good."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from helper.cluster.api import MANAGER_KEYS_DIR, MANAGER_PORT, SIDECAR_PORT, VIRTUAL_SUBNET4, VIRTUAL_SUBNET6
from helper.cluster.manager import firewall
from helper.cluster.manager.devices import Devices
from helper.cluster.manager.interception import Interception
from helper.cluster.manager.ipv6 import RawIpv6Sender
from helper.cluster.manager.keys import KeysMissing, ManagerKeys
from helper.cluster.manager.leases import Lease, LeaseTable
from helper.cluster.manager.links import GREETING_S, Link, Station, make_station
from helper.cluster.manager.pod_dns import PodDns, parse_resolv_conf
from helper.cluster.pod import nft
from helper.cluster.pod.forwarding import ipv6_forwarding
from helper.cluster.pod.uplink import find_uplink
from helper.net.tun import ensure_tun_node
from helper.version import VERSION
from helper.wire.hello import WIRE_VERSION, ClientHello, ManagerWelcome
from helper.wire.laptop_messages import FromLaptop

SILENCE_S = 20.0
"""A lane that brought nothing for so long is closed. Laptops ping every second."""

MAX_LANES = 512
"""Connections at once, before or after their handshake: each may take half a megabyte."""

_TICK_S = 0.5

log = logging.getLogger(__name__)


class Manager:
    """Implements `links.StationKeeper`."""

    version = VERSION

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        subnet4: ipaddress.IPv4Network,
        subnet6: ipaddress.IPv6Network | None,
        devices: Devices,
        dns: PodDns,
        raw6: RawIpv6Sender | None,
        keys: ManagerKeys | None = None,
    ) -> None:
        self._loop = loop
        self._subnet4, self._subnet6 = subnet4, subnet6
        self._devices = devices
        self._dns = dns
        self._raw6 = raw6
        self._leases = LeaseTable(subnet4, subnet6)
        self._stations: dict[str, Station] = {}
        self._links: set[Link] = set()
        self._interception = Interception(loop, keys, subnet4, self._leases.reserve, self._leases.give_back)
        self._has_keys = keys is not None

    async def serve(self, port: int = MANAGER_PORT, sidecar_port: int = SIDECAR_PORT) -> None:
        """Runs until cancelled, once. Raises OSError when a port is taken, FirewallError when rules are refused."""
        try:
            nft.apply(firewall.render(self._subnet4, self._subnet6, {}))
            with ExitStack() as listening:
                self._listen(listening, socket.create_server(("127.0.0.1", port), backlog=64), self._accept)
                if self._has_keys:
                    self._listen(listening, _everywhere(sidecar_port), self._interception.accept)
                log.info("listening on 127.0.0.1:%d%s", port, f" and *:{sidecar_port}" if self._has_keys else "")
                while True:
                    await asyncio.sleep(_TICK_S)
                    self._tick(self._loop.time())
        finally:
            self._close()

    def _listen(self, stack: ExitStack, listener: socket.socket, accept: Callable[[socket.socket], None]) -> None:
        stack.enter_context(listener)
        listener.setblocking(False)
        self._loop.add_reader(listener.fileno(), accept, listener)
        stack.callback(self._loop.remove_reader, listener.fileno())

    def owners(self) -> frozenset[str]:
        """Ids of the owners of intercepts that are known here."""
        return self._interception.owners()

    def admit(self, hello: ClientHello) -> tuple[Station, ManagerWelcome]:
        lease = self._leases.claim(hello)
        station = self._stations.get(lease.lease_id)
        if station is None:
            try:
                station = self._settle(lease)
            except BaseException:
                self._leases.release(lease)
                raise
        welcome = ManagerWelcome(
            version=WIRE_VERSION,
            manager_version=VERSION,
            lease_id=lease.lease_id,
            secret=lease.secret,
            address4=str(lease.address4),
            address6=str(lease.address6) if lease.address6 is not None else None,
            mtu=self._devices.mtu,
            offload=bool(station.device.offload),
            dns_servers=self._dns.servers,
            cluster_domain=self._dns.cluster_domain,
            search_domains=self._dns.search_domains,
        )
        return station, welcome

    def greeted(self, link: Link) -> None:
        if link.station is not None:
            self._interception.laptop_came(link.station.lease, link)

    def take(self, link: Link, message: FromLaptop) -> None:
        if link.station is not None:
            self._interception.take(link.station.lease, message)

    def forward(self, lease: Lease, destination: bytes, payload: memoryview) -> bool:
        return self._interception.forward(lease, destination, payload)

    def leave(self, link: Link, *, release: bool) -> None:
        self._links.discard(link)
        station = link.station
        if station is None or station.link is not link:
            return
        station.link = None
        station.pump.detach()
        station.lease.left_at = self._loop.time()
        self._interception.laptop_left(station.lease)
        log.info("laptop %s %s", station.lease.address4, "released its lease" if release else "lost its lane")
        if release:
            self._remove(station)

    def _close(self) -> None:
        self._interception.close()
        for link in self._links:
            link.close()
        for station in self._stations.values():
            station.pump.detach()
            station.device.close()
        if self._raw6 is not None:
            self._raw6.close()

    def _accept(self, listener: socket.socket) -> None:
        try:
            sock, _ = listener.accept()
        except OSError:
            return
        if len(self._links) >= MAX_LANES:
            log.warning("more than %d connections: one is closed at once", MAX_LANES)
            sock.close()
            return
        self._links.add(Link(self._loop, sock, self))

    def _tick(self, now: float) -> None:
        for link in list(self._links):
            if now - link.heard_at > SILENCE_S or (link.station is None and now - link.began_at > GREETING_S):
                link.close()
                self.leave(link, release=False)
        for lease in self._leases.expired(now):
            self._remove(self._stations[lease.lease_id])
        self._interception.tick(now)

    def _settle(self, lease: Lease) -> Station:
        """Raises OSError, DeviceError or FirewallError, and has left nothing then."""
        device = self._devices.open(lease.address4, lease.address6)
        station = make_station(
            self._loop, lease, device, self._raw6.send if self._raw6 else None, self._interception.forward
        )
        self._stations[lease.lease_id] = station
        try:
            self._apply_relays()
        except BaseException:
            del self._stations[lease.lease_id]
            device.close()
            raise
        return station

    def _remove(self, station: Station) -> None:
        self._interception.laptop_forgotten(station.lease)
        self._leases.release(station.lease)
        del self._stations[station.lease.lease_id]
        try:
            self._apply_relays()
        except (OSError, nft.FirewallError) as error:
            # One laptop's rule is left, to a device that is gone: no reason to stop serving all others.
            log.error("the rules are as before, until the next laptop comes or goes: %s", error)
        station.device.close()

    def _apply_relays(self) -> None:
        """Where IPv6 is relayed, every laptop has a rule of its own."""
        if self._raw6 is None:
            return
        relayed = {s.lease.address6: s.device.name for s in self._stations.values() if s.lease.address6 is not None}
        nft.apply(firewall.render(self._subnet4, self._subnet6, relayed))


def make_manager(
    loop: asyncio.AbstractEventLoop,
    resolv_conf: Path = Path("/etc/resolv.conf"),
    keys_dir: Path = Path(MANAGER_KEYS_DIR),
) -> Manager:
    """Looks at the pod and prepares it. Raises OSError, DeviceError or FirewallError when the pod lacks a right."""
    ensure_tun_node()
    uplink = find_uplink()
    subnet4 = ipaddress.IPv4Network(VIRTUAL_SUBNET4)
    subnet6 = ipaddress.IPv6Network(VIRTUAL_SUBNET6) if uplink.ipv6 else None
    raw6: RawIpv6Sender | None = None
    if uplink.ipv6 and not ipv6_forwarding(uplink.name):
        try:
            raw6 = RawIpv6Sender()
        except OSError as error:
            log.warning("no IPv6 for laptops: the kernel does not forward it and raw sockets are refused (%s)", error)
            subnet6 = None
    devices = Devices(uplink, subnet4[1], subnet6[1] if subnet6 is not None else None)
    log.info(
        "uplink %s, mtu %d, IPv6 %s",
        uplink.name,
        devices.mtu,
        "none" if subnet6 is None else "relayed" if raw6 else "forwarded",
    )
    try:
        keys: ManagerKeys | None = ManagerKeys.load(keys_dir)
    except KeysMissing as error:
        log.warning("no sidecar can join, so there are no intercepts: %s", error)
        keys = None
    return Manager(loop, subnet4, subnet6, devices, parse_resolv_conf(resolv_conf.read_text()), raw6, keys)


def _everywhere(port: int) -> socket.socket:
    """On all addresses of both families, where there are both."""
    if socket.has_dualstack_ipv6():
        return socket.create_server(("::", port), family=socket.AF_INET6, backlog=256, dualstack_ipv6=True)
    return socket.create_server(("0.0.0.0", port), backlog=256)  # noqa: S104 - sidecars come from any pod
