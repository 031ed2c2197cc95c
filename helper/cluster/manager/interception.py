"""Intercepts at work: brings laptops' declarations to sidecars, sidecars' word back, and packets between the two."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Protocol

from helper.cluster.api import owner_id
from helper.cluster.manager.intercepts import Group, GroupKey, InterceptTable, Owner
from helper.cluster.manager.keys import ManagerKeys
from helper.cluster.manager.leases import Lease, LeaseRefused
from helper.cluster.manager.sidecar_registry import MAX_SIDECARS, SidecarRegistry
from helper.cluster.manager.sidecars import SidecarLink
from helper.cluster.manager.switch import SwitchPort
from helper.protocol.intercepts import Intercept, InterceptState, Workload
from helper.wire.hello import HelloRefusal
from helper.wire.laptop_messages import (
    Declare,
    FromLaptop,
    ListAll,
    Listed,
    Mint,
    Minted,
    Requests,
    States,
    ToLaptop,
    WatchRequests,
    fitting,
)
from helper.wire.sidecar_messages import Seen

LAPTOP_SILENCE_S = 3.0
"""A laptop that was not heard for so long gets no traffic until it is. It pings every second."""

_NEWS_DELAY_S = 0.03
"""Changes come in bursts: laptops are told once for all of them."""

_NOBODY = Group()
"""What a sidecar has to do that nobody wants anything of (yet): nothing."""

log = logging.getLogger(__name__)


class LaptopPort(Protocol):
    """A laptop's lane as far as intercepts go."""

    heard_at: float
    port: SwitchPort

    def tell(self, message: ToLaptop) -> None: ...


@dataclass(slots=True)
class _Laptop:
    """`link` None: it is away. Packets to it then have nowhere to go."""

    lease: Lease
    link: LaptopPort | None = None
    watched: frozenset[Workload] = frozenset()
    told: tuple[InterceptState, ...] | None = None
    partners: frozenset[bytes] = frozenset()
    """Packed addresses of the sidecars that may talk with it."""


