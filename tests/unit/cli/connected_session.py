"""A session in this process that is connected, with a keeper of intercepts, and the command line against it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from app.cli.program import run
from app.domain import connection as c
from app.session import intercept_messages as im
from helper.protocol.intercepts import Workload
from tests.unit.session.fake_keeper import FakeKeeper, intercept_info
from tests.unit.session.running_session import Running, running

ROOT = Path(__file__).parents[3]
REVIEWS = Workload("Deployment", "shop", "reviews")
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
