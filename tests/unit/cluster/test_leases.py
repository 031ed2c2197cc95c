"""The lease table: who gets which address, and what a stranger does not get."""

from __future__ import annotations

import ipaddress

import pytest

from helper.cluster.manager.leases import FIRST_INDEX, LEASE_SECONDS, LeaseRefused, LeaseTable
from helper.wire.hello import WIRE_VERSION, ClientHello, HelloRefusal

_NET4 = ipaddress.IPv4Network("198.19.0.0/16")
_NET6 = ipaddress.IPv6Network("fd6b:7562:6566::/64")


def _hello(client: str = "a" * 16, secret: str | None = None, address4: str | None = None) -> ClientHello:
    return ClientHello(WIRE_VERSION, client, "laptop", True, address4=address4, secret=secret)


def _table() -> LeaseTable:
    return LeaseTable(_NET4, _NET6)


def test_a_laptop_gets_the_same_address_from_every_manager() -> None:
    first, second = _table().claim(_hello()), _table().claim(_hello())
    assert first.address4 == second.address4
    assert first.address6 == second.address6
    assert first.secret != second.secret


def test_the_holder_comes_back_with_its_secret() -> None:
    table = _table()
    lease = table.claim(_hello())
    assert table.claim(_hello(secret=lease.secret)) is lease
    assert len(table) == 1


def test_a_wrong_secret_is_refused() -> None:
    table = _table()
    table.claim(_hello())
    with pytest.raises(LeaseRefused) as refused:
        table.claim(_hello(secret="0" * 32))
    assert refused.value.code is HelloRefusal.WRONG_SECRET


def test_a_wrong_secret_for_a_held_address_is_refused() -> None:
    table = _table()
    lease = table.claim(_hello())
    with pytest.raises(LeaseRefused) as refused:
        table.claim(_hello(secret="0" * 32, address4=str(lease.address4)))
    assert refused.value.code is HelloRefusal.WRONG_SECRET


def test_a_secret_may_be_any_text() -> None:
    table = _table()
    table.claim(_hello())
    with pytest.raises(LeaseRefused):
        table.claim(_hello(secret="\N{SNOWMAN}"))


def test_the_secret_is_in_no_repr() -> None:
    lease = _table().claim(_hello())
    assert lease.secret not in repr(lease)


def test_a_second_worker_of_the_same_installation_gets_another_address() -> None:
    table = _table()
    assert table.claim(_hello()).address4 != table.claim(_hello()).address4


def test_two_workers_of_an_installation_each_come_back_to_their_own() -> None:
    table = _table()
    leases = [table.claim(_hello()), table.claim(_hello())]
    for lease in reversed(leases):
        lease.left_at = 1.0
        assert table.claim(_hello(secret=lease.secret, address4=str(lease.address4))) is lease
    assert len(table) == 2


def test_two_workers_of_an_installation_keep_their_addresses_when_the_manager_is_restarted() -> None:
    before = _table()
    leases = [before.claim(_hello()), before.claim(_hello())]
    after = _table()
    for lease in leases:
        assert after.claim(_hello(secret=lease.secret, address4=str(lease.address4))).address4 == lease.address4


def test_a_worker_begun_anew_takes_over_what_nobody_uses() -> None:
    table = _table()
    lease = table.claim(_hello())
    old_secret = lease.secret
    lease.left_at = 5.0
    again = table.claim(_hello())
    assert again is lease
    assert again.secret != old_secret
    assert again.left_at is None


def test_a_restarted_manager_grants_what_was_held() -> None:
    lease = _table().claim(_hello(address4="198.19.200.7", secret="f" * 32))
    assert str(lease.address4) == "198.19.200.7"
    assert lease.address6 == _NET6[200 * 256 + 7]


@pytest.mark.parametrize("address", ["10.0.0.1", "198.19.0.1", "nonsense", "198.19.255.255"])
def test_addresses_that_are_not_for_laptops_are_not_granted(address: str) -> None:
    lease = _table().claim(_hello(address4=address))
    assert lease.index >= FIRST_INDEX
    assert str(lease.address4) != address


def test_leases_expire_only_when_left() -> None:
    table = _table()
    lease = table.claim(_hello())
    assert table.expired(1e9) == []
    lease.left_at = 100.0
    assert table.expired(100.0 + LEASE_SECONDS - 1) == []
    assert table.expired(100.0 + LEASE_SECONDS) == [lease]
    table.release(lease)
    assert len(table) == 0
    table.release(lease)


def test_a_full_pool_says_so() -> None:
    table = LeaseTable(ipaddress.IPv4Network("198.19.0.0/27"), None)
    for number in range(15):
        assert table.claim(_hello(client=f"{number:016x}")).address6 is None
    with pytest.raises(LeaseRefused) as refused:
        table.claim(_hello(client="f" * 16))
    assert refused.value.code is HelloRefusal.POOL_EXHAUSTED
