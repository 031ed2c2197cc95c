"""Mesh: requests that have the headers come to the laptop, everything else goes its way, whatever it is."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.bookinfo import Bookinfo
from tests.e2e.driver import Kubeferry
from tests.e2e.local_service import LAPTOP, LocalService
from tests.lab.workloads.bookinfo import BANNER, ECHO, HTTP, TLS, UDP, UNDECLARED_HTTP

ALICE, BOB = ("x-user", "alice"), ("x-user", "bob")
BODY = 100_000_000
PORTS = ("--port", str(HTTP), "--port", str(TLS), "--port", str(ECHO), "--port", str(BANNER))
RULES = (
    ("--header", "x-user=alice"),
    ("--header-prefix", "x-team=blue-"),
    ("--header-regex", "x-build=v[0-9]+"),
    ("--header-present", "x-debug"),
    ("--header", "x-user=carol", "--header", "x-tenant=acme"),
    ("--header", "x-user=dave", "--path", "/api"),
)
CASES: tuple[tuple[str, tuple[tuple[str, str], ...], bool], ...] = (
    ("/", (ALICE,), True),
    ("/", (("X-USER", "alice"),), True),
    ("/", (("x-user", "Alice"),), False),
    ("/", (("x-user", "alice2"),), False),
    ("/", (BOB,), False),
    ("/", (), False),
    ("/", (("x-team", "blue-7"),), True),
    ("/", (("x-team", "blue-"),), True),
    ("/", (("x-team", "red-blue-"),), False),
    ("/", (("x-build", "v12"),), True),
    ("/", (("x-build", "v12-dirty"),), False),
    ("/", (("x-debug", "anything"),), True),
    ("/", (("x-user", "carol"),), False),
    ("/", (("x-tenant", "acme"),), False),
    ("/", (("x-tenant", "acme"), ("x-user", "carol")), True),
    ("/api", (("x-user", "dave"),), True),
    ("/api/v1?x=1", (("x-user", "dave"),), True),
    ("/apis", (("x-user", "dave"),), False),
    ("/", (("x-user", "dave"),), False),
)


@pytest.fixture(scope="module")
def meshed(dev: Kubeferry, local: LocalService, bookinfo: Bookinfo) -> Iterator[Bookinfo]:
    for rule in RULES:
        dev.mesh("deploy/reviews", *rule, *PORTS)
    yield bookinfo
    dev.leave("deploy/reviews", "-n", "bookinfo")


@pytest.fixture(params=[0, 1], ids=["ipv4", "ipv6"])
def pod(meshed: Bookinfo, request: pytest.FixtureRequest) -> tuple[str, str]:
    """Name and one address of a pod."""
    name, addresses = next(iter(meshed.pods("reviews").items()))
    if request.param >= len(addresses):
        pytest.skip("the cluster has no IPv6")
    return name, addresses[request.param]


def test_all_rules_at_once(meshed: Bookinfo, pod: tuple[str, str]) -> None:
    name, address = pod
    wrong = []
    for path, headers, matched in CASES:
        who = meshed.client.who(address, HTTP, *headers, path=path)
        if who != (LAPTOP if matched else name):
            wrong.append((path, headers, who))
    assert not wrong


def test_every_pod_and_the_service(meshed: Bookinfo) -> None:
    assert meshed.who("reviews", ALICE) == {LAPTOP}
    assert meshed.who("reviews") == set(meshed.pods("reviews"))
    for address in meshed.service("reviews"):
        assert meshed.client.who(address, 80, ALICE) == LAPTOP
        assert meshed.client.who(address, 80) in meshed.pods("reviews")


def test_each_request_of_one_connection_is_looked_at(meshed: Bookinfo, pod: tuple[str, str]) -> None:
    name, address = pod
    asked = [(), (ALICE,), (BOB,), (ALICE,), ()]
    told = meshed.client.call("sequence", host=address, port=HTTP, requests=[{"headers": headers} for headers in asked])
    assert [one["body"]["pod"] for one in told] == [name, LAPTOP, name, LAPTOP, name]


def test_headers_arrive_as_they_were_sent(meshed: Bookinfo, pod: tuple[str, str]) -> None:
    """To both: spelling and order, nothing of Envoy's own beside the address that it forwards for."""
    _, address = pod
    sent = [["X-CamelCase", "a  b"], ["Accept", "*/*"], ["Cookie", "k=v; l=w"], ["X-Twice", "1"], ["X-Twice", "2"]]
    for extra in ([], [list(ALICE)]):
        told = meshed.client.call("http", host=address, port=HTTP, path="/headers?q=%2F//a", headers=sent + extra)
        came = [pair for pair in told["body"]["headers"] if pair[0].lower() != "x-forwarded-for"]
        assert told["body"]["start"] == "GET /headers?q=%2F//a HTTP/1.1"
        assert came == [["Host", f"{address}:{HTTP}"], *sent, *extra]
        assert [name for name, _ in told["answer_headers"] if name.lower().startswith("x-envoy")] == []
        assert ["Server", "lab/1"] in told["answer_headers"]


