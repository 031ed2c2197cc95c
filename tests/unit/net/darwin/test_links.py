"""A utun link as a whole desired state, on a stand-in for XNU."""

import errno
import ipaddress
import os
import struct
from collections.abc import Iterator

import pytest

from helper.net.darwin import interface_requests as requests
from helper.net.darwin.links import DarwinLinks
from helper.net.darwin.route_messages import HEADER, parse_addresses, parse_routes
from helper.net.kernel_route import NetworkFailed
from helper.net.plan import LinkPlan, parse_network
from helper.protocol.helper_messages import NetworkConfig
from tests.unit.net.darwin.kernel import KernelStandIn

ADDRESSES = ("198.19.3.7/32", "fd6b:7562:6566::37/128")


@pytest.fixture
def kernel() -> Iterator[KernelStandIn]:
    kernel = KernelStandIn()
    yield kernel
    kernel.close()


@pytest.fixture
def name(kernel: KernelStandIn) -> Iterator[str]:
    descriptor, name = kernel.open_utun()
    yield name
    os.close(descriptor)


def plan(*routes: str, addresses: tuple[str, ...] = ADDRESSES) -> LinkPlan:
    return parse_network(NetworkConfig(addresses=addresses, mtu=1380, routes=routes))


def routes_of(kernel: KernelStandIn, name: str) -> set[str]:
    index = kernel.interfaces[name].index
    return {str(route.subnet) for route in kernel.routes if route.index == index and route.flags & 0x800}


def test_the_numbers_are_those_of_the_headers() -> None:
    """As the headers' macros make them: _IOW('i', n, struct) with the sizes of the 64-bit structures."""
    assert requests.SIOCSIFFLAGS == 0x80206910
    assert requests.SIOCGIFFLAGS == 0xC0206911
    assert requests.SIOCSIFMTU == 0x80206934
    assert requests.SIOCDIFADDR == 0x80206919
    assert requests.SIOCAIFADDR == 0x8040691A
    assert requests.SIOCDIFADDR_IN6 == 0x81206919
    assert requests.SIOCAIFADDR_IN6 == 0x8080691A
    assert HEADER.size == 92


def test_a_link_is_set_and_set_again(kernel: KernelStandIn, name: str) -> None:
    links = DarwinLinks(kernel)
    links.set_link(name, plan("10.96.0.0/12", "10.244.1.0/24", "10.1.2.3/32", "fd00:10::/48"))
    interface = kernel.interfaces[name]
    assert interface.mtu == 1380
    assert interface.flags & 1
    assert {str(address) for address in interface.addresses if not address.is_link_local} == {
        "198.19.3.7",
        "fd6b:7562:6566::37",
    }
    assert interface.addresses[ipaddress.ip_address("fd6b:7562:6566::37")] == 0x20, "no duplicate address detection"
    assert routes_of(kernel, name) == {"10.96.0.0/12", "10.244.1.0/24", "10.1.2.3/32", "fd00:10::/48"}
    kernel.requests.clear()
    links.set_link(name, plan("10.96.0.0/12", "10.244.1.0/24", "10.1.2.3/32", "fd00:10::/48"))
    assert {request.number for request in kernel.requests} == {requests.SIOCSIFMTU, requests.SIOCGIFFLAGS}


def test_a_link_is_taken_down_whole(kernel: KernelStandIn, name: str) -> None:
    links = DarwinLinks(kernel)
    links.set_link(name, plan("10.96.0.0/12"))
    links.remove_link(name)
    assert not [address for address in kernel.interfaces[name].addresses if not address.is_link_local]
    assert not routes_of(kernel, name)
    assert not kernel.interfaces[name].flags & 1
    kernel.vanish(name)
    links.remove_link(name)
    with pytest.raises(NetworkFailed, match="is gone"):
        links.set_link(name, plan())


def test_a_subnet_that_goes_another_way_is_refused_by_name(kernel: KernelStandIn, name: str) -> None:
    with pytest.raises(NetworkFailed, match=r"route 192\.168\.1\.0/24: there is one already"):
        DarwinLinks(kernel).set_link(name, plan("192.168.1.0/24"))
    assert [str(route.subnet) for route in kernel.routes].count("192.168.1.0/24") == 1


@pytest.mark.parametrize(
    ("number", "words"),
    [(requests.SIOCSIFMTU, "MTU"), (requests.SIOCAIFADDR, "address"), (requests.SIOCSIFFLAGS, "flags")],
)
def test_what_the_kernel_refuses_is_named(kernel: KernelStandIn, name: str, number: int, words: str) -> None:
    kernel.fail[number] = errno.EPERM
    with pytest.raises(NetworkFailed, match=f"{words}.*not permitted"):
        DarwinLinks(kernel).set_link(name, plan())


def test_routes_of_the_machine_are_without_defaults_neighbours_and_loopback(kernel: KernelStandIn) -> None:
    found = {(str(route.subnet), route.interface) for route in DarwinLinks(kernel).routes()}
    assert found == {("192.168.1.0/24", "en0"), ("fe80::/64", "en0")}


@pytest.mark.parametrize(
    "dump",
    [
        b"",
        b"\x01",
        bytes(92),
        struct.pack("=HBB", 3, 5, 4),
        struct.pack("=HBB", 92, 5, 4) + bytes(88),
        struct.pack("=HBBHxxii", 92, 5, 4, 1, 1, 0xFF) + bytes(76),
        struct.pack("=HBBHxxii", 96, 5, 4, 1, 1, 0x1) + bytes(76) + b"\x10\x02\x00\x00",
        struct.pack("=HBBii", 20, 5, 12, 0xFF, 0) + bytes(8),
    ],
)
def test_a_dump_that_is_cut_off_ends_and_raises_nothing(dump: bytes) -> None:
    list(parse_routes(dump))
    list(parse_addresses(dump))


def test_a_name_that_is_too_long_is_no_interface() -> None:
    with pytest.raises(ValueError, match="no name"):
        requests.set_mtu("utun" + "1" * 12, 1500)
