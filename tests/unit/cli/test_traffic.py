"""`traffic`: requests as they are seen, and how it ends."""

from __future__ import annotations

import asyncio
import json
import signal
import sys

import click
import pytest

from app.cli.traffic import request_line
from app.domain import connection as c
from helper.protocol.intercepts import RequestBatch, RequestRecord, Verdict
from tests.unit.cli.connected_session import REVIEWS, ROOT, cli, connected
from tests.unit.session.fake_keeper import FakeKeeper, intercept_info

RECORD = RequestRecord(
    time=0.25,
    method="GET",
    path="/reviews/1",
    host="reviews",
    protocol="HTTP/1.1",
    status=200,
    duration_s=0.012,
    verdict=Verdict.LAPTOP,
    intercept_id="a" * 12,
)


@pytest.mark.parametrize("output", ["text", "json"])
async def test_traffic(keeper: FakeKeeper, output: str) -> None:
    keeper.listed = (intercept_info(),)
    async with connected(keeper) as made:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "app",
            "traffic",
            "-o",
            output,
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(10):
                while not keeper.watchers:  # noqa: ASYNC110
                    await asyncio.sleep(0.005)
            ((watcher, watched),) = keeper.watchers.items()
            assert watched == (REVIEWS,)
            watcher(RequestBatch(REVIEWS, "reviews-1", 10, (RECORD,)))
            assert process.stdout is not None
            line = (await process.stdout.readline()).decode()
            if output == "json":
                told = json.loads(line)
                assert (told["path"], told["rule"], told["owner"]) == ("/reviews/1", "x-user=alice", "me@desk")
                assert json.loads(await process.stdout.readline()) == {
                    "sample": {"pod": "reviews-1", "seen": 10, "shown": 1}
                }
            else:
                assert "200      12 ms  laptop   GET /reviews/1  [x-user=alice, you]" in line
            if output == "text":
                assert process.stderr is not None
                while b"a sample: 9 more of 10 requests" not in await process.stderr.readline():
                    pass
                process.send_signal(signal.SIGINT)
                assert await process.wait() == 0
            else:
                made.runner.post(c.DisconnectRequested())
                assert await process.wait() == 3
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def test_traffic_of_nothing(keeper: FakeKeeper, capsys: pytest.CaptureFixture[str]) -> None:
    keeper.listed = (intercept_info(mode="proxy", rule=""),)
    async with connected(keeper):
        assert await cli("traffic") == 10
    assert "nobody else has one with rules" in capsys.readouterr().err


def test_request_lines_are_harmless() -> None:
    evil = request_line(RequestRecord(0.0, "GET", "/\x1b[2J", "", "", 0, 0.0, Verdict.CLUSTER, grpc_status=5), None)
    assert "\x1b[2J" not in evil
    assert "-/5" in click.unstyle(evil)
