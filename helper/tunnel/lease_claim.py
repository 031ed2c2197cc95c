"""What this laptop claims at each handshake, and what the manager's answer to it means.

The lease outlives lanes: its addresses and its secret are presented again, so the same ones are granted again.
"""

from __future__ import annotations

import ipaddress
import logging
from dataclasses import dataclass, field

from helper.cluster.api import VIRTUAL_SUBNET4, VIRTUAL_SUBNET6
from helper.protocol.worker_messages import Lease, SetEndpoint, TunnelFailure
from helper.tunnel.failure_words import REFUSALS, UNREADABLE
from helper.tunnel.portforward import LaneFailed
from helper.tunnel.pump import AddressGuard
from helper.wire.hello import (
    WIRE_VERSION,
    ClientHello,
    HelloError,
    HelloRefusal,
    ManagerRefusal,
    ManagerWelcome,
    decode_hello,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Granted:
    """`first`: nothing was claimed. `address_changed`: something was, and this is something else."""

    lease: Lease
    guard: AddressGuard
    first: bool
    address_changed: bool


@dataclass(slots=True)
class LeaseClaim:
    address4: str | None = None
    address6: str | None = None
    secret: str | None = field(default=None, repr=False)

    def hello(self, wish: SetEndpoint, *, offload: bool) -> ClientHello:
        return ClientHello(
            version=WIRE_VERSION,
            client_id=wish.client_id,
            client_name=wish.client_name,
            offload=offload,
            address4=self.address4,
            address6=self.address6,
            secret=self.secret,
        )

    def grant(self, welcome: ManagerWelcome) -> Granted:
        """What is granted is claimed from now on. Raises LaneFailed for what this version cannot use."""
        if welcome.version != WIRE_VERSION:
            raise LaneFailed(TunnelFailure.MANAGER_VERSION, f"it speaks version {welcome.version} of the protocol")
        guard = _guard(welcome)
        before = (self.address4, self.address6)
        self.address4, self.address6, self.secret = welcome.address4, welcome.address6, welcome.secret
        lease = Lease(
            lease_id=welcome.lease_id,
            address4=welcome.address4,
            address6=welcome.address6,
            mtu=welcome.mtu,
            dns_servers=welcome.dns_servers,
            cluster_domain=welcome.cluster_domain,
            search_domains=welcome.search_domains,
            manager_version=welcome.manager_version,
        )
        first = before == (None, None)
        return Granted(lease, guard, first, not first and before != (welcome.address4, welcome.address6))

    def refuse(self, payload: bytes | memoryview) -> LaneFailed:
        """Of a REFUSED frame. The claim is given up where the manager says that it is somebody else's."""
        try:
            refusal = decode_hello(ManagerRefusal, payload)
        except HelloError as error:
            return unreadable(error)
        if refusal.code is HelloRefusal.WRONG_SECRET:
            # Somebody else holds the lease under our name by now: begin anew, with whatever address is free.
            self.address4 = self.address6 = self.secret = None
        version = refusal.code in (HelloRefusal.VERSION, HelloRefusal.MALFORMED)
        kind = TunnelFailure.MANAGER_VERSION if version else TunnelFailure.LEASE_REFUSED
        return LaneFailed(kind, f"{REFUSALS[refusal.code]} (it is of version {refusal.manager_version})")


def unreadable(error: Exception) -> LaneFailed:
    """For a message of the manager's that is none of this version."""
    log.warning("the manager's message cannot be read: %s", error)
    return LaneFailed(TunnelFailure.MANAGER_VERSION, UNREADABLE)


def _guard(welcome: ManagerWelcome) -> AddressGuard:
    try:
        for server in welcome.dns_servers:
            ipaddress.ip_address(server)
        return AddressGuard(
            _packed(VIRTUAL_SUBNET4, welcome.address4), _packed(VIRTUAL_SUBNET6, welcome.address6), by_source=False
        )
    except ValueError as error:
        log.warning("the welcome is refused: %s", error)
        problem = "it grants addresses that this version does not know"
        raise LaneFailed(TunnelFailure.MANAGER_VERSION, problem) from error


def _packed(subnet: str, address: str | None) -> bytes | None:
    """Raises ValueError for an address that no manager of ours grants: it could be one of the user's own network."""
    if address is None:
        return None
    value = ipaddress.ip_address(address)
    if value not in ipaddress.ip_network(subnet):
        raise ValueError(f"{address} is not in {subnet}")
    return value.packed
