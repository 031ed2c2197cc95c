"""A workload answers with numbers that are none: its sidecar's batch is taken by the manager all the same."""

from __future__ import annotations

import json

import msgspec
import pytest

from helper.cluster.sidecar.request_log import RequestLog
from helper.protocol.intercepts import RequestBatch, Workload


@pytest.mark.parametrize(
    ("field", "value"), [("g", 1 << 40), ("g", -1), ("g", None), ("s", 10**9), ("s", -1), ("s", 999), ("g", 16)]
)
def test_what_is_told_can_be_read(field: str, value: int | None) -> None:
    told: list[RequestBatch] = []
    log = RequestLog(told.append)
    log.source = (Workload("Deployment", "shop", "reviews"), "reviews-1")
    log.take(json.dumps({"t": "1750000000.5", "d": 3, "m": "GET", "p": "/", field: value}).encode())
    batch = log.batch()
    assert batch is not None
    read = msgspec.json.decode(msgspec.json.encode(batch), type=RequestBatch)
    assert len(read.records) == 1
    (record,) = read.records
    assert record.status == (999 if (field, value) == ("s", 999) else 0)
    assert record.grpc_status == (16 if (field, value) == ("g", 16) else None)
