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
from dataclasses import dataclass, field

from helper.wire.hello import ClientHello, HelloRefusal

LEASE_SECONDS = 600.0
"""How long an address is kept for a laptop that has gone away without a word (asleep, cut off)."""

MAX_LEASES = 2048
"""At once, of those who are there and of those who are away: each has a device in the pod."""

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
    secret: str = field(repr=False)
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
        self._reserved: set[int] = set()

    def __len__(self) -> int:
        return len(self._by_index)

    def claim(self, hello: ClientHello) -> Lease:
        """Returns the laptop's lease, new or known. Raises LeaseRefused.

        One installation may have several: each of its workers has a secret of its own.
        """
        own = [lease for lease in self._by_index.values() if lease.client_id == hello.client_id]
        if hello.secret is None:
            lease = next((lease for lease in own if lease.left_at is not None), None)
            if lease is None:
                return self._grant(hello)
            # The installation's worker began anew (and lost the secret) while nobody used the lease.
            lease.secret = secrets.token_hex(16)
        else:
            lease = next((lease for lease in own if _same(hello.secret, lease.secret)), None)
            if lease is None:
                if hello.address4 is None or any(str(lease.address4) == hello.address4 for lease in own):
                    raise LeaseRefused(HelloRefusal.WRONG_SECRET)
                # Granted by a manager before this one.
                return self._grant(hello)
        lease.left_at = None
        lease.client_name = hello.client_name
        return lease

    def release(self, lease: Lease) -> None:
        if self._by_index.get(lease.index) is lease:
            del self._by_index[lease.index]

    def reserve(self, seed: str) -> ipaddress.IPv4Address:
        """An address for somebody who has no lease, the same for the same `seed` if it is free. Raises LeaseRefused."""
        index = self._free_index(self._hashed(seed))
        self._reserved.add(index)
        return self._subnet4[index]

    def give_back(self, address: ipaddress.IPv4Address) -> None:
        self._reserved.discard(int(address) - int(self._subnet4.network_address))

    def expired(self, now: float) -> list[Lease]:
        """Returns the leases whose holders have been away for LEASE_SECONDS. They still have to be released."""
        return [
            lease
            for lease in self._by_index.values()
            if lease.left_at is not None and now - lease.left_at >= LEASE_SECONDS
        ]

    def _grant(self, hello: ClientHello) -> Lease:
        if len(self._by_index) >= MAX_LEASES:
            raise LeaseRefused(HelloRefusal.POOL_EXHAUSTED)
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
        return self._free_index(self._hashed(hello.client_id) if wished is None else wished)

    def _hashed(self, seed: str) -> int:
        digest = hashlib.sha256(seed.encode()).digest()
        return FIRST_INDEX + int.from_bytes(digest[:8], "big") % (self._size - FIRST_INDEX)

    def _free_index(self, wished: int) -> int:
        for offset in range(self._size - FIRST_INDEX):
            index = FIRST_INDEX + (wished - FIRST_INDEX + offset) % (self._size - FIRST_INDEX)
            if index not in self._by_index and index not in self._reserved:
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


def _same(presented: str, held: str) -> bool:
    return hmac.compare_digest(presented.encode(), held.encode())
