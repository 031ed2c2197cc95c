from __future__ import annotations

import asyncio

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
