"""What is told to Envoy. That it takes it, and does what it says, is tested in tests/netns/cluster/test_envoy.py."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from helper.cluster.sidecar import envoy_config
from helper.cluster.sidecar.envoy_config import ORIGINAL, REQUESTS_KEY
from helper.protocol.intercepts import HeaderMatch, HttpMatch, MatchKind, PortMap
from helper.wire.sidecar_messages import Rule

EXACT, PREFIX, REGEX, PRESENT = MatchKind.EXACT, MatchKind.PREFIX, MatchKind.REGEX, MatchKind.PRESENT
ALICE = Rule(
    "a" * 12, "alice", "198.19.1.1", HttpMatch((HeaderMatch("x-user", value="alice"),)), (PortMap(9080, 8080),)
)
BOB = Rule("b" * 12, "bob", "198.19.1.2", HttpMatch((), "/api"), (PortMap(9080, 80), PortMap(9081, 81)))
PROXY = Rule("c" * 12, "carol", "198.19.1.3", None, (PortMap(9080, 8080),), True)
ONLY = Rule("d" * 12, "dave", "198.19.1.4", None, (PortMap(9080, 8080),))


def table(port: int, *rules: Rule, without: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
    """Name and cluster of each route."""
    return [(route["name"], route["route"]["cluster"]) for route in routes(port, *rules, without=without)]


def routes(port: int, *rules: Rule, without: frozenset[str] = frozenset()) -> list[dict[str, Any]]:
    (resource,) = envoy_config.routes(port, rules, without=without)["resources"]
    assert resource["name"] == f"port-{port}"
    (host,) = resource["virtual_hosts"]
    found: list[dict[str, Any]] = host["routes"]
    return found


def listener(*rules: Rule, ports: tuple[int, ...] = (9080,), listen: tuple[str, int] = ("::", 15690)) -> dict[str, Any]:
    (found,) = envoy_config.listeners(ports, rules, run_dir="/run/kubeferry", listen=listen)["resources"]
    assert isinstance(found, dict)
    return found


def chains(*rules: Rule, ports: tuple[int, ...] = (9080,)) -> dict[str, dict[str, Any]]:
    """The filter's configuration, by the chain's name."""
    return {
        chain["name"]: chain["filters"][0]["typed_config"] for chain in listener(*rules, ports=ports)["filter_chains"]
    }


def cluster_names(*rules: Rule, ports: tuple[int, ...] = (9080, 9081)) -> list[str]:
    return [cluster["name"] for cluster in envoy_config.clusters(ports, rules)["resources"]]


def match(path: str = "", *headers: HeaderMatch) -> dict[str, Any]:
    first = msgspec.structs.replace(ALICE, match=HttpMatch(headers, path))
    found: dict[str, Any] = routes(9080, first)[0]["match"]
    return found


def everything(config: Any) -> Iterator[tuple[str, Any]]:
    """Keys and values of all that is nested."""
    if isinstance(config, dict):
        for name, value in config.items():
            yield name, value
            yield from everything(value)
    elif isinstance(config, list):
        for value in config:
            yield from everything(value)


def test_without_a_rule_all_goes_to_the_original() -> None:
    assert table(9080) == [("", ORIGINAL)]
    assert cluster_names() == [ORIGINAL]
    assert envoy_config.listeners((), (), run_dir="/x", listen=("::", 1)) == {"resources": []}


def test_rules_in_their_order_then_the_original() -> None:
    assert table(9080, ALICE, BOB) == [
        (ALICE.intercept_id, f"laptop-{ALICE.intercept_id}-8080"),
        (BOB.intercept_id, f"laptop-{BOB.intercept_id}-80"),
        ("", ORIGINAL),
    ]
    assert table(9081, ALICE, BOB) == [(BOB.intercept_id, f"laptop-{BOB.intercept_id}-81"), ("", ORIGINAL)]


def test_a_rule_of_everything_is_last_wherever_it_stands() -> None:
    last = (PROXY.intercept_id, f"laptop-{PROXY.intercept_id}-8080")
    assert table(9080, PROXY, ALICE)[-1] == table(9080, ALICE, PROXY)[-1] == last
    assert len(table(9080, PROXY, ALICE)) == 2
    assert table(9081, BOB, PROXY)[-1] == (PROXY.intercept_id, f"laptop-{PROXY.intercept_id}-9081"), "the same port"
    assert table(9081, BOB, ONLY)[-1] == ("", ORIGINAL)


def test_rules_that_are_left_out() -> None:
    assert table(9080, ALICE, BOB, without=frozenset([ALICE.intercept_id]))[0][0] == BOB.intercept_id


@pytest.mark.parametrize("rules", [(ALICE, BOB), (BOB, PROXY), (ALICE, ONLY), (PROXY,)])
def test_there_is_a_cluster_for_all_that_is_led_to(rules: tuple[Rule, ...]) -> None:
    ports = (9080, 9081, 9082)
    names = set(cluster_names(*rules, ports=ports))
    led_to = {cluster for port in ports for _, cluster in table(port, *rules)}
    led_to |= {chain["cluster"] for chain in chains(*rules, ports=ports).values() if "cluster" in chain}
    assert led_to <= names
    assert len(cluster_names(*rules, ports=ports)) == len(names)


def test_a_laptop_is_reached_at_its_address_and_noticed_when_it_is_gone() -> None:
    laptop = envoy_config.clusters((9080,), (ALICE,))["resources"][1]
    (endpoint,) = laptop["load_assignment"]["endpoints"][0]["lb_endpoints"]
    assert endpoint["endpoint"]["address"] == {"socket_address": {"address": "198.19.1.1", "port_value": 8080}}
    assert laptop["connect_timeout"] == "2s"
    assert laptop["upstream_connection_options"]["tcp_keepalive"]["keepalive_time"] == 2


def test_the_later_of_two_addresses_of_a_rule_counts() -> None:
    """Clusters of the rules before are kept for a while; those of now come after them."""
    moved = msgspec.structs.replace(ALICE, address4="198.19.1.9")
    (_, laptop) = envoy_config.clusters((9080,), (ALICE, moved))["resources"]
    assert "198.19.1.9" in str(laptop)
    assert "198.19.1.1" not in str(laptop)


@pytest.mark.parametrize(
    ("header", "rendered"),
    [
        (HeaderMatch("x-a", EXACT, "b"), {"name": "x-a", "string_match": {"exact": "b"}}),
        (HeaderMatch("x-a", EXACT, ""), {"name": "x-a", "string_match": {"exact": ""}}),
        (HeaderMatch("x-a", PREFIX, "b"), {"name": "x-a", "string_match": {"prefix": "b"}}),
        (HeaderMatch("x-a", PREFIX, ""), {"name": "x-a", "present_match": True}),
        (HeaderMatch("x-a", REGEX, "b.*"), {"name": "x-a", "string_match": {"safe_regex": {"regex": "b.*"}}}),
        (HeaderMatch("x-a", REGEX, ""), {"name": "x-a", "string_match": {"exact": ""}}),
        (HeaderMatch("x-a", PRESENT, "ignored"), {"name": "x-a", "present_match": True}),
        (HeaderMatch("host", EXACT, "b"), {"name": ":authority", "string_match": {"exact": "b"}}),
        (HeaderMatch(":method", EXACT, "PUT"), {"name": ":method", "string_match": {"exact": "PUT"}}),
    ],
)
def test_headers(header: HeaderMatch, rendered: dict[str, Any]) -> None:
    """Envoy refuses an empty prefix or expression, and with it all rules of the port."""
    assert match("", header) == {"prefix": "/", "headers": [rendered]}


def test_all_headers_have_to_match() -> None:
    assert len(match("/x", HeaderMatch("a"), HeaderMatch("b"))["headers"]) == 2


@pytest.mark.parametrize(
    ("path", "rendered"),
    [
        ("", {"prefix": "/"}),
        ("/", {"prefix": "/"}),
        ("//", {"prefix": "/"}),
        ("/api", {"path_separated_prefix": "/api"}),
        ("/api//", {"path_separated_prefix": "/api"}),
        ("/a?b#c", {"path_separated_prefix": "/a%3Fb%23c"}),
        ("/a%20b;c=d", {"path_separated_prefix": "/a%20b;c=d"}),
        ("/é", {"path_separated_prefix": "/%C3%A9"}),
    ],
)
def test_paths(path: str, rendered: dict[str, Any]) -> None:
    assert match(path) == rendered


@pytest.mark.parametrize("code", range(0x80))
def test_no_character_of_a_path_makes_one_that_envoy_refuses(code: int) -> None:
    """Its own pattern for `path_separated_prefix` (route_components.proto)."""
    found = match(f"/a{chr(code)}").get("path_separated_prefix", "/a")
    assert re.fullmatch(r"[^?#]+[^?#/]", found, re.DOTALL)


def test_every_port_has_a_way_for_http_and_one_for_all_else() -> None:
    found = listener(ALICE, ports=(9081, 9080))["filter_chains"]
    assert [(chain["name"], "application_protocols" in chain["filter_chain_match"]) for chain in found] == [
        *(("http-9080", True), ("raw-9080", False), ("http-9081", True), ("raw-9081", False)),
    ]
    assert {chain["filter_chain_match"]["destination_port"] for chain in found} == {9080, 9081}


def test_what_is_no_http_goes_to_the_original_or_to_who_takes_everything() -> None:
    assert chains(ALICE)["raw-9080"]["cluster"] == ORIGINAL
    assert chains(ALICE, PROXY)["raw-9080"]["cluster"] == f"laptop-{PROXY.intercept_id}-8080"
    assert chains(BOB, ONLY, ports=(9081,))["raw-9081"]["cluster"] == ORIGINAL


def test_rules_do_not_change_the_way_for_http() -> None:
    """Else a change of rules would close connections."""
    assert chains()["http-9080"] == chains(ALICE, BOB, PROXY)["http-9080"]
    assert chains()["raw-9080"] == chains(ALICE, BOB)["raw-9080"]


def test_silence_ends_detection_and_not_the_connection() -> None:
    found = listener(ALICE)
    assert found["listener_filters_timeout"] == "0.5s"
    assert found["continue_on_listener_filters_timeout"] is True


@pytest.mark.parametrize(("host", "compatible"), [("::", True), ("0.0.0.0", None)])
def test_both_families_or_ipv4_alone(host: str, compatible: bool | None) -> None:
    address = listener(ALICE, listen=(host, 15690))["address"]["socket_address"]
    assert (address["address"], address["port_value"], address.get("ipv4_compat")) == (host, 15690, compatible)


def test_nothing_is_timed_out() -> None:
    http = chains(ALICE)["http-9080"]
    waits = ("stream_idle_timeout", "request_timeout")
    assert [http[name] for name in waits] == ["0s"] * len(waits)
    assert http["common_http_protocol_options"]["idle_timeout"] == "0s"
    assert chains(ALICE)["raw-9080"]["idle_timeout"] == "0s"
    for route in routes(9080, ALICE, BOB, PROXY):
        assert (route["route"]["timeout"], route["route"]["idle_timeout"]) == ("0s", "0s")


def test_administration_is_for_this_process_alone() -> None:
    admin = envoy_config.bootstrap("/run/kubeferry")["admin"]["address"]
    assert admin == {"pipe": {"path": "/run/kubeferry/admin.sock", "mode": 0o600}}


def test_all_files_are_in_the_folder_that_was_given() -> None:
    configs = [envoy_config.bootstrap("/given"), listener(ALICE), chains(ALICE)]
    paths = [value for config in configs for name, value in everything(config) if name == "path"]
    assert paths
    assert all(str(path).startswith(("/given/", "/run/kubeferry/")) for path in paths)


def test_requests_are_logged_when_the_runtime_key_says_so() -> None:
    (log,) = chains(ALICE)["http-9080"]["access_log"]
    assert log["filter"]["runtime_filter"]["runtime_key"] == REQUESTS_KEY
    assert log["filter"]["runtime_filter"]["percent_sampled"]["numerator"] == 0


def test_who_meets_a_program_that_does_not_run_is_told_whose() -> None:
    told = [route["metadata"]["filter_metadata"]["kubeferry"]["target"] for route in routes(9080, ALICE)]
    assert told == ["laptop of alice, port 8080", "the original container, port 9080"]


@pytest.mark.parametrize(
    ("wish", "ignored"),
    [
        *((word, False) for word in ("websocket", "WebSocket", "tcp", "SPDY/3.1", "spdy/3.1")),
        *(
            (word, True)
            for word in ("h2c", "", "web", "websockets", "websocket2", "tcpx", "t", "spdy/3", "TLS/1.0", "x")
        ),
    ],
)
def test_upgrades_that_are_ignored_are_all_but_those_that_are_known(wish: str, ignored: bool) -> None:
    options = chains(ALICE)["http-9080"]["http_protocol_options"]
    (matcher,) = options["ignore_http_11_upgrade"]
    assert bool(re.fullmatch(matcher["safe_regex"]["regex"], wish)) is ignored


def test_the_whole_is_json() -> None:
    for config in (
        envoy_config.bootstrap("/x"),
        listener(ALICE, BOB, PROXY),
        envoy_config.clusters((1,), (ALICE, PROXY)),
    ):
        assert msgspec.json.decode(msgspec.json.encode(config)) == config
