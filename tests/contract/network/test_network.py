"""What every `Network` promises: on the fake, on Linux (in a network namespace of its own), on macOS (as root, with
resolver files in a folder that nobody reads), and for macOS's on a stand-in for its kernel, which takes the requests
apart byte by byte (tests/unit/net/darwin/kernel.py)."""

import ipaddress
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from helper.net.darwin.network import DarwinNetwork
from helper.net.darwin.system_calls import DarwinSystemCalls, SystemCalls
from helper.net.dns_sockets import bind_dns
from helper.net.fake import FakeNetwork, loopback_sockets
from helper.net.journal import Journal
from helper.net.kernel_route import NetworkFailed
from helper.net.network import Network
from helper.net.plan import LinkPlan, parse_network
from helper.net.tun import TunDevice
from helper.protocol.helper_messages import DnsConfig, NetworkConfig, ResolverBackend
from tests.unit.net.darwin.kernel import KernelStandIn

ADDRESSES = ("198.19.3.7/32", "fd6b:7562:6566::37/128")
UPSTREAM = "192.0.2.53"


@pytest.fixture(params=["fake", "darwin", "macos" if sys.platform == "darwin" else "linux"])
def network(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Network]:
    if request.param == "fake":
        yield FakeNetwork()
        return
    if request.param in ("darwin", "macos"):
        yield from darwin_network(tmp_path, is_real=request.param == "macos")
        return
    if os.geteuid() != 0 or sys.platform != "linux":
        pytest.skip("needs Linux, and root")
    from helper.net.linux import LinuxNetwork
    from tests.netns.namespace import fresh_netns

    resolv_conf = tmp_path / "resolv.conf"
    resolv_conf.write_text(f"nameserver {UPSTREAM}\n")
    with fresh_netns():
        linux = LinuxNetwork(Journal(tmp_path / "journal"), resolv_conf)
        try:
            yield linux
        finally:
            linux.close()
    assert resolv_conf.read_text() == f"nameserver {UPSTREAM}\n"


def darwin_network(folder: Path, *, is_real: bool) -> Iterator[Network]:
    if is_real and (os.geteuid() != 0 or sys.platform != "darwin"):
        pytest.skip("needs macOS, and root")
    resolv_conf, resolvers = folder / "resolv.conf", folder / "resolver"
    resolv_conf.write_text(f"nameserver {UPSTREAM}\n")
    kernel: SystemCalls = DarwinSystemCalls() if is_real else KernelStandIn()
    bind = bind_dns if is_real else loopback_sockets
    network = DarwinNetwork(Journal(folder / "journal"), resolv_conf, resolvers, kernel, bind)
    try:
        yield network
    finally:
        network.close()
        kernel.close()
    assert not resolvers.exists()
    assert not Journal(folder / "journal").entries()


@pytest.fixture
def device(network: Network) -> Iterator[TunDevice]:
    device = network.open_link()
    yield device
    os.close(device.fd)


def plan(*routes: str, dns: bool = False, addresses: tuple[str, ...] = ADDRESSES) -> LinkPlan:
    config = DnsConfig(("cluster.local",), ("ns.svc.cluster.local",)) if dns else None
    return parse_network(NetworkConfig(addresses=addresses, mtu=1400, routes=routes, dns=config))


async def routes_of(network: Network, interface: str) -> set[str]:
    """Without those of the link's own addresses, which the kernel adds for IPv6."""
    own = set(ADDRESSES)
    return {
        str(route.subnet)
        for route in await network.routes()
        if route.interface == interface and str(route.subnet) not in own
    }


async def test_the_whole_desired_state_is_set(network: Network, device: TunDevice) -> None:
    await network.set_network(device.name, plan("10.96.0.0/12", "10.244.0.0/16", "fd00:10::/48"))
    assert await routes_of(network, device.name) == {"10.96.0.0/12", "10.244.0.0/16", "fd00:10::/48"}
    await network.set_network(device.name, plan("10.244.0.0/16", "10.8.0.0/24"))
    assert await routes_of(network, device.name) == {"10.244.0.0/16", "10.8.0.0/24"}
    await network.set_network(device.name, plan())
    assert await routes_of(network, device.name) == set()
    assert await network.remove_link(device.name) == ()


async def test_routes_survive_a_change_of_address(network: Network, device: TunDevice) -> None:
    await network.set_network(device.name, plan("10.96.0.0/12", "fd00:10::/48"))
    other = plan("10.96.0.0/12", "fd00:10::/48", addresses=("198.19.3.8/32", ADDRESSES[1]))
    await network.set_network(device.name, other)
    assert await routes_of(network, device.name) == {"10.96.0.0/12", "fd00:10::/48"}
    await network.remove_link(device.name)


async def test_dns_sockets_come_once_for_each_address(network: Network, device: TunDevice) -> None:
    first = await network.set_network(device.name, plan(dns=True))
    assert first.resolver in (ResolverBackend.RESOLV_CONF, ResolverBackend.MACOS_RESOLVER)
    assert first.upstreams == (UPSTREAM,)
    assert first.dns_sockets is not None
    assert first.dns_sockets.address == ipaddress.IPv4Address("198.19.3.7")
    again = await network.set_network(device.name, plan(dns=True))
    assert again.dns_sockets is None
    assert again.upstreams == (UPSTREAM,)
    moved = await network.set_network(device.name, plan(dns=True, addresses=("198.19.3.8/32",)))
    assert moved.dns_sockets is not None
    first.dns_sockets.close()
    moved.dns_sockets.close()
    without = await network.set_network(device.name, plan())
    assert without.resolver is ResolverBackend.NONE
    assert await network.upstreams() == (UPSTREAM,)
    await network.remove_link(device.name)


async def test_a_link_that_is_not_open_cannot_be_set(network: Network, device: TunDevice) -> None:
    await network.remove_link(device.name)
    assert await network.remove_link(device.name) == ()
    with pytest.raises(NetworkFailed):
        await network.set_network(device.name, plan())


async def test_two_links_do_not_touch_each_other(network: Network, device: TunDevice) -> None:
    other = network.open_link()
    await network.set_network(device.name, plan("10.96.0.0/12"))
    await network.set_network(other.name, plan("10.8.0.0/24", addresses=("198.19.3.9/32",)))
    await network.remove_link(device.name)
    assert await routes_of(network, other.name) == {"10.8.0.0/24"}
    await network.remove_link(other.name)
    os.close(other.fd)


async def test_packets_for_the_loopback_are_taken_while_it_is_asked_for(network: Network, device: TunDevice) -> None:
    if isinstance(network, DarwinNetwork):
        pytest.skip("macOS has no such setting: the worker relays")
    setting = Path(f"/proc/sys/net/ipv4/conf/{device.name}/route_localnet")

    def taken() -> bool:
        if isinstance(network, FakeNetwork):
            wished = network.links[device.name]
            return wished is not None and wished.loopback_delivery
        return setting.read_text() == "1\n"

    for wanted in (True, False, True):
        config = NetworkConfig(addresses=ADDRESSES, mtu=1400, routes=("198.19.0.0/16",), loopback_delivery=wanted)
        await network.set_network(device.name, parse_network(config))
        assert taken() is wanted
    await network.remove_link(device.name)
    assert device.name not in {name for _, name in socket.if_nameindex()}, "it ends with the link"
