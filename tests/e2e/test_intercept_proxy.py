"""Proxy: all inbound traffic of every pod comes to a service that listens on the laptop's 127.0.0.1 only."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.bookinfo import Bookinfo
from tests.e2e.driver import Kubeferry
from tests.e2e.local_service import LAPTOP, LocalService
from tests.lab.workloads.bookinfo import (
    BANNER,
    ECHO,
    HTTP,
    TLS,
    UDP,
    UNDECLARED_ECHO,
    UNDECLARED_HTTP,
    UNDECLARED_UDP,
)

REVIEWS = "deployment/reviews"
REMAPPED = 8080
BODY = 100_000_000
AT_ONCE_S = 5.0
"""How long after the command has returned a change may take to be everywhere; it should be nothing."""


@pytest.fixture(scope="module")
def proxied(dev: Kubeferry, local: LocalService, bookinfo: Bookinfo) -> Iterator[Bookinfo]:
    dev.proxy("deploy/reviews")
    yield bookinfo
    dev.leave("deploy/reviews", "-n", "bookinfo")


@pytest.fixture(params=[0, 1], ids=["ipv4", "ipv6"])
def address(proxied: Bookinfo, request: pytest.FixtureRequest) -> str:
    """Of the service: any of its pods."""
    found, index = proxied.service("reviews"), int(request.param)
    if index >= len(found):
        pytest.skip("the cluster has no IPv6")
    return found[index]


def test_every_pod_on_every_address(proxied: Bookinfo) -> None:
    assert len(proxied.pods("reviews")) == 2
    assert proxied.who("reviews") == {LAPTOP}
    assert set(proxied.with_sidecar("reviews")) == set(proxied.pods("reviews"))


def test_ports_that_no_spec_declares(proxied: Bookinfo) -> None:
    assert proxied.who("reviews", port=UNDECLARED_HTTP) == {LAPTOP}
    for addresses in proxied.pods("reviews").values():
        for one in addresses:
            told = proxied.client.call(
                "exchange", host=one, port=UNDECLARED_ECHO, send=base64.b64encode(b"hi").decode()
            )
            assert base64.b64decode(told["received"]) == b"laptop hi"
            assert proxied.client.call("udp", host=one, port=UNDECLARED_UDP)["who"] == [LAPTOP]


def test_service_port_with_another_number(address: str, proxied: Bookinfo) -> None:
    assert proxied.client.who(address, 80) == LAPTOP


def test_server_speaks_first(address: str, proxied: Bookinfo) -> None:
    told = proxied.client.call("banner", host=address, port=BANNER, lines=["one", "two"])
    assert told["lines"] == ["220 laptop ready", "250 laptop one", "250 laptop two"]
    assert told["first_s"] < 1


def test_raw_tcp_both_ways_at_once(address: str, proxied: Bookinfo) -> None:
    told = proxied.client.call("bulk", host=address, port=ECHO, size=30_000_000)
    assert told == {"pod": LAPTOP, "bytes": 30_000_000, "same": True}


def test_half_closed(address: str, proxied: Bookinfo) -> None:
    told = proxied.client.call(
        "exchange", host=address, port=ECHO, send=base64.b64encode(b"all").decode(), half_close=True, quiet_s=3.0
    )
    assert (base64.b64decode(told["received"]), told["closed"]) == (b"laptop all", True)


def test_tls_is_the_laptops(address: str, proxied: Bookinfo) -> None:
    told = proxied.client.call("http", host=address, port=TLS, tls=True)
    assert told["body"]["pod"] == LAPTOP


def test_large_bodies(address: str, proxied: Bookinfo) -> None:
    up = proxied.client.call("upload", host=address, port=HTTP, size=BODY)
    assert (up["body"]["pod"], up["same"]) == (LAPTOP, True)
    down = proxied.client.call("download", host=address, port=HTTP, size=BODY)
    assert (down["pod"], down["same"]) == (LAPTOP, True)


@pytest.mark.parametrize("size", [1, 1200, 4000])
def test_datagrams(address: str, proxied: Bookinfo, size: int) -> None:
    told = proxied.client.call("udp", host=address, port=UDP, size=size, count=20)
    assert told["who"] == [LAPTOP] * 20


def test_grpc_and_websocket(address: str, proxied: Bookinfo) -> None:
    told = proxied.client.call("chat", host=address, port=HTTP, messages=["a", "b"])
    assert (told["answers"], told["status"]) == (["laptop: a", "laptop: b"], 0)
    assert proxied.client.call("ws", host=address, port=HTTP, texts=["a"])["answers"] == ["laptop: a"]


def test_port_without_a_service_on_the_laptop_is_refused_at_once(address: str, proxied: Bookinfo) -> None:
    """As it would be by the pod itself: not a timeout."""
    pod = next(iter(proxied.pods("reviews").values()))
    begin = time.monotonic()
    told = proxied.client.ask("http", host=pod[-1 if ":" in address else 0], port=9999)
    assert told["ok"] is False
    assert time.monotonic() - begin < 2


def test_laptop_still_reaches_the_cluster(proxied: Bookinfo, dev: Kubeferry) -> None:
    answered = dev.reach("http", f"http://{proxied.service('ratings')[0]}:{HTTP}/")
    assert answered["body"]["service"] == "ratings"


def test_status_tells_it(proxied: Bookinfo, dev: Kubeferry) -> None:
    (told,) = dev.intercepts()
    expected: dict[str, Any] = {"workload": REVIEWS, "namespace": "bookinfo", "mode": "proxy", "mine": True}
    assert told | expected == told
    assert (told["health"], told["sidecars"], told["applied"]) == ("active", 2, 2)
    assert told["owner"].startswith("dev@")
    assert abs(time.time() - told["since"]) < 600
    text = dev.run("status").out
    assert REVIEWS in text
    assert "dev@" in text


def test_other_port_on_the_laptop(proxied: Bookinfo, dev: Kubeferry) -> None:
    """The same owner's next wish takes the place of the one before; all other ports keep their number."""
    with LocalService(dev, "--http", str(REMAPPED), who="remapped"):
        dev.proxy("deploy/reviews", "--port", f"{HTTP}:{REMAPPED}")
        proxied.wait_for_who({"remapped"}, "reviews", within_s=AT_ONCE_S)
        assert proxied.who("reviews", port=UNDECLARED_HTTP) == {LAPTOP}
        dev.proxy("deploy/reviews", "--port", f"{HTTP}:{REMAPPED}", "--only-ports")
        proxied.wait_for_who({"remapped"}, "reviews", within_s=AT_ONCE_S)
        assert proxied.who("reviews", port=UNDECLARED_HTTP) == set(proxied.pods("reviews"))
        addresses = next(iter(proxied.pods("reviews").items()))
        assert proxied.client.call("udp", host=addresses[1][0], port=UDP)["who"] == [addresses[0]]
    dev.proxy("deploy/reviews")
    proxied.wait_for_who({LAPTOP}, "reviews", within_s=AT_ONCE_S)


def test_new_replicas_are_intercepted_too(proxied: Bookinfo, dev: Kubeferry) -> None:
    proxied.kubectl("scale", REVIEWS, "--replicas=3")
    try:
        proxied.wait_until_rolled_out(REVIEWS)
        dev.wait_for("three sidecars", lambda status: [o["applied"] for o in status["intercepts"]] == [3], 10)
        assert proxied.who("reviews") == {LAPTOP}
    finally:
        proxied.kubectl("scale", REVIEWS, "--replicas=2")
