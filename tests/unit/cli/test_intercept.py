"""`proxy` and `mesh`: what is asked for, told, asked before, and refused."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from typing import Any

import click
import pytest

from app.cli import intercept as module
from app.domain import connection as c
from app.domain.errors import ErrorCode, Problem
from app.session import intercept_messages as im
from helper.protocol.intercepts import HeaderMatch, HttpMatch, MatchKind, PortMap, Workload
from tests.unit.cli.connected_session import REVIEWS, ROOT, cli, connected
from tests.unit.session.fake_keeper import FakeKeeper, im_problem, intercept_info

pytestmark = pytest.mark.usefixtures("local_program")


async def test_a_mesh(keeper: FakeKeeper, capsys: pytest.CaptureFixture[str]) -> None:
    async with connected(keeper):
        words = ("--header", "X-User=alice", "--header-regex", "x-v=1.*", "--path", "/api/", "--port", "9080:8080")
        assert await cli("mesh", "deploy/reviews", *words) == 0
    plan, start = keeper.asked
    match = HttpMatch((HeaderMatch("x-user", value="alice"), HeaderMatch("x-v", MatchKind.REGEX, "1.*")), "/api")
    wish = im.Wish(REVIEWS, match, (PortMap(9080, 8080),))
    assert (plan, start) == (im.PlanIntercept(wish), im.StartIntercept(wish))
    told = capsys.readouterr()
    assert told.out == (
        "deployment/reviews: requests with x-user=alice come to this machine, port 9080 -> 8080 (2 pods). "
        "Everything else goes its normal way.\n"
    )
    assert "Waiting for its pods (1 of 2)" in told.err


async def test_a_proxy(keeper: FakeKeeper, capsys: pytest.CaptureFixture[str]) -> None:
    told = intercept_info(mode="proxy", rule="", other_ports=True)
    keeper.ends[im.StartIntercept] = im.InterceptDone(0, told, 1, ("bob@desk",))
    async with connected(keeper):
        words = ("-n", "other", "--port", "9080:8080", "--take-over")
        assert await cli("proxy", "sts/reviews", *words) == 0
    wish = im.Wish(Workload("StatefulSet", "other", "reviews"), None, (PortMap(9080, 8080),))
    assert keeper.asked[1] == im.StartIntercept(wish, take_over=True)
    out = capsys.readouterr().out
    assert "all traffic comes to this machine, port 9080 -> 8080, other ports as they are (1 pod)." in out
    assert "Taken over from bob@desk." in out


async def test_json(keeper: FakeKeeper, capsys: pytest.CaptureFixture[str]) -> None:
    async with connected(keeper):
        assert await cli("mesh", "deploy/reviews", "--header", "x-user=alice", "-o", "json") == 0
        told = capsys.readouterr()
        assert told.err == ""
        answer = json.loads(told.out)
        assert answer["intercept"]["rule"] == "x-user=alice"
        assert (answer["pods"], answer["warnings"]) == (2, [])
        assert await cli("leave", "deploy/reviews", "-o", "json") == 0
        assert json.loads(capsys.readouterr().out)["workloads"][0]["sidecar_removed"] is True


async def test_nobody_listens_here_yet(
    keeper: FakeKeeper, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "listening_ports", lambda **_: frozenset({22}))
    async with connected(keeper):
        assert await cli("mesh", "deploy/reviews", "--header", "x-user=alice") == 0
        assert "nothing listens on port 8080" in capsys.readouterr().err
        monkeypatch.setattr(module, "listening_ports", lambda **_: None)
        assert await cli("mesh", "deploy/reviews", "--header", "x-user=alice") == 0
        assert "listens" not in capsys.readouterr().err


async def test_not_in_force_yet_is_not_done(keeper: FakeKeeper, capsys: pytest.CaptureFixture[str]) -> None:
    partial = intercept_info(health=im.InterceptHealth.PARTIAL, applied=1, trouble="bad regex")
    keeper.ends[im.StartIntercept] = im.InterceptDone(0, partial, 2)
    async with connected(keeper):
        assert await cli("mesh", "deploy/reviews", "--header", "x-user=alice") == 3
        assert "not in force everywhere yet: partial, 1 of 2 sidecars (bad regex)" in capsys.readouterr().out
        waiting = intercept_info(health=im.InterceptHealth.WAITING)
        keeper.ends[im.StartIntercept] = im.InterceptDone(0, waiting, 0)
        assert await cli("mesh", "deploy/reviews", "--header", "x-user=alice") == 0
        assert "no pods at the moment" in capsys.readouterr().out


NOTICES = (im.Notice("argo_cd", "Argo CD will take it back.", confirm=True), im.Notice("tls", "TLS cannot be read."))


@pytest.mark.parametrize(
    ("terminal", "words", "answer", "confirmed"),
    [
        (True, (), "y\n", ("argo_cd",)),
        (True, (), "n\n", None),
        (True, ("--yes",), "", ("argo_cd",)),
        (False, ("--yes",), "", ("argo_cd",)),
        (False, (), "", ()),
        (True, ("-o", "json"), "", ()),
    ],
)
async def test_what_there_is_to_know_before_is_told_and_asked(
    keeper: FakeKeeper,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    terminal: bool,
    words: tuple[str, ...],
    answer: str,
    confirmed: tuple[str, ...] | None,
) -> None:
    assert isinstance(keeper.plan_answer, im.InterceptPlan)
    keeper.plan_answer = im.InterceptPlan("deployment/reviews", "shop", "mesh", "r", (), True, 2, NOTICES, ())
    monkeypatch.setattr(module, "is_terminal", lambda: terminal)
    monkeypatch.setattr(click, "confirm", _confirm(answer))
    async with connected(keeper):
        code = await cli("mesh", "deploy/reviews", "--header", "x-user=alice", *words)
    told = capsys.readouterr()
    if "-o" not in words:
        assert "Argo CD will take it back." in told.err
        assert "TLS cannot be read." in told.err
    if confirmed is None:
        assert code == 130
        assert told.err.endswith("Nothing was changed.\n")
        assert len(keeper.asked) == 1
    else:
        start = keeper.asked[1]
        assert isinstance(start, im.StartIntercept)
        assert start.confirmed == confirmed


def _confirm(answer: str) -> Any:
    def confirm(text: str, **_: object) -> bool:
        assert "deployment/reviews" in text
        return answer == "y\n"

    return confirm


async def test_a_lost_tunnel_is_the_reason(keeper: FakeKeeper, capsys: pytest.CaptureFixture[str]) -> None:
    async with connected(keeper) as made:
        made.runner.post(c.TunnelLost(1, Problem(ErrorCode.TUNNEL_CLOSED, {"problem": "cut"}), 2.0))
        assert await cli("proxy", "deploy/reviews", "-o", "json") == 30
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "tunnel_closed"


async def test_a_refusal_is_one_sentence(keeper: FakeKeeper, capsys: pytest.CaptureFixture[str]) -> None:
    keeper.ends[im.StartIntercept] = im.InterceptFailed(0, im_problem(ErrorCode.TICKET_MISSING, namespace="kubeferry"))
    async with connected(keeper):
        assert await cli("proxy", "deploy/reviews") == 20
    assert "gave no ticket" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "request_type", "words"),
    [
        ("proxy", im.StartIntercept, "deployment/reviews is as it was."),
        ("leave", im.Leave, "It goes on without you"),
    ],
)
async def test_ctrl_c_says_what_becomes_of_it(keeper: FakeKeeper, command: str, request_type: type, words: str) -> None:
    """A start is undone, a restoration never stops halfway."""
    del keeper.ends[request_type]
    async with connected(keeper):
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "app",
            command,
            "deploy/reviews",
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            assert process.stderr is not None
            while b"Waiting for its pods" not in await process.stderr.readline():
                pass
            process.send_signal(signal.SIGINT)
            assert await process.wait() == 130
            told = (await process.stderr.read()).decode()
            assert words in told
            assert "Traceback" not in told
            assert ("is as it was" in told) is (request_type is im.StartIntercept)
            assert keeper.cancelled or request_type is im.Leave
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
