import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helper.net.plan import InvalidNetwork, IpNetwork, parse_network, parse_subnets
from helper.protocol.helper_messages import DnsConfig, NetworkConfig

ADDRESSES = ("198.19.3.7/32", "fd6b:7562:6566::37/128")


def config(
    addresses: tuple[str, ...] = ADDRESSES, routes: tuple[str, ...] = (), dns: DnsConfig | None = None
) -> NetworkConfig:
    return NetworkConfig(addresses=addresses, mtu=1400, routes=routes, dns=dns)


def test_an_honest_configuration_is_taken_as_it_is() -> None:
    plan = parse_network(
        config(
            routes=("10.96.0.0/12", "240.0.0.0/8", "fd00:10::/48", "10.96.0.0/12"),
            dns=DnsConfig(match_domains=("cluster.local", "my-ns"), search_domains=("my-ns.svc.cluster.local",)),
        )
    )
    assert [str(route) for route in plan.routes] == ["10.96.0.0/12", "240.0.0.0/8", "fd00:10::/48"]
    assert plan.dns is not None
    assert str(plan.dns.server) == "198.19.3.7"
    assert len(plan.claims) == 5


def test_the_dns_server_is_ipv6_where_there_is_no_ipv4() -> None:
    plan = parse_network(config(addresses=ADDRESSES[1:], dns=DnsConfig()))
    assert plan.dns is not None
    assert str(plan.dns.server) == "fd6b:7562:6566::37"


@pytest.mark.parametrize(
    ("route", "reason"),
    [
        ("0.0.0.0/0", "default route"),
        ("::/0", "default route"),
        ("8.0.0.0/4", "is not a subnet"),
        ("16.0.0.0/4", "wider than /5"),
        ("fc00::/6", "wider than /7"),
        ("127.0.0.0/8", "loopback"),
        ("120.0.0.0/5", "loopback"),
        ("::1/128", "loopback"),
        ("169.254.169.254/32", "link-local"),
        ("fe80::/10", "link-local"),
        ("224.0.0.0/5", "multicast"),
        ("ff02::/16", "multicast"),
        ("0.0.0.0/8", "unspecified"),
        ("::ffff:10.0.0.0/104", "IPv4-mapped"),
        ("255.255.255.255/32", "broadcast"),
        ("10.0.0.1/8", "is not a subnet"),
        ("10.0.0.1", "is not a subnet"),
        ("fe80::1%eth0/128", "is not a subnet"),
        ("10.0.0.0/255.0.0.0.0", "is not a subnet"),
        ("eth0/24", "is not a subnet"),
        ("", "is not a subnet"),
    ],
)
def test_a_route_that_would_hurt_the_machine_is_refused(route: str, reason: str) -> None:
    with pytest.raises(InvalidNetwork, match=reason):
        parse_network(config(routes=(route,)))


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("198.19.3.7/16", "host bits"),
        ("198.19.0.0/16", "host prefix"),
        ("127.0.0.1/32", "loopback"),
        ("fe80::1/128", "link-local"),
        ("0.0.0.0/32", "unspecified"),
    ],
)
def test_an_address_that_is_none_of_a_host_is_refused(address: str, reason: str) -> None:
    with pytest.raises(InvalidNetwork, match=reason):
        parse_network(config(addresses=(address,)))


@pytest.mark.parametrize("name", ["a\n", "a..b", "a b", "-a", "a-", "A", "x" * 64, ".", "options ndots:1", "é"])
def test_what_is_not_a_name_never_reaches_a_file(name: str) -> None:
    with pytest.raises(InvalidNetwork, match="not a domain name"):
        parse_network(config(dns=DnsConfig(match_domains=(name,))))
    with pytest.raises(InvalidNetwork, match="not a domain name"):
        parse_network(config(dns=DnsConfig(search_domains=(name,))))


def test_routes_and_dns_need_an_address() -> None:
    with pytest.raises(InvalidNetwork, match="routes needs an address"):
        parse_network(config(addresses=(), routes=("10.0.0.0/8",)))
    with pytest.raises(InvalidNetwork, match="DNS needs an address"):
        parse_network(config(addresses=(), dns=DnsConfig()))


subnets = st.one_of(
    st.text(max_size=20),
    st.builds(lambda address, length: f"{address}/{length}", st.ip_addresses(), st.integers(-1, 130)),
)


@given(st.tuples(subnets), st.lists(subnets, max_size=3), st.lists(st.text(max_size=12), max_size=3))
def test_whatever_is_asked_is_refused_or_harmless(addresses: tuple[str], routes: list[str], domains: list[str]) -> None:
    try:
        plan = parse_network(config(addresses, tuple(routes), DnsConfig(tuple(domains), ())))
    except InvalidNetwork:
        return
    assert all(route.prefixlen >= 5 for route in plan.routes)
    assert not any(route.overlaps(ipaddress.ip_network("127.0.0.0/8")) for route in plan.routes if route.version == 4)
    assert all(address.is_global or address.is_private for address in plan.addresses)
    assert plan.dns is not None
    assert not any(character.isspace() for name in plan.dns.match_domains for character in name)


def _read(text: str) -> IpNetwork | None:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        return None


@given(
    st.one_of(
        st.tuples(st.ip_addresses().map(str), st.integers(-1, 129).map(str)).map("/".join),
        st.text("0123456789abcdef:./", max_size=20).map(lambda text: text + "/8"),
        st.sampled_from(
            ["10.0.0.0/255.0.0.0", "10.0.0.0/٨", "010.0.0.0/8", "1.2.3.4/32\0", "::/0/0", "/8", "::ffff:1.2.3.4/128"]
        ),
    )
)
def test_subnets_are_read_as_the_standard_library_reads_them(text: str) -> None:
    expected = _read(text)
    if expected is None:
        with pytest.raises(InvalidNetwork):
            parse_subnets([text])
    else:
        assert parse_subnets([text]) == (expected,)
