"""Against the required fields of HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/)."""

from __future__ import annotations

import datetime
from typing import Any

import msgspec
import pytest

from app.domain.har import har_log
from app.domain.requests import CLUSTER, SeenRequest

REQUEST = SeenRequest(
    time=1_800_000_000.25,
    method="GET",
    path="/a/b?x=1&y=%20z&empty=",
    status=404,
    duration_s=0.0125,
    verdict=CLUSTER,
    workload=("Deployment", "shop", "reviews"),
    pod="reviews-1",
    host="reviews:9080",
    protocol="HTTP/1.1",
    headers=(("accept", "*/*"),),
)
_REQUIRED: dict[str, dict[str, type | tuple[type, ...]]] = {
    "entry": {"startedDateTime": str, "time": (int, float), "cache": dict, "timings": dict},
    "request": {
        **{"method": str, "url": str, "httpVersion": str, "cookies": list, "headers": list},
        **{"queryString": list, "headersSize": int, "bodySize": int},
    },
    "response": {
        **{"status": int, "statusText": str, "httpVersion": str, "cookies": list, "headers": list},
        **{"content": dict, "redirectURL": str, "headersSize": int, "bodySize": int},
    },
    "content": {"size": int, "mimeType": str},
    "timings": {"send": (int, float), "wait": (int, float), "receive": (int, float)},
}


def _check(kind: str, value: dict[str, Any]) -> None:
    for name, type_ in _REQUIRED[kind].items():
        assert isinstance(value[name], type_), f"{kind}.{name}"


def _entry(**changes: object) -> dict[str, Any]:
    log = har_log([msgspec.structs.replace(REQUEST, **changes)], version="9.9")
    decoded = msgspec.json.decode(msgspec.json.encode(log))["log"]
    assert decoded["version"] == "1.2"
    assert decoded["creator"] == {"name": "Kubeferry", "version": "9.9"}
    (entry,) = decoded["entries"]
    assert isinstance(entry, dict)
    return entry


@pytest.mark.parametrize("changes", [{}, {"status": 0}, {"status": 799}, {"host": ""}, {"protocol": ""}, {"path": "*"}])
def test_every_required_field_is_there(changes: dict[str, object]) -> None:
    entry = _entry(**changes)
    _check("entry", entry)
    for part in ("request", "response", "timings"):
        _check(part, entry[part])
    _check("content", entry["response"]["content"])
    own = {"_verdict", "_workload", "_namespace", "_pod", "_rule", "_owner"}
    assert {name for name in entry if name.startswith("_")} == own


def test_what_is_in_them() -> None:
    entry = _entry()
    assert datetime.datetime.fromisoformat(entry["startedDateTime"]).timestamp() == 1_800_000_000.25
    assert entry["time"] == 12.5 == sum(entry["timings"].values())
    assert entry["request"]["url"] == "http://reviews:9080/a/b?x=1&y=%20z&empty="
    assert entry["request"]["queryString"] == [
        {"name": "x", "value": "1"},
        {"name": "y", "value": " z"},
        {"name": "empty", "value": ""},
    ]
    assert entry["request"]["headers"] == [{"name": "accept", "value": "*/*"}]
    assert entry["response"]["statusText"] == "Not Found"
    assert entry["_verdict"] == "cluster"
    assert entry["_workload"] == "deployment/reviews"


def test_grpc_is_told() -> None:
    assert _entry(grpc_status=14)["_grpcStatus"] == 14
