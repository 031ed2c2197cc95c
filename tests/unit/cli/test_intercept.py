"""`proxy`, `mesh`, `leave`, `repair`, `traffic` and the intercepts of `status`, against a session in this process."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import click
import pytest

from app.cli import intercept as module
from app.cli.intercept_text import duration, health_words, in_force_lines, intercept_table, port_words, restored_line
from app.cli.program import run
from app.cli.traffic import request_line
from app.domain import connection as c
from app.domain.errors import ErrorCode, KubeferryError, Problem
from app.platform.listening import listening_ports
from app.session import intercept_messages as im
from helper.protocol.intercepts import (
    HeaderMatch,
    HttpMatch,
    MatchKind,
    PortMap,
    RequestBatch,
    RequestRecord,
    Verdict,
    Workload,
)
from tests.unit.session.fakes import FakeKeeper, im_problem, intercept_info
from tests.unit.session.test_server import Running, running

ROOT = Path(__file__).parents[3]
REVIEWS = Workload("Deployment", "shop", "reviews")
ALICE = HttpMatch((HeaderMatch("x-user", value="alice"),))
DONE = im.InterceptDone(0, intercept_info(), 2)
RESTORED = im.Restored("deployment/reviews", "shop", True)


async def cli(*arguments: str) -> int:
    return await asyncio.to_thread(run, list(arguments))


@asynccontextmanager
async def connected(keeper: FakeKeeper) -> AsyncIterator[Running]:
    async with running() as made:
        made.runner.connect(c.Target(context="one"))
        made.runner.post(c.ProbePassed(1, 1.0))
        made.runner.hub.update_facts(context="one", namespace="shop")
        made.runner.desk.keeper = keeper
        yield made


@pytest.fixture
def keeper() -> FakeKeeper:
    keeper = FakeKeeper()
    keeper.ends[im.StartIntercept] = DONE
    keeper.ends[im.Leave] = im.WorkloadsRestored(0, (RESTORED,))
    keeper.ends[im.Repair] = im.WorkloadsRestored(0, (RESTORED,))
    return keeper


@pytest.fixture(autouse=True)
def ports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "listening_ports", lambda **_: frozenset({8080}))


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
        "deployment/reviews: requests with x-user=alice come to this machine, 9080 -> 8080 (2 pods). "
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
    assert "all traffic comes to this machine, 9080 -> 8080, other ports as they are (1 pod)." in out
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
        assert len(keeper.asked) == 1
    else:
        start = keeper.asked[1]
        assert isinstance(start, im.StartIntercept)
        assert start.confirmed == confirmed


def _confirm(answer: str) -> Any:
    def confirm(text: str, **_: object) -> bool:
        assert "deployment/reviews" in text
        if answer != "y\n":
            raise click.Abort
        return True

    return confirm


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("mesh", "deploy/reviews"), 10, "needs a --header or a --path"),
        (("mesh", "deploy/reviews", "--header", "alice"), 10, "name=value"),
        (("mesh", "reviews", "--path", "/"), 10, "deploy/reviews"),
        (("mesh", "job/reviews", "--path", "/"), 10, "Job"),
        (("proxy", "deploy/reviews", "--port", "0"), 10, "1 to 65535"),
        (("proxy", "deploy/reviews", "--only-ports"), 10, "no --port"),
        (("proxy",), 2, "WORKLOAD"),
        (("leave", "deploy/reviews", "--all"), 10, "named as well"),
        (("repair", "-n", "shop", "-A"), 10, "--namespace"),
    ],
)
async def test_what_cannot_be_meant(
    keeper: FakeKeeper, arguments: tuple[str, ...], code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with connected(keeper):
        assert await cli(*arguments) == code
    told = capsys.readouterr()
    assert words in told.err
    assert "Traceback" not in told.err
    assert keeper.asked == []


@pytest.mark.parametrize(
    "arguments",
    [("mesh", "deploy/reviews", "--path", "/"), ("proxy", "deploy/reviews"), ("leave", "--all"), ("traffic",)],
)
async def test_without_a_connection(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert await cli(*arguments, "-o", "json") == 3
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "not_connected"
    async with running():
        assert await cli(*arguments) == 3
    assert "kubeferry connect" in capsys.readouterr().err


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


async def test_ctrl_c_undoes_it_and_says_so(keeper: FakeKeeper) -> None:
    del keeper.ends[im.StartIntercept]
    async with connected(keeper):
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "app",
            "proxy",
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
            assert "deployment/reviews is as it was." in told
            assert "Traceback" not in told
            assert keeper.cancelled
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def test_leave(keeper: FakeKeeper, capsys: pytest.CaptureFixture[str]) -> None:
    async with connected(keeper) as made:
        assert await cli("leave", "deploy/reviews", "-n", "other") == 0
        assert keeper.asked[-1] == im.Leave(Workload("Deployment", "other", "reviews"))
        assert capsys.readouterr().out == "deployment/reviews in shop: as it was before.\n"
        assert await cli("leave", "--all") == 0
        assert keeper.asked[-1] == im.Leave(None)
        made.runner.hub.set_intercepts((intercept_info(), intercept_info(intercept_id="b" * 12)))
        assert await cli("leave") == 0, "one workload is meant without its name"
        made.runner.hub.set_intercepts((intercept_info(), intercept_info(workload="pod/x")))
        assert await cli("leave") == 10
        assert "deployment/reviews in shop, pod/x in shop" in capsys.readouterr().err
        made.runner.hub.set_intercepts(())
        assert await cli("leave") == 10
        keeper.ends[im.Leave] = im.WorkloadsRestored(0, ())
        assert await cli("leave", "--all") == 0
        assert "nothing to leave" in capsys.readouterr().out


async def test_a_leave_that_half_works(keeper: FakeKeeper, capsys: pytest.CaptureFixture[str]) -> None:
    failed = im.Restored("pod/x", "shop", problem=im_problem(ErrorCode.API_FORBIDDEN, verb="patch"))
    keeper.ends[im.Leave] = im.WorkloadsRestored(0, (RESTORED, failed))
    async with connected(keeper):
        assert await cli("leave", "--all") == 20
        told = capsys.readouterr()
        assert "as it was before" in told.out
        assert "pod/x in shop:" in told.err
        assert "may not patch" in told.err
        assert await cli("leave", "--all", "-o", "json") == 20
        assert json.loads(capsys.readouterr().out)["workloads"][1]["problem"]["code"] == "api_forbidden"


async def test_status_has_everybodys(keeper: FakeKeeper, capsys: pytest.CaptureFixture[str]) -> None:
    bob = intercept_info(
        intercept_id="b" * 12,
        owner="bob@desk",
        mine=False,
        mode="proxy",
        rule="",
        ports=(),
        other_ports=True,
        health=im.InterceptHealth.ABSENT,
    )
    keeper.listed = (intercept_info(owner="elsewhere"), bob)
    async with connected(keeper) as made:
        made.runner.hub.set_intercepts((intercept_info(),))
        assert await cli("status") == 0
        told = capsys.readouterr().out
        assert "me@desk (you)" in told
        assert "absent: traffic goes its normal way" in told
        assert await cli("status", "-o", "json") == 0
        shown = json.loads(capsys.readouterr().out)["intercepts"]
        assert [(one["owner"], one["mine"]) for one in shown] == [("me@desk", True), ("bob@desk", False)]
        keeper.listed = KubeferryError(ErrorCode.TIMED_OUT)
        assert await cli("status", "-o", "json") == 0
        assert len(json.loads(capsys.readouterr().out)["intercepts"]) == 1


REMAINS = im.RemainsInfo(REVIEWS, "deployment/reviews", "shop", ("bob@desk",), ())


async def test_repair(keeper: FakeKeeper, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    async with connected(keeper):
        assert await cli("repair") == 0
        assert "Nobody left anything." in capsys.readouterr().out
        assert await cli("repair", "-o", "json") == 0
        assert json.loads(capsys.readouterr().out) == {"found": [], "unread": [], "workloads": []}
        keeper.repair_answer = im.RepairPlan((REMAINS,), ("namespace secret",))
        assert await cli("repair") == 10
        told = capsys.readouterr()
        assert "deployment/reviews in shop: bob@desk; its sidecar is removed" in told.out
        assert "Not looked at: namespace secret" in told.err
        assert await cli("repair", "-A", "--yes") == 0
        assert keeper.asked[-2:] == [im.PlanRepair(None), im.Repair(None, (REVIEWS,))]
        assert "as it was before" in capsys.readouterr().out
        assert await cli("repair", "-o", "json") == 0
        assert json.loads(capsys.readouterr().out)["workloads"] == [], "without --yes it only shows"
        assert await cli("repair", "-o", "json", "-y") == 0
        assert json.loads(capsys.readouterr().out)["workloads"][0]["sidecar_removed"]
        monkeypatch.setattr("app.cli.repair.is_terminal", lambda: True)
        monkeypatch.setattr(click, "confirm", lambda *_, **__: True)
        assert await cli("repair", "-n", "other") == 0
        assert keeper.asked[-2] == im.PlanRepair("other")


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


def test_tables() -> None:
    assert intercept_table(()) == []
    long = intercept_info(mine=False, rule="x" * 100, since=0.0, ports=())
    heading, mine, theirs = intercept_table((long, intercept_info()), now=3700.0)
    assert heading.split() == ["WORKLOAD", "NAMESPACE", "RULE", "PORTS", "OWNER", "AGE", "HEALTH"]
    assert "9080 -> 8080" in mine
    assert "1 h 0 min" in mine
    assert "…" in theirs


@pytest.mark.parametrize("health", im.InterceptHealth)
def test_every_health_has_words(health: im.InterceptHealth) -> None:
    words = health_words(intercept_info(health=health, superseded_by="bob@desk", trouble="cut"))
    assert words.endswith("(cut)")


def test_lines() -> None:
    ports = im.InterceptDone(0, intercept_info(mode="proxy", rule="", other_ports=False), 1)
    assert in_force_lines(ports) == [
        "deployment/reviews: traffic comes to this machine, 9080 -> 8080 (1 pod). Other ports go their normal way."
    ]
    every = im.InterceptDone(0, intercept_info(mode="proxy", rule="", other_ports=True, ports=()), 3)
    assert in_force_lines(every) == [
        "deployment/reviews: all traffic comes to this machine, every port as it is (3 pods)."
    ]
    assert port_words(("80:80", "81:82")) == "80, 81 -> 82"
    assert restored_line(im.Restored("pod/x", "shop", False, 2)).endswith("its sidecar stays for 2 more.")
    assert restored_line(im.Restored("pod/x", "shop")).endswith("nothing was left to restore.")
    assert [duration(seconds) for seconds in (-1, 59, 61, 3660)] == ["0 s", "59 s", "1 min 1 s", "1 h 1 min"]


TCP = """  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1
   1: 0100007F:1F91 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 2
   broken
"""
UDP = """  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 3
"""


def test_listening_ports(tmp_path: Path) -> None:
    assert listening_ports(folder=tmp_path) is None
    (tmp_path / "tcp").write_text(TCP)
    (tmp_path / "udp").write_text(UDP)
    assert listening_ports(folder=tmp_path) == frozenset({0x1F90})
    assert listening_ports(udp=True, folder=tmp_path) == frozenset({0x1F90, 53})
