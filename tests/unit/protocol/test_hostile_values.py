"""Names with line breaks, moments beyond any calendar, numbers that are none: refused where messages are decoded."""

from __future__ import annotations

import json
import time
from datetime import datetime
from typing import Any

import msgspec
import pytest

from helper.protocol.intercepts import HeaderMatch, HttpMatch, Intercept, RequestBatch, RequestRecord, Workload
from helper.wire.hello import ClientHello, HelloError, ManagerWelcome, decode_hello
from helper.wire.sidecar_messages import SidecarHello

WORKLOAD = {"kind": "Deployment", "namespace": "shop", "name": "reviews"}
INTERCEPT = {"intercept_id": "0" * 12, "workload": WORKLOAD, "injection_id": "0" * 16, "since": 1.0}
RECORD = {
    "time": 1.0, "method": "GET", "path": "/", "host": "h", "protocol": "HTTP/1.1", "status": 200, "duration_s": 0.1,
    "verdict": "laptop",
}  # fmt: skip
HELLO = {"version": 2, "client_id": "ab" * 8, "client_name": "n", "offload": True}
WELCOME = {
    "version": 2, "manager_version": "1", "lease_id": "1", "secret": "s", "address4": "198.19.1.1", "address6": None,
    "mtu": 1500, "offload": True, "dns_servers": [], "cluster_domain": "cluster.local", "search_domains": [],
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "good", "field", "bad"),
    [
        (Workload, WORKLOAD, "name", "reviews\n"),
        (Workload, WORKLOAD, "namespace", "shop\nshop"),
        (Workload, WORKLOAD, "kind", "Pod\n"),
        (Workload, WORKLOAD, "name", "../secrets/x"),
        (HeaderMatch, {"name": "x-user"}, "name", "x-user\n"),
        (HeaderMatch, {"name": "x-user"}, "name", "x-user: a\r\nx-admin"),
        (HttpMatch, {"path": "/api"}, "path", "/api\n"),
        (HttpMatch, {"path": "/api"}, "path", "/api\r\nHost: x\n/"),
        (Intercept, INTERCEPT, "intercept_id", "0" * 12 + "\n"),
        (Intercept, INTERCEPT, "injection_id", "0" * 16 + "\n"),
        (Intercept, INTERCEPT, "since", 1e300),
        (Intercept, INTERCEPT, "since", -1.0),
        (Intercept, INTERCEPT, "ports", [{"remote": 0, "local": 1}]),
        (Intercept, INTERCEPT, "ports", [{"remote": 1, "local": 1}] * 65),
        (RequestRecord, RECORD, "time", 1e300),
        (RequestRecord, RECORD, "duration_s", -1.0),
        (RequestRecord, RECORD, "status", 10**30),
        (RequestRecord, RECORD, "port", -1),
        (RequestRecord, RECORD, "grpc_status", 1 << 63),
        (RequestBatch, {"workload": WORKLOAD, "pod": "p", "seen": 1, "records": []}, "seen", 10**30),
    ],
)
def test_refused(kind: type[Any], good: dict[str, Any], field: str, bad: Any) -> None:
    msgspec.json.decode(json.dumps(good), type=kind)
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(json.dumps({**good, field: bad}), type=kind)


@pytest.mark.parametrize(
    ("kind", "good", "field", "bad"),
    [
        (ClientHello, HELLO, "client_id", "ab" * 8 + "\n"),
        (ManagerWelcome, WELCOME, "cluster_domain", "cluster.local\n"),
        (ManagerWelcome, WELCOME, "cluster_domain", ""),
        (ManagerWelcome, WELCOME, "cluster_domain", "."),
        (ManagerWelcome, WELCOME, "search_domains", ["a\n", "nameserver", "192.0.2.1"]),
        (ManagerWelcome, WELCOME, "dns_servers", ["10.0.0.1"] * 9),
        (ManagerWelcome, WELCOME, "mtu", 68),
    ],
)
def test_refused_in_the_handshake(kind: type[Any], good: dict[str, Any], field: str, bad: Any) -> None:
    decode_hello(kind, json.dumps(good).encode())
    with pytest.raises(HelloError):
        decode_hello(kind, json.dumps({**good, field: bad}).encode())


def test_the_last_moment_is_one_for_every_calendar() -> None:
    last = msgspec.json.decode(json.dumps({**INTERCEPT, "since": 1e11}), type=Intercept).since
    assert time.localtime(last).tm_year > 5000
    assert datetime.fromtimestamp(last).astimezone().year > 5000


def test_a_token_is_in_no_repr() -> None:
    shown = repr(SidecarHello(2, Workload("Pod", "a", "b"), "0" * 16, "the-token", "p"))
    assert "the-token" not in shown
