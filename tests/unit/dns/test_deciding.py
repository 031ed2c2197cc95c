from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helper.protocol.worker_messages import ResolverConfig
from helper.tunnel.dns.deciding import (
    UNAVAILABLE,
    UPSTREAM_ONLY,
    ZONE_TYPES,
    Decider,
    Labels,
    Plan,
    parse_labels,
    parse_reverse,
)

A, AAAA, NS, SRV, DS = 1, 28, 2, 33, 43


def config(
    *, domain: str = "cluster.local", namespace: str = "bookinfo", subnets: tuple[str, ...] = ("10.96.0.0/16",)
) -> ResolverConfig:
    return ResolverConfig(
        cluster_domain=domain,
        cluster_servers=("10.96.0.10",),
        upstreams=("192.0.2.1",),
        namespace=namespace,
        namespaces=("bookinfo", "dev", "default"),
        subnets=subnets,
    )


def labels(text: str) -> Labels:
    return tuple(text.encode().split(b".")) if text else ()


def first(*names: str) -> Plan:
    return Plan(tuple(labels(name) for name in names), upstream=True)


def only(name: str) -> Plan:
    return Plan((labels(name),))


@pytest.mark.parametrize(
    ("name", "plan"),
    [
        ("cluster.local", only("cluster.local")),
        ("Reviews.Bookinfo.svc.Cluster.LOCAL", only("Reviews.Bookinfo.svc.Cluster.LOCAL")),
        ("nothing.at.all.cluster.local", only("nothing.at.all.cluster.local")),
        ("notcluster.local", UPSTREAM_ONLY),
        ("xcluster.local", UPSTREAM_ONLY),
        ("local", first("local.bookinfo.svc.cluster.local")),
        ("reviews", first("reviews.bookinfo.svc.cluster.local")),
        ("REVIEWS", first("REVIEWS.bookinfo.svc.cluster.local")),
        ("dev", first("dev.bookinfo.svc.cluster.local")),
        ("svc", first("svc.bookinfo.svc.cluster.local")),
        ("reviews.bookinfo", first("reviews.bookinfo.svc.cluster.local")),
        ("reviews.BookInfo", first("reviews.BookInfo.svc.cluster.local")),
        ("google.dev", first("google.dev.svc.cluster.local")),
        ("www.google.dev", first("www.google.dev.svc.cluster.local")),
        ("web-0.web.bookinfo", first("web-0.web.bookinfo.svc.cluster.local")),
        ("_http._tcp.reviews.bookinfo", first("_http._tcp.reviews.bookinfo.svc.cluster.local")),
        ("reviews.bookinfo.svc", first("reviews.bookinfo.svc.cluster.local")),
        ("reviews.unlisted.svc", first("reviews.unlisted.svc.cluster.local")),
        ("web-0.web.bookinfo.svc", first("web-0.web.bookinfo.svc.cluster.local")),
        ("_http._tcp.reviews.bookinfo.svc", first("_http._tcp.reviews.bookinfo.svc.cluster.local")),
        ("example.com", UPSTREAM_ONLY),
        ("reviews.bookinfo.example.com", UPSTREAM_ONLY),
        ("reviews.unlisted", UPSTREAM_ONLY),
        ("", UPSTREAM_ONLY),
        ("1.0.96.10.in-addr.arpa", first("1.0.96.10.in-addr.arpa")),
        ("1.0.168.192.in-addr.arpa", UPSTREAM_ONLY),
        ("0.96.10.in-addr.arpa", UPSTREAM_ONLY),
        ("x.0.96.10.in-addr.arpa", UPSTREAM_ONLY),
        ("in-addr.arpa", UPSTREAM_ONLY),
        ("home.arpa", UPSTREAM_ONLY),
        ("arpa", UPSTREAM_ONLY),
    ],
)
def test_where_a_name_is_asked(name: str, plan: Plan) -> None:
    assert Decider(config()).decide(labels(name), A, tunnel_up=True) == plan


@pytest.mark.parametrize(
    ("name", "plan"),
    [
        ("cluster.local", UNAVAILABLE),
        ("reviews.bookinfo.svc.cluster.local", UNAVAILABLE),
        ("reviews", UPSTREAM_ONLY),
        ("google.dev", UPSTREAM_ONLY),
        ("reviews.bookinfo.svc", UPSTREAM_ONLY),
        ("1.0.96.10.in-addr.arpa", UPSTREAM_ONLY),
        ("example.com", UPSTREAM_ONLY),
    ],
)
def test_without_a_tunnel_only_names_of_the_cluster_fail(name: str, plan: Plan) -> None:
    assert Decider(config()).decide(labels(name), A, tunnel_up=False) == plan


