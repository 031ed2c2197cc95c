"""A pasted kubeconfig on its whole way through a real session process: it is used, and it is in no file."""

from __future__ import annotations

import asyncio
from pathlib import Path

from app.domain.errors import ErrorCode
from app.platform import launch
from app.session import messages as m
from app.session.client import SessionClient
from tests.unit.kube.test_kubeconfig_sources import kubeconfig

SECRET = "planted-5ecret-t0ken"


def written(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def wait_for_sessions() -> None:
    for process in launch._started:
        process.wait(15)


async def until_settled(session: SessionClient) -> m.Status:
    async with asyncio.timeout(10):
        while True:
            answer = await session.request(m.GetStatus())
            assert isinstance(answer, m.StatusIs)
            if answer.status.state in (m.StateKind.FAILED, m.StateKind.DISCONNECTED):
                return answer.status
            await asyncio.sleep(0.02)


async def test_it_is_used_and_in_no_file(own_dirs: Path) -> None:
    session = SessionClient()
    try:
        unknown = m.Connect(kubeconfig="@keyring/other")
        await session.request(unknown)
        status = await until_settled(session)
        assert status.problem is not None
        assert status.problem.code is ErrorCode.KUBECONFIG_INVALID
        assert "keyring" in status.problem.params["problem"]
        text = kubeconfig("127.0.0.1:9", name="lab", extra_user=f"token: {SECRET}")
        await session.request(m.HoldKubeconfig("lab", text))
        await session.request(m.Connect(kubeconfig="@keyring/lab"))
        status = await until_settled(session)
        assert status.problem is not None
        assert status.problem.code in (ErrorCode.HELPER_NOT_RUNNING, ErrorCode.API_UNREACHABLE)
    finally:
        await session.request(m.Shutdown())
        session.close()
        await asyncio.to_thread(wait_for_sessions)
    found = written(own_dirs)
    assert "session.log" in found
    assert not [name for name, content in found.items() if SECRET.encode() in content]
