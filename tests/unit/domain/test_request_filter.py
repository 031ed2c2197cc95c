from __future__ import annotations

import msgspec
import pytest

from app.domain.request_filter import goes_to, is_failure, parse_filter
from app.domain.requests import LAPTOP, SeenRequest

REQUEST = SeenRequest(
    time=0.0,
    method="POST",
    path="/api/reviews/7?full=1",
    status=503,
    duration_s=0.25,
    verdict=LAPTOP,
    workload=("Deployment", "shop", "reviews"),
    pod="reviews-5d4-x2k",
    host="Reviews:9080",
    port=9080,
    rule="x-user = alice",
    owner="alice",
    mine=True,
    headers=(("x-user", "Alice"), ("accept", "*/*")),
)


@pytest.mark.parametrize(
    "text",
    [
        *("", "  ", "reviews", "REVIEWS/7 api", "reviews:9080", "x2k", "503", "alice", "post", "status:5xx"),
        *("status:503", "status:404,503", "status:>=500", "status:>499", "status:<600", "status:<=503"),
        *("method:post,get", "to:laptop", "to:l", "slow:>100ms", "slow:0.2s", "slow:250", "slow:<=0.25s", "slow:>1us"),
        *("path:/API", "host:reviews", "pod:x2k", "rule:alice", "rule:me", "header:x-user", "header:x-user=ali"),
        *("-status:2xx", "-nothing", "STATUS:5xx", "status:", "slow:"),
    ],
)
def test_what_passes(text: str) -> None:
    wanted = parse_filter(text)
    assert wanted.matches(REQUEST)
    assert not wanted.unread


@pytest.mark.parametrize(
    "text",
    [
        *("ratings", "status:2xx", "status:none", "status:<500", "method:GET", "to:cluster", "slow:>1s", "slow:<100ms"),
        *("path:/v2", "host:ratings", "pod:other", "rule:bob", "header:cookie", "header:accept=json", "-reviews"),
        *("reviews ratings", "-to:laptop", "http://nowhere"),
    ],
)
def test_what_does_not(text: str) -> None:
    wanted = parse_filter(text)
    assert not wanted.matches(REQUEST)
    assert not wanted.is_empty


@pytest.mark.parametrize("text", ["status:abc", "status:5000", "status:404,x", "status:,", "slow:soon", "to:moon"])
def test_what_cannot_be_read_is_told_and_left_out(text: str) -> None:
    wanted = parse_filter(f"reviews {text}")
    assert wanted.unread == (text,)
    assert wanted.matches(REQUEST)


def test_requests_without_an_answer() -> None:
    broken = msgspec.structs.replace(REQUEST, status=0)
    assert parse_filter("status:none").matches(broken)
    assert parse_filter("status:-").matches(broken)


def test_more_conditions_can_be_added() -> None:
    wanted = parse_filter("reviews").and_also(goes_to(LAPTOP), is_failure)
    assert wanted.matches(REQUEST)
    assert not wanted.matches(msgspec.structs.replace(REQUEST, status=200))
    assert wanted.matches(msgspec.structs.replace(REQUEST, status=200, grpc_status=14))


@pytest.mark.parametrize(
    ("changes", "is_grpc"),
    [
        ({}, False),
        ({"grpc_status": 0}, True),
        ({"headers": (("content-type", "application/grpc+proto"),)}, True),
        ({"headers": (("content-type", "application/json"),)}, False),
    ],
)
def test_what_is_grpc(changes: dict[str, object], is_grpc: bool) -> None:
    assert msgspec.structs.replace(REQUEST, **changes).is_grpc is is_grpc