@pytest.mark.parametrize("rdtype", sorted(ZONE_TYPES))
def test_zones_are_never_services(rdtype: int) -> None:
    decider = Decider(config())
    assert decider.decide(labels("dev"), rdtype, tunnel_up=True) == UPSTREAM_ONLY
    assert decider.decide(labels("google.dev"), rdtype, tunnel_up=True) == UPSTREAM_ONLY
    assert decider.decide(labels("cluster.local"), rdtype, tunnel_up=True) == only("cluster.local")


def test_a_namespace_called_svc_makes_two_candidates() -> None:
    decider = Decider(ResolverConfig("cluster.local", (), (), "default", ("svc",)))
    assert decider.decide(labels("a.svc"), A, tunnel_up=True) == first("a.svc.cluster.local", "a.svc.svc.cluster.local")


def test_without_a_namespace_single_labels_are_not_of_the_cluster() -> None:
    assert Decider(config(namespace="")).decide(labels("reviews"), A, tunnel_up=True) == UPSTREAM_ONLY


def test_another_cluster_domain() -> None:
    decider = Decider(config(domain="K8s.Example.com."))
    assert decider.decide(labels("a.k8s.example.com"), A, tunnel_up=True) == only("a.k8s.example.com")
    assert decider.decide(labels("example.com"), A, tunnel_up=True) == UPSTREAM_ONLY
    assert decider.decide(labels("a.dev"), A, tunnel_up=True) == first("a.dev.svc.k8s.example.com")


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        ("10.244.1.2", True),
        ("198.19.3.7", True),
        ("100.64.0.1", True),
        ("fd00:10:96::a", True),
        ("8.8.8.8", False),
        ("2001:4860:4860::8888", False),
        ("127.0.0.1", False),
        ("::1", False),
        ("169.254.1.1", False),
        ("fe80::1", False),
        ("224.0.0.251", False),
    ],
)
def test_without_known_subnets_private_addresses_are_asked_in_the_cluster(address: str, asked: bool) -> None:
    name = labels(ipaddress.ip_address(address).reverse_pointer)
    assert Decider(config(subnets=())).decide(name, 12, tunnel_up=True) == Plan((name,) if asked else (), upstream=True)


def test_subnets_of_both_families() -> None:
    decider = Decider(config(subnets=("203.0.113.0/24", "2001:db8::/64")))
    for address, asked in (("203.0.113.9", True), ("2001:db8::9", True), ("10.0.0.1", False), ("2001:db9::1", False)):
        name = labels(ipaddress.ip_address(address).reverse_pointer)
        assert bool(decider.decide(name, 12, tunnel_up=True).cluster_names) is asked


def test_a_candidate_that_would_be_too_long_is_left_out() -> None:
    name = (b"a" * 63, b"b" * 63, b"c" * 63, b"d" * 50, b"dev")
    assert Decider(config()).decide(name, A, tunnel_up=True) == UPSTREAM_ONLY


@pytest.mark.parametrize("domain", ["", ".", "a..b", "a" * 64, ".".join(["a" * 60] * 5), "clüster.local"])
def test_nonsense_is_no_domain(domain: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Decider(config(domain=domain))


def test_nonsense_is_no_subnet() -> None:
    with pytest.raises(ValueError, match="nonsense"):
        Decider(config(subnets=("nonsense",)))


@given(st.ip_addresses())
def test_every_address_survives_its_reverse_name(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    assert parse_reverse(labels(address.reverse_pointer)) == address


@given(st.lists(st.binary(min_size=1, max_size=63), max_size=40).map(tuple), st.integers(0, 65_535), st.booleans())
def test_every_name_gets_a_plan_that_fits(name: Labels, rdtype: int, tunnel_up: bool) -> None:
    plan = Decider(config()).decide(name, rdtype, tunnel_up=tunnel_up)
    if plan.upstream:
        assert all(sum(map(len, full)) + len(full) < 255 for full in plan.cluster_names)
    assert len(plan.cluster_names) <= 2


@given(st.lists(st.binary(min_size=1, max_size=63), max_size=34))
def test_any_labels_below_arpa_are_an_address_or_none(below: list[bytes]) -> None:
    for zone in (b"in-addr", b"ip6"):
        parse_reverse((*below, zone, b"arpa"))


def test_labels_are_parsed_without_case_and_root() -> None:
    assert parse_labels("Cluster.Local.") == (b"cluster", b"local")
