"""A laptop that comes and goes under ever new ids fills a bounded number of leases, each of which has a device."""

from __future__ import annotations

import ipaddress

import pytest

from helper.cluster.manager.leases import LEASE_SECONDS, MAX_LEASES, LeaseRefused, LeaseTable
from helper.wire.hello import WIRE_VERSION, ClientHello, HelloRefusal


def test_no_more_than_so_many_at_once() -> None:
    table = LeaseTable(ipaddress.IPv4Network("198.19.0.0/16"), None)
    for number in range(MAX_LEASES):
        table.claim(ClientHello(WIRE_VERSION, f"{number:016x}", "n", True)).left_at = 0.0
    with pytest.raises(LeaseRefused) as refused:
        table.claim(ClientHello(WIRE_VERSION, "f" * 16, "n", True))
    assert refused.value.code is HelloRefusal.POOL_EXHAUSTED
    assert len(table) == MAX_LEASES
    table.claim(ClientHello(WIRE_VERSION, f"{0:016x}", "n", True))
    for lease in table.expired(LEASE_SECONDS):
        table.release(lease)
    assert len(table) == 1, "who came back in time"
    table.claim(ClientHello(WIRE_VERSION, "f" * 16, "n", True))
