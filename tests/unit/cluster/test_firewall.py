"""The rules as text. That nft takes them, and what they do, is tested in tests/netns/cluster."""

from __future__ import annotations

import ipaddress

from helper.cluster.manager.firewall import render

_NET4 = ipaddress.IPv4Network("198.19.0.0/16")
_NET6 = ipaddress.IPv6Network("fd6b:7562:6566::/64")


def test_a_cluster_without_ipv6_gets_no_rule_of_it() -> None:
    text = render(_NET4, None, {})
    assert "ip saddr 198.19.0.0/16 ip daddr != 198.19.0.0/16 masquerade" in text
    assert "ip6" not in text


def test_laptops_are_kept_apart_in_both_families() -> None:
    text = render(_NET4, _NET6, {})
    assert 'iifname "kubeferry*" oifname "kubeferry*" drop' in text
    assert f'oifname "kubeferry*" ip6 saddr {_NET6} ip6 saddr != {_NET6[1]} drop' in text
    assert "table ip6 kubeferry6" not in text


def test_every_relayed_laptop_has_its_device() -> None:
    text = render(_NET4, _NET6, {_NET6[16]: "kubeferry0", _NET6[17]: "kubeferry1"})
    for number in (0, 1):
        address = _NET6[16 + number]
        rule = f'ip6 daddr {address} ct state established,related dup to {address} device "kubeferry{number}" drop'
        assert rule in text
    assert text.count("{") == text.count("}")
