"""Counting: totals, the busiest flows of both directions together, and a bound on what is remembered."""

from __future__ import annotations

import ipaddress

from helper.tunnel.traffic import MAX_FLOWS, TOP_FLOWS, FlowCount, Traffic
from tests.unit.wire.test_packets import packet

_ME, _POD = ipaddress.IPv4Address("198.19.0.7").packed, ipaddress.IPv4Address("10.244.0.9").packed


def _up(traffic: Traffic, size: int, local_port: int = 1000, protocol: int = 6) -> None:
    traffic.count_up(memoryview(packet(protocol, _ME, _POD, (local_port, 80))), 0, size)


def _down(traffic: Traffic, size: int, local_port: int = 1000, protocol: int = 6) -> None:
    traffic.count_down(memoryview(packet(protocol, _POD, _ME, (80, local_port))), 0, size)


def test_both_directions_are_one_flow() -> None:
    traffic = Traffic()
    _up(traffic, 100)
    _up(traffic, 50)
    _down(traffic, 7)
    assert traffic.take_flows() == [FlowCount(6, "198.19.0.7", 1000, "10.244.0.9", 80, 150, 7)]
    assert traffic.take_flows() == []
    assert (traffic.bytes_up, traffic.packets_up, traffic.bytes_down, traffic.packets_down) == (150, 2, 7, 1)


def test_pings_and_their_answers_are_one_flow() -> None:
    traffic = Traffic()
    traffic.count_up(memoryview(packet(1, _ME, _POD, (0x0800, 1))), 0, 84)
    traffic.count_down(memoryview(packet(1, _POD, _ME, (0, 2))), 0, 84)
    assert traffic.take_flows() == [FlowCount(1, "198.19.0.7", 0, "10.244.0.9", 0, 84, 84)]


def test_the_busiest_come_first_with_all_their_bytes() -> None:
    traffic = Traffic()
    for port in range(1, TOP_FLOWS + 21):
        _up(traffic, 10 + port, port)
    _down(traffic, 1_000_000, 1)
    flows = traffic.take_flows()
    assert len(flows) == TOP_FLOWS
    assert (flows[0].local_port, flows[0].bytes_up, flows[0].bytes_down) == (1, 11, 1_000_000)
    assert flows[1].local_port == TOP_FLOWS + 20


def test_flows_are_bounded_and_totals_are_not() -> None:
    traffic = Traffic()
    for number in range(MAX_FLOWS + 10):
        _up(traffic, 1, number)
    _up(traffic, 5, 0)
    assert traffic.bytes_up == MAX_FLOWS + 15
    assert sum(flow.bytes_up for flow in traffic.take_flows()) == TOP_FLOWS + 5


def test_what_is_no_packet_is_counted_in_the_totals_only() -> None:
    traffic = Traffic()
    traffic.count_up(memoryview(bytes(60)), 0, 60)
    assert (traffic.bytes_up, traffic.take_flows()) == (60, [])