def test_http2_cleartext(meshed: Bookinfo, pod: tuple[str, str]) -> None:
    name, address = pod
    requests: list[dict[str, Any]] = [{"path": "/a"}, {"path": "/b", "headers": [ALICE]}, {"path": "/c"}]
    requests.append({"path": "/upload", "headers": [ALICE], "size": 20_000_000})
    told = meshed.client.call("h2c", host=address, port=HTTP, requests=requests)
    assert [one["pod"] for one in told] == [name, LAPTOP, name, LAPTOP]
    assert told[3]["body"]["bytes"] == 20_000_000


@pytest.mark.parametrize("matched", [True, False], ids=["matched", "other"])
def test_grpc(meshed: Bookinfo, pod: tuple[str, str], matched: bool) -> None:
    name, address = pod
    who = LAPTOP if matched else name
    metadata = [["x-metadata", "kept"], list(ALICE if matched else BOB)]

    def call(method: str, *messages: str) -> dict[str, Any]:
        arguments = {"method": f"/lab.Quotes/{method}", "messages": messages, "metadata": metadata}
        told: dict[str, Any] = meshed.client.call("grpc", host=address, port=HTTP, **arguments)
        return told

    get = call("Get", "hello")
    assert (get["answers"], get["status"], get["metadata"]) == ([f"{who}: hello"], 0, "kept")
    assert call("List", "500")["answers"] == [f"{who}: {number}" for number in range(500)]
    assert call("Sum", *map(str, range(100)))["answers"] == [f"{who}: 4950"]
    assert call("Missing", "x")["status"] == 12
    big = call("Get", "x" * 1_000_000)
    assert len(big["answers"][0]) == 1_000_000 + len(f"{who}: ")
    chat = meshed.client.call("chat", host=address, port=HTTP, messages=["a", "b", "c"], metadata=metadata)
    assert (chat["answers"], chat["status"]) == ([f"{who}: {text}" for text in "abc"], 0)


@pytest.mark.parametrize("matched", [True, False], ids=["matched", "other"])
def test_websocket(meshed: Bookinfo, pod: tuple[str, str], matched: bool) -> None:
    name, address = pod
    who = LAPTOP if matched else name
    headers = [ALICE] if matched else []
    told = meshed.client.call("ws", host=address, port=HTTP, texts=["a", "b"], headers=headers, size=1_000_000)
    length = 1_000_000 + len(f"{who}: ")
    assert told == {"accepted": True, "answers": [f"{who}: a", f"{who}: b", f"{length} True"], "closed": True}


@pytest.mark.parametrize("matched", [True, False], ids=["matched", "other"])
def test_large_bodies(meshed: Bookinfo, pod: tuple[str, str], matched: bool) -> None:
    name, address = pod
    who = LAPTOP if matched else name
    to = {"host": address, "port": HTTP, "headers": [ALICE] if matched else [], "size": BODY}
    up = meshed.client.call("upload", **to)
    assert (up["body"]["pod"], up["same"]) == (who, True)
    chunked = meshed.client.call("upload", **to | {"size": 5_000_000, "chunked": True})
    assert (chunked["body"]["pod"], chunked["same"]) == (who, True)
    down = meshed.client.call("download", **to)
    assert (down["pod"], down["same"]) == (who, True)