class Interception:
    """Implements `sidecars.SidecarKeeper`. `reserve` and `give_back`: of virtual addresses."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        keys: ManagerKeys | None,
        subnet4: IPv4Network,
        reserve: Callable[[str], IPv4Address],
        give_back: Callable[[IPv4Address], None],
    ) -> None:
        self._loop = loop
        self._keys = keys
        self.subnet4 = str(subnet4)
        self._reserve = reserve
        self._give_back = give_back
        self._table = InterceptTable()
        self._laptops: dict[str, _Laptop] = {}
        self._by_address: dict[bytes, _Laptop] = {}
        self._sidecars = SidecarRegistry()
        self._news: asyncio.TimerHandle | None = None

    @property
    def keys(self) -> ManagerKeys:
        if self._keys is None:
            raise LeaseRefused(HelloRefusal.INTERNAL)
        return self._keys

    # Laptops

    def laptop_came(self, lease: Lease, link: LaptopPort) -> None:
        laptop = self._laptops.setdefault(lease.lease_id, _Laptop(lease))
        laptop.link = link
        laptop.told = None
        laptop.watched = frozenset()
        self._by_address[lease.address4.packed] = laptop

    def laptop_left(self, lease: Lease) -> None:
        """It has no lane; its lease goes on, and its intercepts wait for it."""
        laptop = self._laptops.get(lease.lease_id)
        if laptop is not None:
            laptop.link = None
            self._set_watched(laptop, frozenset())
            self._distribute(self._table.set_present(lease.lease_id, False))

    def laptop_forgotten(self, lease: Lease) -> None:
        laptop = self._laptops.pop(lease.lease_id, None)
        if laptop is not None:
            self._by_address.pop(lease.address4.packed, None)
            self._set_watched(laptop, frozenset())
            self._distribute(self._table.forget(lease.lease_id))

    def owners(self) -> frozenset[str]:
        """Of the laptops that are there, or have been away for less than their lease."""
        return frozenset(owner_id(laptop.lease.client_id) for laptop in self._laptops.values())

    def take(self, lease: Lease, message: FromLaptop) -> None:
        laptop = self._laptops[lease.lease_id]
        match message:
            case Declare(intercepts=intercepts):
                self._declare(laptop, intercepts)
            case ListAll():
                self._list(laptop)
            case Mint(workload=workload, injection_id=injection_id):
                if self._keys is None:
                    log.error("no ticket for a sidecar: the manager has no keys")
                elif laptop.link is not None:
                    ticket = self._keys.ticket(workload, injection_id)
                    laptop.link.tell(Minted(workload, injection_id, ticket))
            case WatchRequests(workloads=workloads):
                self._set_watched(laptop, frozenset(workloads))

    def forward(self, lease: Lease, destination: bytes, payload: memoryview) -> bool:
        """A laptop's packet to a virtual address. Returns False when that is no sidecar's."""
        link = self._sidecars.at(destination)
        if link is None:
            return False
        laptop = self._laptops.get(lease.lease_id)
        if laptop is not None and destination in laptop.partners:
            link.port.forward(payload)
        return True

    # Sidecars

    def accept(self, listener: socket.socket) -> None:
        try:
            sock, _ = listener.accept()
        except OSError:
            return
        if self._sidecars.full and not self._make_room():
            log.warning("more than %d sidecars: one is closed at once", MAX_SIDECARS)
            sock.close()
            return
        try:
            self._sidecars.add(SidecarLink(self._loop, sock, self))
        except OSError as error:
            log.info("a connection ended before it began: %s", error)
            sock.close()

    def _make_room(self) -> bool:
        waiting = self._sidecars.longest_waiting()
        if waiting is None:
            return False
        waiting.close()
        self.leave(waiting)
        return True

    def admit(self, link: SidecarLink, key: GroupKey) -> tuple[IPv4Address, Group]:
        group = self._table.groups.get(key, _NOBODY)
        address = self._reserve(f"{key.workload.namespace}/{link.pod}")
        self._sidecars.join(link, key, address)
        # After `link.address4` is set, and the WELCOME that the caller is about to send.
        self._loop.call_soon(self._begin, key, link)
        self._tell_soon()
        return address, group

    def applied(self, link: SidecarLink) -> None:
        self._tell_soon()

    def seen(self, link: SidecarLink, message: Seen) -> None:
        if link.key is None or message.batch.workload != link.key.workload:
            return
        for laptop in self._laptops.values():
            if laptop.link is not None and message.batch.workload in laptop.watched:
                laptop.link.tell(Requests(message.batch))

    def port_of(self, link: SidecarLink, address: bytes) -> SwitchPort | None:
        laptop = self._by_address.get(address)
        if laptop is None or laptop.link is None or link.address4 is None:
            return None
        return laptop.link.port if link.address4.packed in laptop.partners else None

    def leave(self, link: SidecarLink) -> None:
        key = self._sidecars.remove(link)
        if key is None or link.address4 is None:
            return
        self._give_back(link.address4)
        self._pair(key)
        self._tell_soon()

    def tick(self, now: float) -> None:
        """Several times a second: who is silent gets no traffic, who speaks again gets it back."""
        for laptop in self._laptops.values():
            present = laptop.link is not None and now - laptop.link.heard_at < LAPTOP_SILENCE_S
            self._distribute(self._table.set_present(laptop.lease.lease_id, present))
        for link in self._sidecars.overdue(now):
            link.close()
            self.leave(link)

    def close(self) -> None:
        for link in self._sidecars.links():
            link.close()

    # What follows from a change

    def _declare(self, laptop: _Laptop, intercepts: Iterable[Intercept]) -> None:
        lease = laptop.lease
        owner = Owner(lease.lease_id, owner_id(lease.client_id), lease.client_name, str(lease.address4))
        self._distribute(self._table.declare(owner, intercepts))
        # Also those of another lease of this installation may have changed hands.
        for each in self._laptops.values():
            self._pair_laptop(each)
        laptop.told = None
        self._tell_soon()

    def _distribute(self, changed: Iterable[GroupKey]) -> None:
        for key in changed:
            links = self._sidecars.of(key)
            for link in links:
                link.send_rules(self._table.groups.get(key, _NOBODY), watched=self._is_watched(key.workload))
            if links:
                self._tell_soon()

    def _begin(self, key: GroupKey, link: SidecarLink) -> None:
        self._pair(key)
        if link.key == key:
            group = self._table.groups.get(key, _NOBODY)
            link.send_rules(group, watched=self._is_watched(key.workload))

    def _pair(self, key: GroupKey) -> None:
        """A sidecar of this group came or went."""
        for laptop in self._laptops.values():
            if any(GroupKey(one.workload, one.injection_id) == key for one in self._declared(laptop)):
                self._pair_laptop(laptop)

    def _pair_laptop(self, laptop: _Laptop) -> None:
        laptop.partners = frozenset(
            link.address4.packed
            for one in self._declared(laptop)
            for link in self._sidecars.of(GroupKey(one.workload, one.injection_id))
            if link.address4 is not None
        )

    def _declared(self, laptop: _Laptop) -> tuple[Intercept, ...]:
        return self._table.declared(laptop.lease.lease_id)

    def _is_watched(self, workload: Workload) -> bool:
        return any(workload in laptop.watched for laptop in self._laptops.values())

    def _set_watched(self, laptop: _Laptop, workloads: frozenset[Workload]) -> None:
        changed = laptop.watched ^ workloads
        laptop.watched = workloads
        for key, links in self._sidecars.groups():
            group = self._table.groups.get(key)
            if key.workload in changed and group is not None:
                for link in links:
                    link.send_rules(group, watched=self._is_watched(key.workload))

    def _tell_soon(self) -> None:
        if self._news is None:
            self._news = self._loop.call_later(_NEWS_DELAY_S, self._tell)

    def _tell(self) -> None:
        self._news = None
        progress = self._sidecars.progress()
        for lease_id in self._table.holders():
            laptop = self._laptops.get(str(lease_id))
            if laptop is None or laptop.link is None:
                continue
            states = self._table.states(lease_id, progress)
            if states != laptop.told:
                laptop.told = states
                laptop.link.tell(States(states))

    def _list(self, laptop: _Laptop) -> None:
        if laptop.link is None:
            return
        laptop.link.tell(Listed(fitting(self._table.states(None, self._sidecars.progress()))))
