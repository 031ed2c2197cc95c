"""Who holds which virtual address. Pure: no I/O, no clock of its own.

Soft state by design: a laptop presents what it held (addresses, secret). A manager that remembers the lease checks the
secret; one that was restarted grants the same addresses again if they are free. A laptop's first address is derived
from its client id, so that it is the same after any restart and two laptops rarely want the same one.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from dataclasses import dataclass

from helper.wire.hello import ClientHello, HelloRefusal

LEASE_SECONDS = 600.0
"""How long an address is kept for a laptop that has gone away without a word (asleep, cut off)."""

FIRST_INDEX = 16
"""Indexes below are the manager's own."""


class LeaseRefused(Exception):
    def __init__(self, code: HelloRefusal) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True)
class Lease:
    """`index` numbers the address in both subnets. `left_at` is None while a lane is open, else the time it closed."""

    lease_id: str
    client_id: str
    client_name: str
    secret: str
    index: int
    address4: ipaddress.IPv4Address
    address6: ipaddress.IPv6Address | None
    left_at: float | None = None


class LeaseTable:
    def __init__(self, subnet4: ipaddress.IPv4Network, subnet6: ipaddress.IPv6Network | None) -> None:
        self._subnet4 = subnet4
        self._subnet6 = subnet6
        self._size = min(subnet4.num_addresses - 1, 1 << 16)
        self._by_index: dict[int, Lease] = {}

    def __len__(self) -> int:
        return len(self._by_index)

    def claim(self, hello: ClientHello) -> Lease:
        """Returns the laptop's lease, new or known. Raises LeaseRefused."""
        known = next((lease for lease in self._by_index.values() if lease.client_id == hello.client_id), None)
        if known is not None:
            if hello.secret is None and known.left_at is not None:
                # The installation's worker began anew (and lost the secret) while nobody used the lease.
                known.secret = secrets.token_hex(16)
            elif hello.secret is None or not hmac.compare_digest(hello.secret, known.secret):
                if hello.secret is None:
                    return self._grant(hello)
                raise LeaseRefused(HelloRefusal.WRONG_SECRET)
            known.left_at = None
            known.client_name = hello.client_name
            return known
        return self._grant(hello)

    def release(self, lease: Lease) -> None:
        if self._by_index.get(lease.index) is lease:
            del self._by_index[lease.index]

    def expired(self, now: float) -> list[Lease]:
        """Returns the leases whose holders have been away for LEASE_SECONDS. They still have to be released."""
        return [
            lease
            for lease in self._by_index.values()
            if lease.left_at is not None and now - lease.left_at >= LEASE_SECONDS
        ]

    def _grant(self, hello: ClientHello) -> Lease:
        index = self._choose_index(hello)
        lease = Lease(
            lease_id=secrets.token_hex(6),
            client_id=hello.client_id,
            client_name=hello.client_name,
            secret=secrets.token_hex(16),
            index=index,
            address4=self._subnet4[index],
            address6=self._subnet6[index] if self._subnet6 is not None else None,
        )
        self._by_index[index] = lease
        return lease

    def _choose_index(self, hello: ClientHello) -> int:
        wished = self._index_of(hello.address4)
        if wished is None:
            digest = hashlib.sha256(hello.client_id.encode()).digest()
            wished = FIRST_INDEX + int.from_bytes(digest[:8], "big") % (self._size - FIRST_INDEX)
        for offset in range(self._size - FIRST_INDEX):
            index = FIRST_INDEX + (wished - FIRST_INDEX + offset) % (self._size - FIRST_INDEX)
            if index not in self._by_index:
                return index
        raise LeaseRefused(HelloRefusal.POOL_EXHAUSTED)

    def _index_of(self, address: str | None) -> int | None:
        try:
            value = ipaddress.IPv4Address(address) if address else None
        except ValueError:
            return None
        if value is None or value not in self._subnet4:
            return None
        index = int(value) - int(self._subnet4.network_address)
        return index if FIRST_INDEX <= index < self._size else None
