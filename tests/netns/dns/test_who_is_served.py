"""The kernel's routes tell clients of this machine from those at the other end of the tunnel."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from helper.tunnel.dns.listening import is_served
from tests.lab import kernel
from tests.lab.network import NetworkNamespace

OWN4, OWN6 = "198.19.3.7", "fd6b:7562:6566::7"


@pytest.fixture(scope="module")
def laptop() -> Iterator[NetworkNamespace]:
    """A tunnel with routes to a cluster, and the bridge of a container runtime."""
    if os.geteuid():
        pytest.skip("makes network namespaces: run as root")
    namespace = NetworkNamespace(f"kfdns{os.getpid()}")
    namespace.create()
    try:
        for link, addresses in {"kf0": (f"{OWN4}/32", f"{OWN6}/128"), "br0": ("172.17.0.1/16", "fd17::1/64")}.items():
            namespace.ip("link", "add", link, "type", "veth", "peer", "name", f"{link}-far")
            for address in addresses:
                namespace.ip("address", "add", address, "dev", link, *(["nodad"] if ":" in address else []))
            for end in (link, f"{link}-far"):
                namespace.ip("link", "set", end, "up")
        for route in ("10.244.0.0/16", "198.19.0.0/16", "fd00:10:244::/56"):
            namespace.ip("route", "add", route, "dev", "kf0")
        yield namespace
    finally:
        namespace.delete()


@pytest.mark.parametrize(
    ("client", "own", "served"),
    [
        (OWN4, OWN4, True),
        ("172.17.0.1", OWN4, True),
        ("172.17.0.2", OWN4, True),
        ("10.244.1.2", OWN4, False),
        ("198.19.0.1", OWN4, False),
        ("203.0.113.1", OWN4, False),
        (OWN6, OWN6, True),
        ("fd17::2", OWN6, True),
        ("fd00:10:244::2", OWN6, False),
        ("2001:db8::1", OWN6, False),
    ],
)
def test_who_is_served(laptop: NetworkNamespace, client: str, own: str, served: bool) -> None:
    answers: list[bool] = []

    def ask_there() -> None:
        with Path(laptop.path).open("rb") as there:
            kernel.setns(there.fileno())
        answers.append(is_served(client, own))

    thread = threading.Thread(target=ask_there)
    thread.start()
    thread.join()
    assert answers == [served]
