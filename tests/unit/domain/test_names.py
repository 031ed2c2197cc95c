from __future__ import annotations

import ipaddress

from hypothesis import given
from hypothesis import strategies as st

from app.domain.names import MAX_MATCH_DOMAINS, MAX_REVERSE_ZONES, cluster_names, reverse_zones
from app.domain.stages import MAX_WAITS_FOR, Stage, describe_stage
from app.domain.subnets import Subnet


def net(text: str) -> Subnet:
    return ipaddress.ip_network(text)


def test_names() -> None:
    names = cluster_names("Cluster.Local.", "shop", ["dev", "shop", "not a label"], [net("10.96.0.0/16")])
    assert names.match == ("cluster.local", "svc", "pod", "shop", "dev", "96.10.in-addr.arpa")
    assert names.search == ("shop.svc.cluster.local", "svc.cluster.local", "cluster.local")


def test_more_namespaces_than_a_resolver_takes() -> None:
    names = cluster_names("cluster.local", "zz", [f"ns-{number}" for number in range(3000)], [net("10.96.0.0/16")])
    assert len(names.match) == MAX_MATCH_DOMAINS
    assert names.match[:4] == ("cluster.local", "svc", "pod", "zz")


def test_zones_are_cut_at_octets_and_nibbles() -> None:
    assert reverse_zones([net("10.0.0.0/8")]) == ("10.in-addr.arpa",)
    assert reverse_zones([net("10.96.0.0/15")]) == ("96.10.in-addr.arpa", "97.10.in-addr.arpa")
    assert reverse_zones([net("10.1.2.3/32")]) == ("3.2.1.10.in-addr.arpa",)
    assert reverse_zones([net("fd00::/8")]) == ("d.f.ip6.arpa",)
    assert reverse_zones([net("fd00:10:244::/63")]) == (
        "0.0.0.0.4.4.2.0.0.1.0.0.0.0.d.f.ip6.arpa",
        "1.0.0.0.4.4.2.0.0.1.0.0.0.0.d.f.ip6.arpa",
    )


def test_zones_are_bounded() -> None:
    assert reverse_zones([net("0.0.0.0/0")]) == tuple(f"{number}.in-addr.arpa" for number in range(256))
    many = [ipaddress.ip_network((number << 16, 17)) for number in range(100)]
    assert len(reverse_zones(many)) == MAX_REVERSE_ZONES


@given(st.integers(0, 2**32 - 1), st.integers(8, 32))
def test_every_address_is_in_exactly_one_zone(address: int, length: int) -> None:
    subnet = ipaddress.ip_network((address, length), strict=False)
    pointer = ipaddress.ip_address(address).reverse_pointer
    assert sum(pointer == zone or pointer.endswith("." + zone) for zone in reverse_zones([subnet])) == 1


def test_every_stage_has_words() -> None:
    for stage in Stage:
        assert describe_stage(stage)
        assert "{" not in describe_stage(stage, "x")
    assert describe_stage(Stage.FINDING_MANAGER, "kubeferry") == "Looking for the traffic manager in kubeferry"
    assert len(describe_stage(Stage.PROBING, "y" * 500)) < MAX_WAITS_FOR + 60