@pytest.mark.parametrize("matched", [True, False], ids=["matched", "other"])
def test_server_sent_events_come_when_they_are_sent(meshed: Bookinfo, pod: tuple[str, str], matched: bool) -> None:
    name, address = pod
    who = LAPTOP if matched else name
    headers = [ALICE] if matched else []
    told = meshed.client.call("events", host=address, port=HTTP, count=4, every_s=0.2, headers=headers)
    assert [text for text, _ in told["events"]] == [f"{who} {number}" for number in range(4)]
    times = [at_s for _, at_s in told["events"]]
    assert times[0] < 0.19
    assert times[3] - times[0] > 0.4


def test_what_is_not_http_passes_untouched(meshed: Bookinfo, pod: tuple[str, str]) -> None:
    name, address = pod
    assert meshed.client.call("http", host=address, port=TLS, tls=True, headers=[ALICE])["body"]["pod"] == name
    banner = meshed.client.call("banner", host=address, port=BANNER, lines=["x"])
    assert banner["lines"] == [f"220 {name} ready", f"250 {name} x"]
    assert banner["first_s"] < 2
    assert meshed.client.call("bulk", host=address, port=ECHO, size=5_000_000)["pod"] == name
    odd = base64.b64encode(b"\0\1\2 not HTTP").decode()
    told = meshed.client.call("exchange", host=address, port=ECHO, send=odd, quiet_s=1.5)
    assert base64.b64decode(told["received"]) == f"{name} ".encode() + b"\0\1\2 not HTTP"
    assert meshed.client.call("udp", host=address, port=UDP)["who"] == [name]
    assert meshed.client.who(address, UNDECLARED_HTTP, ALICE) == name


def test_slow_answers_are_waited_for(meshed: Bookinfo, pod: tuple[str, str]) -> None:
    name, address = pod
    for headers, who in (((ALICE,), LAPTOP), ((), name)):
        assert meshed.client.who(address, HTTP, *headers, path="/slow?s=3") == who


def test_user_is_told_that_tls_cannot_be_read(meshed: Bookinfo, dev: Kubeferry) -> None:
    done = dev.run("mesh", "deploy/reviews", "-n", "bookinfo", "--header", "x-user=alice", *PORTS, "--yes")
    told = done.checked().out + done.err
    assert str(TLS) in told
    assert "TLS" in told


def test_service_on_the_laptop_is_down(meshed: Bookinfo, pod: tuple[str, str], local: LocalService) -> None:
    """Those who match are told so; nobody else notices."""
    name, address = pod
    local.stop()
    try:
        told = meshed.client.call("http", host=address, port=HTTP, headers=[ALICE])
        assert told["status"] in (502, 503), told
        assert meshed.client.who(address, HTTP) == name
    finally:
        local.start()
    meshed.wait_for_who({LAPTOP}, "reviews", ALICE, within_s=5)


def test_requests_are_logged_live(meshed: Bookinfo, dev: Kubeferry, pod: tuple[str, str]) -> None:
    _, address = pod
    watching = dev.popen("traffic", "deploy/reviews", "-n", "bookinfo", "-o", "json")
    try:
        assert watching.stdout is not None
        time.sleep(1.5)  # Until the wish to watch has reached the sidecars there is nothing to wait for.
        for path, headers in (("/one?a=1", [ALICE]), ("/two", []), ("/status?code=418", [BOB])):
            meshed.client.call("http", host=address, port=HTTP, path=path, headers=headers)
        found: dict[str, dict[str, Any]] = {}
        end = time.monotonic() + 10
        while len(found) < 3 and time.monotonic() < end:
            record = json.loads(watching.stdout.readline())
            if "path" in record:
                found[record["path"]] = record
    finally:
        watching.terminate()
        watching.communicate(timeout=10)
    assert {path: (one["status"], one["verdict"]) for path, one in found.items()} == {
        "/one?a=1": (200, "laptop"),
        "/two": (200, "cluster"),
        "/status?code=418": (418, "cluster"),
    }
    one = found["/one?a=1"]
    assert one["method"] == "GET"
    assert abs(one["time"] - time.time()) < 60
    assert 0 < one["duration_s"] < 5
    assert "x-user=alice" in json.dumps(one)
