"""Envoy's access log as batches."""

from __future__ import annotations

import asyncio
from collections import Counter

import msgspec
import pytest

from helper.cluster.sidecar.request_log import SAMPLE, RequestLog
from helper.protocol.intercepts import RequestBatch, RequestRecord, Verdict, Workload

WORKLOAD = Workload("Deployment", "shop", "reviews")
LINE = {
    **{"t": "1700000000.250000", "m": "GET", "p": "/a", "h": "reviews", "v": "HTTP/1.1", "s": 200, "d": 12},
    **{"c": "laptop-aaaaaaaaaaaa-8080", "r": "aaaaaaaaaaaa", "a": 9080},
}


@pytest.fixture
def log() -> RequestLog:
    made = RequestLog(lambda batch: None)
    made.source = (WORKLOAD, "reviews-1")
    return made


def line(**changed: object) -> bytes:
    return msgspec.json.encode({name: value for name, value in (LINE | changed).items() if value is not None})


def record(log: RequestLog, **changed: object) -> RequestRecord:
    log.take(line(**changed))
    batch = log.batch()
    assert batch is not None
    (found,) = batch.records
    return found


def test_a_request_that_came_to_a_laptop(log: RequestLog) -> None:
    assert record(log) == RequestRecord(
        1_700_000_000.25, "GET", "/a", "reviews", "HTTP/1.1", 200, 0.012, Verdict.LAPTOP, 9080, None, "aaaaaaaaaaaa"
    )


def test_a_request_of_the_original(log: RequestLog) -> None:
    found = record(log, c="original", r=None)
    assert (found.verdict, found.intercept_id) == (Verdict.CLUSTER, "")


def test_what_envoy_leaves_out(log: RequestLog) -> None:
    found = record(log, **dict.fromkeys(("m", "p", "h", "v", "s", "d", "c", "r", "a")))
    assert (found.method, found.path, found.status, found.verdict) == ("", "", 0, Verdict.CLUSTER)


@pytest.mark.parametrize(("told", "status"), [(0, 0), ("0", 0), (14, 14), ("14", 14)])
def test_grpc(log: RequestLog, told: object, status: int) -> None:
    assert record(log, g=told).grpc_status == status


def test_headers(log: RequestLog) -> None:
    found = record(log, k={"accept": "*/*", "cookie": "a"}, x='{"x-user":"alice"}')
    assert found.headers == (("x-user", "alice"), ("accept", "*/*"), ("cookie", "(hidden)"))


def test_what_is_too_long_is_cut_so_that_it_can_be_sent(log: RequestLog) -> None:
    found = record(log, m="M" * 99, p="/" + "p" * 9999, h="h" * 999, v="v" * 99, r="r" * 99, k={"n" * 999: "v" * 999})
    msgspec.json.decode(msgspec.json.encode(found), type=RequestRecord)


@pytest.mark.parametrize(
    "text", [b"{", b"{}", b'{"t": 1}', b'{"t": "x"}', b'{"t": "1", "p": "\xff"}', b'{"t": "1", "x": "{"}']
)
def test_lines_that_cannot_be_read_are_counted_all_the_same(log: RequestLog, text: bytes) -> None:
    log.take(text)
    log.take(line())
    batch = log.batch()
    assert batch is not None
    assert (batch.seen, len(batch.records)) == (2, 1)


@pytest.mark.parametrize("text", [b"", b"[2026-01-01] starting", b" {}"])
def test_what_is_no_line_of_the_log_is_no_request(log: RequestLog, text: bytes) -> None:
    log.take(text)
    assert log.batch() is None


def test_nobody_is_told_before_it_is_known_whose_requests_they_are() -> None:
    log = RequestLog(lambda batch: None)
    log.take(line())
    assert log.batch() is None


def test_few_are_told_all_in_the_order_in_which_they_began(log: RequestLog) -> None:
    for number in (3, 1, 2):
        log.take(line(t=f"{number}.0"))
    batch = log.batch()
    assert batch is not None
    assert [found.time for found in batch.records] == [1.0, 2.0, 3.0]
    assert log.batch() is None


def test_of_many_all_are_counted_and_some_told_each_as_likely_as_any(log: RequestLog) -> None:
    halves: Counter[bool] = Counter()
    for _ in range(20):
        for number in range(2000):
            log.take(line(t=f"{number}.0"))
        batch = log.batch()
        assert batch is not None
        assert (batch.seen, len(batch.records)) == (2000, SAMPLE)
        halves.update(found.time < 1000 for found in batch.records)
    assert 800 < halves[True] < 1200, "of 2000; five standard deviations are 112"


async def test_lines_are_put_together_however_they_come() -> None:
    told: asyncio.Queue[RequestBatch] = asyncio.Queue()
    log = RequestLog(told.put_nowait)
    log.source = (WORKLOAD, "reviews-1")
    stream = asyncio.StreamReader()
    async with asyncio.TaskGroup() as group:
        reading = group.create_task(log.read(stream))
        flushing = group.create_task(log.flush())
        text = b"".join(line(p=f"/{number}") + b"\n" for number in range(50))
        for start in range(0, len(text), 7):
            stream.feed_data(text[start : start + 7])
            await asyncio.sleep(0)
        stream.feed_eof()
        await reading
        batch = await asyncio.wait_for(told.get(), 5)
        flushing.cancel()
    assert batch.seen == 50
    assert {found.path for found in batch.records} == {f"/{number}" for number in range(50)}
