from __future__ import annotations

import asyncio

import pytest

from app.domain import connection as c
from app.domain.drops import OnDrop
from tests.unit.cli.test_connection import cli, until_connecting
from tests.unit.session.running_session import running


async def test_pull_secret_and_on_drop() -> None:
    async with running() as made, asyncio.TaskGroup() as group:
        command = group.create_task(cli("connect", "--pull-secret", "registry", "--on-drop", "release"))
        await until_connecting(made)
        made.runner.post(c.ProbePassed(1, 1.0))
        assert await command == 0
        target = made.attempts[0].context.target
        assert (target.pull_secret, target.on_drop) == ("registry", OnDrop.RELEASE)


async def test_an_unknown_choice_is_refused() -> None:
    assert await cli("connect", "--on-drop", "explode") != 0


@pytest.mark.timeout(20)  # an attempt that begins all the same goes on for ever here
@pytest.mark.parametrize("option", ["--namespace", "--manager-namespace"])
@pytest.mark.parametrize("name", ["Bad Name", "UPPER", "-a", "a.b", "x" * 64])
async def test_what_is_no_namespace_is_refused_before_anything_begins(
    option: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with running() as made:
        assert await cli("connect", f"{option}={name}") == 10
        assert made.attempts == []
        assert await cli("connect", f"{option}={name}", "--dry-run") == 10
    assert f"{option} {name}: a namespace's name consists of" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("namespace", "there", "noted"),
    [("shop", ("shop", "dev"), False), ("shpo", ("shop", "dev"), True), ("shpo", (), False)],
)
async def test_a_namespace_that_is_not_there_is_told(
    namespace: str, there: tuple[str, ...], noted: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where namespaces may be listed."""
    async with running() as made, asyncio.TaskGroup() as group:
        command = group.create_task(cli("connect", "-n", namespace))
        await made.until(c.Connecting)
        made.runner.hub.update_facts(context="one", namespace=namespace, namespaces=there)
        made.runner.post(c.ProbePassed(1, 1.0))
        assert await command == 0
    told = capsys.readouterr()
    assert f"Connected to one, namespace {namespace}" in told.out
    note = "Note: the cluster has no namespace shpo: nothing has a short name. Name one with -n: dev, shop."
    assert (note in told.err) is noted
