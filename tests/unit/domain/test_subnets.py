from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import ErrorCode, KubeferryError
from app.domain.subnets import (
    OnOverlap,
    Overlap,
    Subnet,
    Wishes,
    describe,
    host,
    intersect,
    merge,
    parse_subnet,
    plan,
    subtract,
)


def nets(*texts: str) -> tuple[Subnet, ...]:
    return tuple(ipaddress.ip_network(text) for text in texts)


def subnets() -> st.SearchStrategy[Subnet]:
    """Small worlds, so that ranges really meet: 10.0.0.0/24 and fd00::/120."""
    four = st.tuples(st.integers(0, 255), st.integers(24, 32)).map(
        lambda pick: ipaddress.ip_network((0x0A000000 + pick[0], pick[1]), strict=False)
    )
    six = st.tuples(st.integers(0, 255), st.integers(120, 128)).map(
        lambda pick: ipaddress.ip_network(((0xFD << 120) + pick[0], pick[1]), strict=False)
    )
    return st.one_of(four, six)


def addresses(every: tuple[Subnet, ...]) -> set[str]:
    return {str(address) for subnet in every for address in subnet}


@given(st.lists(subnets(), max_size=6), st.lists(subnets(), max_size=6))
def test_set_arithmetic(some: list[Subnet], others: list[Subnet]) -> None:
    left, right = addresses(merge(some)), addresses(merge(others))
    assert left == addresses(tuple(some))
    assert addresses(subtract(some, others)) == left - right
    assert addresses(intersect(some, others)) == left & right


def test_parse() -> None:
    assert parse_subnet("10.1.2.3/8") == ipaddress.ip_network("10.0.0.0/8")
    assert parse_subnet("fd00::1") == host("fd00::1")
    with pytest.raises(KubeferryError) as caught:
        parse_subnet("10.0.0.0/33")
    assert caught.value.code is ErrorCode.INVALID_OPTION


def test_the_api_server_stays_outside_and_the_rest_inside() -> None:
    made = plan(nets("10.213.0.0/16"), Wishes(), (), [ipaddress.ip_address("10.213.0.2")])
    assert addresses(made.routes) == addresses(nets("10.213.0.0/16")) - {"10.213.0.2"}
    assert made.excluded == nets("10.213.0.2/32")


def test_outside_addresses_that_are_not_routed_anyway_are_not_told() -> None:
    made = plan(nets("10.96.0.0/12"), Wishes(), (), [ipaddress.ip_address("192.0.2.1"), ipaddress.ip_address("::1")])
    assert made.routes == nets("10.96.0.0/12")
    assert made.excluded == ()


LAN = Overlap(parse_subnet("10.96.0.0/12"), parse_subnet("10.100.0.0/16"), "wlan0")


def test_overlap_is_refused_by_name() -> None:
    with pytest.raises(KubeferryError) as caught:
        plan(nets("10.96.0.0/12"), Wishes(), [LAN, LAN], ())
    assert caught.value.code is ErrorCode.SUBNET_OVERLAP
    assert caught.value.params["overlaps"] == "10.96.0.0/12 with 10.100.0.0/16 (wlan0)"


def test_overlap_is_excluded_on_wish() -> None:
    made = plan(nets("10.96.0.0/12"), Wishes(on_overlap=OnOverlap.EXCLUDE), [LAN], ())
    assert made.routes == subtract(nets("10.96.0.0/12"), nets("10.100.0.0/16"))
    assert made.excluded == nets("10.100.0.0/16")


def test_overlap_that_the_user_excluded_is_none() -> None:
    made = plan(nets("10.96.0.0/12", "fd00::/64"), Wishes(exclude=nets("10.100.0.0/15")), [LAN], ())
    assert made.routes == (*subtract(nets("10.96.0.0/12"), nets("10.100.0.0/15")), *nets("fd00::/64"))


def test_included_subnets_are_routed() -> None:
    assert plan(nets("10.96.0.0/12"), Wishes(include=nets("172.30.0.0/16")), (), ()).routes == nets(
        "10.96.0.0/12", "172.30.0.0/16"
    )


def test_describe_names_other_users() -> None:
    other = Overlap(parse_subnet("10.96.0.0/12"), parse_subnet("10.96.0.0/12"), "kf0", other_users=True)
    assert describe([other]) == "10.96.0.0/12 with 10.96.0.0/12 (kf0, another user's connection)"
