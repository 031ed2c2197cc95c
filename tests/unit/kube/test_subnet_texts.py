from __future__ import annotations

from ipaddress import ip_network

import pytest

from app.kube.subnet_texts import around_strangers, merge, parse_range_refusal, subnets_of


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        # 1.20
        (
            'Service "x" is invalid: spec.clusterIPs: Invalid value: []string{"0.0.0.0"}: failed to allocated'
            " ip:0.0.0.0 with error:provided IP is not in the valid range. The range of valid IPs is 10.96.0.0/12",
            "10.96.0.0/12",
        ),
        # 1.37
        (
            'Service "x" is invalid: spec.clusterIPs: Invalid value: ["::"]: failed to allocate IP ::: the provided'
            " IP (::) is not in the valid range. The range of valid IPs is fd00:10:96::/112",
            "fd00:10:96::/112",
        ),
        # EKS
        ("failed to allocate IP 0.0.0.0: the provided network does not match the current range", None),
        ("The range of valid IPs is 999.0.0.0/8", None),
        ("", None),
    ],
)
def test_refusals(message: str, expected: str | None) -> None:
    assert parse_range_refusal(message) == (None if expected is None else ip_network(expected))


def test_merge_joins_neighbours_and_drops_parts() -> None:
    given = subnets_of(["10.244.1.0/24", "fd00:1::/64", "10.244.0.0/24", "10.244.0.128/25", "", "nonsense"])
    assert [str(net) for net in merge(given)] == ["10.244.0.0/23", "fd00:1::/64"]


def test_merge_never_widens() -> None:
    given = subnets_of(["10.244.1.0/24", "10.244.2.0/24"])
    assert [str(net) for net in merge(given)] == ["10.244.1.0/24", "10.244.2.0/24"]


def test_strangers() -> None:
    known = subnets_of(["10.244.0.0/16", "fd00::/48"])
    addresses = [
        "10.244.3.4",
        "192.168.7.9",
        "192.168.7.10",
        "fd00::5",
        "fd99:1::5",
        "127.0.0.1",
        "None",
        "",
        "fe80::1",
    ]
    assert [str(net) for net in around_strangers(addresses, known)] == ["192.168.7.0/24", "fd99:1::/64"]
