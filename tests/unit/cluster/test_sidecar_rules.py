"""What the sidecar asks of nft. That the kernel does what it says is tested in tests/netns/cluster/test_sidecar.py."""

from __future__ import annotations

from helper.cluster.sidecar.capture import REFRESH_S
from helper.cluster.sidecar.rules import LIFE_S, Taking, render, render_refresh
from helper.protocol.intercepts import HeaderMatch, HttpMatch, PortMap
from helper.wire.sidecar_messages import Rule

PROBES = {15700: 9080}
PROXY = Rule("a" * 12, "alice", "198.19.1.1", None, (PortMap(9080, 8080),), True)
ONLY = Rule("b" * 12, "bob", "198.19.1.2", None, (PortMap(9080, 8080),))
MESH = Rule("c" * 12, "carol", "198.19.1.3", HttpMatch((HeaderMatch("x-user", value="c"),)), (PortMap(9081, 8081),))


def taking(*rules: Rule, envoy: bool = True) -> Taking:
    return Taking.of(rules, "kubeferry0", "198.19.9.9", PROBES, envoy=envoy)


def lines(text: str, word: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if word in line]


def test_without_rules_only_the_probes_have_a_way() -> None:
    text = render(Taking.nothing("kubeferry0", PROBES), ipv6=True)
    assert lines(text, "dnat") == []
    assert lines(text, "elements") == []
    assert lines(text, "15700") == ["tcp dport 15700 redirect to :9080"] * 2


def test_everything_that_takes_is_tied_to_a_set_that_dies() -> None:
    text = render(taking(PROXY, MESH), ipv6=True)
    for line in lines(text, "dnat") + lines(text, "15690") + lines(text, "15691"):
        assert "@taken" in line or "@mesh" in line
    for line in lines(text, "elements"):
        assert line.count(f"timeout {LIFE_S}s") == line.count(",") + 1


def test_a_client_waits_for_two_retransmissions_at_most_and_a_busy_node_has_time() -> None:
    """RFC 6298: a SYN is said again after 1 s, then after 2 s more. The busiest node took 1.6 s for a refresh."""
    assert LIFE_S <= 1 + 2
    assert LIFE_S - REFRESH_S >= 1.5 * 1.6


def test_mapped_ports_come_before_all_others() -> None:
    assert lines(render(taking(PROXY), ipv6=False), "dnat") == [
        "meta l4proto tcp meta l4proto @taken th dport 9080 ct mark set 19270 dnat to 198.19.1.1:8080",
        "meta l4proto udp meta l4proto @taken th dport 9080 ct mark set 19270 dnat to 198.19.1.1:8080",
        "meta l4proto tcp meta l4proto @taken ct mark set 19270 dnat to 198.19.1.1",
        "meta l4proto udp meta l4proto @taken ct mark set 19270 dnat to 198.19.1.1",
    ]


def test_a_proxy_of_some_ports_leaves_the_others() -> None:
    assert all("th dport 9080" in line for line in lines(render(taking(ONLY), ipv6=False), "dnat"))


def test_ports_of_a_mesh_go_to_envoy_as_long_as_it_serves() -> None:
    assert f"elements = {{ 9081 timeout {LIFE_S}s }}" in render(taking(MESH), ipv6=False)
    without = taking(MESH, envoy=False)
    assert without.empty
    assert without.mesh == frozenset()


def test_a_mesh_takes_no_datagrams() -> None:
    assert taking(MESH).catch_all is None
    assert "udp" not in "".join(lines(render(taking(MESH), ipv6=False), "15690"))


def test_ipv6_goes_to_the_relay_not_to_an_address() -> None:
    text = render(taking(PROXY), ipv6=True)
    six = text[text.index("table ip6 kubeferry {") :]
    assert "dnat" not in six
    assert "redirect to :15691" in six


def test_a_refresh_names_all_that_lives() -> None:
    text = render_refresh(taking(PROXY, MESH), ipv6=True)
    lives = f"timeout {LIFE_S}s"
    assert f"add element ip kubeferry present {{ 198.19.1.1 {lives}, 198.19.1.3 {lives} }}" in text
    assert f"add element ip6 kubeferry taken {{ tcp {lives}, udp {lives} }}" in text
    assert "present" not in "".join(lines(text, "ip6"))
    assert lines(render_refresh(Taking.nothing("kubeferry0", {}), ipv6=False), "add") == []
