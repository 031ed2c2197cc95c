import ipaddress
import random
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helper.net.kernel_route import KernelRoute
from helper.net.overlaps import MAX_OVERLAPS, SubnetIndex, find_overlaps
from helper.net.plan import IpNetwork, overlap, parse_subnets

networks4 = st.builds(
    lambda value, length: ipaddress.IPv4Network((value << 24 >> (32 - length) << (32 - length), length)),
    st.integers(0, 255),
    st.integers(1, 32),
)
networks6 = st.builds(
    lambda value, length: ipaddress.IPv6Network((value << 120 >> (128 - length) << (128 - length), length)),
    st.integers(0, 255),
    st.integers(1, 128),
)
networks: st.SearchStrategy[IpNetwork] = st.one_of(networks4, networks6)


@given(st.sets(networks, max_size=20), networks)
def test_the_index_finds_what_comparing_each_with_each_finds(taken: set[IpNetwork], subnet: IpNetwork) -> None:
    expected = {other for other in taken if overlap(subnet, other)}
    found = list(SubnetIndex(taken).overlapping(subnet))
    assert set(found) == expected
    assert len(found) == len(expected)


def test_overlaps_name_interface_and_owner_and_leave_out_link_local() -> None:
    routes = [
        KernelRoute(ipaddress.IPv4Network("10.0.0.0/8"), "eth0"),
        KernelRoute(ipaddress.IPv4Network("10.96.0.0/12"), "kubeferry0"),
        KernelRoute(ipaddress.IPv6Network("fe80::/64"), "eth0"),
    ]
    asked = (ipaddress.IPv4Network("10.96.0.0/16"), ipaddress.IPv6Network("fe80::/10"))
    found = find_overlaps(asked, routes, {"kubeferry0": 1000})
    assert [(one.taken, one.interface, one.owner_uid) for one in found] == [
        ("10.0.0.0/8", "eth0", None),
        ("10.96.0.0/12", "kubeferry0", 1000),
    ]


def test_the_answer_is_bounded() -> None:
    routes = [KernelRoute(ipaddress.IPv4Network((0x0A000000 + n, 32)), "eth0") for n in range(2 * MAX_OVERLAPS)]
    assert len(find_overlaps((ipaddress.IPv4Network("10.0.0.0/8"),), routes, {})) == MAX_OVERLAPS


@given(networks, networks)
def test_overlap_is_what_the_standard_library_finds(one: IpNetwork, other: IpNetwork) -> None:
    assert overlap(one, other) is (one.version == other.version and one.overlaps(other))


@given(st.lists(networks, max_size=20))
def test_links_own_networks_are_in_nobodys_way(taken: list[IpNetwork]) -> None:
    routes = [KernelRoute(subnet, "eth0") for subnet in taken]
    everything = tuple(ipaddress.ip_network(text) for text in ("0.0.0.0/0", "::/0"))
    found = {one.taken for one in find_overlaps(everything, routes, {})}
    assert found == {str(one) for one in taken if not (one.is_link_local or one.is_multicast)}


def _hosts6(count: int, seed: int) -> list[str]:
    numbers = random.Random(seed)  # noqa: S311 - the same ones each time
    return [f"{ipaddress.IPv6Address(0xFD << 120 | numbers.getrandbits(100))}/128" for _ in range(count)]


def _nest6(count: int) -> list[str]:
    """One in the other as deep as it goes, `count` in all: the longest way from a subnet to what contains it."""
    outer = [str(ipaddress.IPv6Network((0xFD << 120, length))) for length in range(8, 121)]
    inner = [str(ipaddress.IPv6Network(((0xFD << 120) + number, 128))) for number in range(count - len(outer))]
    return outer + inner


@pytest.mark.parametrize(
    ("asked", "taken"),
    [(_hosts6(4096, 1), _hosts6(20, 2)), (_hosts6(4096, 1), _hosts6(4096, 2)), (_hosts6(4096, 1), _nest6(4096))],
    ids=["a machine's routes", "as many routes", "nested routes"],
)
def test_as_many_as_a_message_names_hold_up_nobody(asked: list[str], taken: list[str]) -> None:
    """All callers share the helper's loop. Measured 12 to 20 ms, half of what `ipaddress` takes to read them alone;
    looked up bit by bit, in `ipaddress`, it was 100."""
    routes = [KernelRoute(subnet, "eth0") for subnet in parse_subnets(taken)]
    spent = min(_cpu_s(lambda: find_overlaps(parse_subnets(asked), routes, {})) for _ in range(3))
    reading = min(_cpu_s(lambda: [ipaddress.ip_network(text) for text in asked]) for _ in range(3))
    print(f"{spent * 1000:.0f} ms; reading alone {reading * 1000:.0f} ms")
    assert spent < 2 * reading


def _cpu_s(work: Callable[[], object]) -> float:
    began = time.thread_time()
    work()
    return time.thread_time() - began
