"""The command line against a session whose attempts do what the test says; Ctrl-C with a real process."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path

import pytest

from app.cli.program import run
from app.domain import connection as c
from app.domain.errors import ErrorCode, Problem
from app.domain.stages import Stage
from app.session import messages as m
from tests.unit.session.running_session import Running, running

ROOT = Path(__file__).parents[3]


async def cli(*arguments: str) -> int:
    return await asyncio.to_thread(run, list(arguments))


async def until_connecting(made: Running) -> None:
    await made.until(c.Connecting)
    await asyncio.sleep(0)


async def test_connect(capsys: pytest.CaptureFixture[str]) -> None:
    async with running() as made, asyncio.TaskGroup() as group:
        command = group.create_task(cli("connect", "--context", "one", "-n", "shop", "--exclude", "10.1.2.3/8"))
        await until_connecting(made)
        made.runner.hub.update_facts(context="one", namespace="shop")
        made.runner.post(c.ProbePassed(1, 1.0))
        assert await command == 0
        target = made.attempts[0].context.target
        assert (target.context, target.namespace, str(target.wishes.exclude[0])) == ("one", "shop", "10.0.0.0/8")
        assert "Connected to one, namespace shop, in " in capsys.readouterr().out
        assert await cli("status") == 0
        assert "already" not in capsys.readouterr().out
        assert await cli("connect", "--context", "one", "-n", "shop", "--exclude", "10.1.2.3/8") == 0
        assert "Connected already to one, namespace shop: 0 subnets" in capsys.readouterr().out
        assert await cli("disconnect") == 0
        assert await cli("status") == 3
        assert capsys.readouterr().out.startswith("Disconnected.\n")
        assert await cli("disconnect") == 0
        assert capsys.readouterr() == ("There was no connection.\n", "")


async def test_failure_is_one_sentence_and_the_next_step(capsys: pytest.CaptureFixture[str]) -> None:
    async with running() as made, asyncio.TaskGroup() as group:
        command = group.create_task(cli("connect"))
        await until_connecting(made)
        made.runner.post(c.AttemptFailed(1, Problem(ErrorCode.HELPER_NOT_RUNNING, {"socket": "/run/x"})))
        assert await command == 40
    lines = capsys.readouterr().err.splitlines()
    assert lines[-2] == "The helper is not running. Kubeferry's helper service does not answer at /run/x."
    assert lines[-1].startswith("Start it:")


async def test_failure_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    async with running() as made, asyncio.TaskGroup() as group:
        command = group.create_task(cli("connect", "-o", "json"))
        await until_connecting(made)
        made.runner.post(c.AttemptFailed(1, Problem(ErrorCode.API_FORBIDDEN, {"verb": "get"})))
        assert await command == 20
    told = capsys.readouterr()
    assert json.loads(told.out)["error"]["code"] == "api_forbidden"
    assert told.err == ""


async def test_status_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    async with running() as made:
        made.runner.connect(c.Target(context="one"))
        made.runner.post(c.ProbePassed(1, 1.0))
        made.runner.post(c.ProbeFailed(1, Problem(ErrorCode.PROBE_FAILED, {"problem": "DNS"})))
        assert await cli("status", "-o", "json") == 3
    told = json.loads(capsys.readouterr().out)
    assert (told["state"], told["problem"]["code"]) == ("degraded", "probe_failed")


async def test_somebody_else_disconnects(capsys: pytest.CaptureFixture[str]) -> None:
    async with running() as made, asyncio.TaskGroup() as group:
        command = group.create_task(cli("connect"))
        await until_connecting(made)
        made.runner.post(c.DisconnectRequested())
        assert await command == 130
    assert "cancelled" in capsys.readouterr().err


async def test_already_connected(capsys: pytest.CaptureFixture[str]) -> None:
    async with running() as made:
        made.runner.connect(c.Target(context="one", kubeconfig=None))
        made.runner.post(c.ProbePassed(1, 1.0))
        made.runner.post(c.TunnelLost(1, Problem(ErrorCode.TUNNEL_CLOSED, {"problem": "cut"}), 2.0))
        assert await cli("connect", "--context", "one") == 3
    assert "reconnecting" in capsys.readouterr().out


@pytest.fixture(autouse=True)
def no_kubeconfig(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBECONFIG", raising=False)


async def test_without_a_session(capsys: pytest.CaptureFixture[str]) -> None:
    assert await cli("status") == 3
    assert await cli("disconnect") == 0
    assert "not connected" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["connect", "--exclude", "nonsense"], 10),
        (["connect", "--on-overlap", "maybe"], 2),
        (["nonsense"], 2),
        (["--help"], 0),
    ],
)
async def test_exit_codes(arguments: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert await cli(*arguments) == code
    assert "Traceback" not in capsys.readouterr().err


async def test_faults_are_told_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(**_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("app.cli.connection.BlockingSession.open", fail)
    assert await cli("status") == 1
    told = capsys.readouterr().err
    assert "ZeroDivisionError" in told
    assert "Traceback" not in told


async def test_ctrl_c_undoes_the_attempt() -> None:
    async with running() as made:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "app",
            "connect",
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            await made.until(c.Connecting)
            made.runner.post(c.Progressed(1, Stage.OPENING_TUNNEL, "pod"))
            assert process.stderr is not None
            while b"Opening" not in await process.stderr.readline():
                pass
            made.attempts[0].may_undo.clear()
            process.send_signal(signal.SIGINT)
            await made.until(c.Disconnecting)
            made.attempts[0].may_undo.set()
            assert await process.wait() == 130
            assert isinstance(made.runner.state, c.Disconnected), "it waits until it is undone"
            assert b"Traceback" not in await process.stderr.read()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def test_messages_of_the_status() -> None:
    from app.cli.status_text import status_lines

    facts = m.Facts(
        context="one",
        server="https://x",
        server_version="v1.37.2",
        manager_pod="m-1",
        manager_namespace="kubeferry",
        interface="kubeferry0",
        addresses=("198.19.0.7",),
        subnets=("10.96.0.0/16",),
        cluster_domain="cluster.local",
    )
    status = m.Status(
        m.StateKind.FAILED, problem=m.ProblemInfo(ErrorCode.WORKER_STOPPED), left=("a route",), facts=facts
    )
    told = "\n".join(status_lines(status))
    for word in ("failed", "v1.37.2", "kubeferry/m-1", "kubeferry0 198.19.0.7", "a route", "next step"):
        assert word in told
