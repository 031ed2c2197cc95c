"""A laptop as a Mac is one, up to its kernel: the pump for utun and the relay, with manager, sidecar and Envoy."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

import pytest

from helper.protocol.intercepts import Health
from tests.lab.processes import wait_until
from tests.netns.cluster.interception_lab import POD4, POD6, InterceptionLab, LaptopEnd, interception_lab, mesh, proxy

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")

BOTH = (POD4, POD6)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InterceptionLab]:
    with interception_lab(tmp_path_factory.mktemp("utun")) as made:
        made.serve(made.pod, "pod", "::", "lines", 7000, 7001)
        made.serve(made.pod, "pod-http", "::", "http", 9080)
        made.serve(made.laptop, "laptop", "127.0.0.1", "lines", 7000, 7001)
        made.serve(made.laptop, "laptop-http", "127.0.0.1", "http", 8080)
        yield made
        assert "AssertionError" not in made.log("laptop"), "the device was given what a utun does not take"


@pytest.fixture(scope="module")
def laptop(lab: InterceptionLab) -> LaptopEnd:
    made = lab.start_laptop(like_macos=True)
    lab.start_sidecar(made)
    return made


@pytest.fixture
def free(laptop: LaptopEnd) -> Iterator[LaptopEnd]:
    yield laptop
    laptop.take()


@pytest.mark.parametrize("address", BOTH)
def test_a_proxy_reaches_programs_that_listen_on_the_loopback_only(
    lab: InterceptionLab, free: LaptopEnd, address: str
) -> None:
    (state,) = free.take(proxy())
    assert state.health is Health.ACTIVE
    assert lab.ask("tcp", address, "7000") == "laptop 7000"
    assert lab.ask("udp", address, "7001") == "laptop 7001 5"
    assert lab.ask("udp", address, "7001", "1200") == "laptop 7001 1200"
    assert json.loads(lab.ask("http", address, "9080"))["who"] == "laptop-http", "9080 is 8080 there"


def test_a_closed_port_is_reset_a_moment_later(lab: InterceptionLab, free: LaptopEnd) -> None:
    free.take(proxy())
    assert lab.ask("tcp", POD4, "5555") == "ConnectionResetError", "KNOWN_ISSUES: the relay has accepted by then"


@pytest.mark.parametrize("address", BOTH)
def test_a_rule_takes_its_requests_and_no_others(lab: InterceptionLab, free: LaptopEnd, address: str) -> None:
    free.take(mesh(1, "alice"))
    # Envoy may still have a connection of the test before, which the relay has closed meanwhile.
    wait_until("the laptop to answer", lambda: "laptop-http" in lab.ask("http", address, "9080", "x-user=alice"), 5)
    assert json.loads(lab.ask("http", address, "9080", "x-user=bob"))["who"] == "pod-http"
    assert lab.ask("tcp", address, "7000") == "pod 7000"
