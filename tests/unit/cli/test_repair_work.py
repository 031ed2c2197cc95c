"""`repair` without a connection: who is there is known to a manager alone, wherever it runs."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from app.cli.repair_work import plan_unconnected
from app.domain.errors import ErrorCode, KubeferryError
from app.session import intercept_messages as im
from tests.unit.kube.fake_api import Request, Write, answer, fake_api
from tests.unit.session.test_cluster_link import kubeconfig, pod

FORBIDDEN = answer(403, {"reason": "Forbidden", "message": "no"})
NOTHING = answer(200, {"metadata": {"resourceVersion": "1"}, "items": []})


def plan(folder: Path, answers: dict[str, bytes]) -> im.RepairPlan:
    async def handle(request: Request, write: Write) -> None:
        await write(answers.get(request.path, NOTHING))

    async def run() -> im.RepairPlan:
        async with fake_api(handle) as server:
            return await plan_unconnected(None, kubeconfig(folder, server.url), None, everywhere=False)

    return asyncio.run(run())


def listed(*names: str) -> bytes:
    return answer(200, {"metadata": {"resourceVersion": "1"}, "items": [pod(name) for name in names]})


@pytest.mark.parametrize(
    "answers",
    [
        {"/api/v1/pods": listed("in-a-namespace-of-somebodys-choice")},
        {"/api/v1/pods": FORBIDDEN, "/api/v1/namespaces/kubeferry/pods": listed("m-1")},
    ],
    ids=["anywhere", "where it may be looked"],
)
def test_where_a_manager_runs_it_has_to_be_asked(tmp_path: Path, answers: dict[str, bytes]) -> None:
    with pytest.raises(KubeferryError) as refused:
        plan(tmp_path, answers)
    assert refused.value.code is ErrorCode.NOT_CONNECTED


@pytest.mark.parametrize("answers", [{}, {"/api/v1/pods": FORBIDDEN}], ids=["nowhere", "nowhere one may look"])
def test_without_a_manager_nobody_is_there(tmp_path: Path, answers: dict[str, bytes]) -> None:
    assert plan(tmp_path, answers) == im.RepairPlan(())
