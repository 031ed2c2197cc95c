"""The real cluster port against an API server of a few lines."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from app.domain.connection import Target
from app.domain.errors import ErrorCode, KubeferryError
from app.domain.stages import Stage
from app.kube.credentials import ApiAccess, Login
from app.kube.manager_rollout import InstallProgress, InstallStep
from app.session import cluster_link
from app.session.cluster_link import ClusterLink, environment, install_reporter, places_to_look
from helper.cluster.api import MANAGER_LABELS, MANAGER_PORT
from helper.protocol.worker_messages import Endpoint
from tests.unit.kube.fake_api import CHUNKED, Request, Write, answer, fake_api

FORBIDDEN = answer(403, {"reason": "Forbidden", "message": "no"})
NOT_FOUND = answer(404, {"reason": "NotFound", "message": "no"})


def pod(name: str, *, running: bool = True) -> dict[str, Any]:
    state = {"running": {}} if running else {"waiting": {"reason": "ContainerCreating"}}
    return {
        "metadata": {"name": name, "namespace": "kubeferry", "uid": f"uid-{name}", "labels": MANAGER_LABELS},
        "spec": {"containers": [{"name": "manager", "image": "manager:1"}]},
        "status": {
            "phase": "Running" if running else "Pending",
            "containerStatuses": [{"name": "manager", "ready": running, "state": state}],
        },
    }


@dataclasses.dataclass
class Api:
    """What the server has. Watches stay silent."""

    pods: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    namespaces: tuple[str, ...] | None = ("default", "shop")
    installed: bool = False
    allowed: bool = True
    requests: list[str] = dataclasses.field(default_factory=list)

    async def handle(self, request: Request, write: Write) -> None:
        self.requests.append(f"{request.method} {request.path}")
        if "watch=" in request.target:
            await write(CHUNKED)
            await asyncio.get_running_loop().create_future()
        await write(self._answer(request))

    def _answer(self, request: Request) -> bytes:
        match request.path.removeprefix("/api/v1"):
            case "/namespaces/kubeferry/pods":
                return _list(*self.pods)
            case "/namespaces/shop/pods":
                return _list()
            case "/namespaces":
                if self.namespaces is None:
                    return FORBIDDEN
                return _list(*({"metadata": {"name": name, "uid": name}} for name in self.namespaces))
            case "/nodes":
                return _list({"metadata": {}, "spec": {"podCIDRs": ["10.244.0.0/24"]}})
            case "/apis/networking.k8s.io/v1/servicecidrs":
                return _list({"metadata": {}, "spec": {"cidrs": ["10.96.0.0/16"]}})
            case "/apis/apps/v1/namespaces/kubeferry/deployments/kubeferry-manager" if self.installed:
                return answer(200, {"metadata": {"name": "kubeferry-manager"}})
            case "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews":
                return answer(201, {"status": {"allowed": self.allowed}})
            case "/version":
                return answer(200, {"major": "1", "minor": "37", "gitVersion": "v1.37.2"})
        return NOT_FOUND


def _list(*items: dict[str, Any]) -> bytes:
    return answer(200, {"metadata": {"resourceVersion": "1"}, "items": list(items)})


def kubeconfig(folder: Path, url: str) -> str:
    path = folder / "kubeconfig"
    path.write_text(
        f"""
apiVersion: v1
kind: Config
current-context: test
contexts: [{{name: test, context: {{cluster: c, user: u, namespace: shop}}}}]
clusters: [{{name: c, cluster: {{server: "{url}"}}}}]
users: [{{name: u, user: {{token: t1}}}}]
"""
    )
    return str(path)


@asynccontextmanager
async def linked(folder: Path, api: Api, **target: Any) -> AsyncIterator[ClusterLink]:
    async with fake_api(api.handle) as server:
        link = ClusterLink.open(Target(kubeconfig=kubeconfig(folder, server.url), **target))
        try:
            yield link
        finally:
            await link.close()


def ignore(stage: Stage, waits_for: str) -> None: ...


async def test_a_manager_that_runs_is_used_and_the_rights_are_asked_where_it_is(tmp_path: Path) -> None:
    api = Api(pods=[pod("m-1")])
    async with linked(tmp_path, api) as link, asyncio.TaskGroup() as group:
        checking = group.create_task(link.check())
        stages: list[tuple[Stage, str]] = []
        endpoint = await link.ensure_manager(lambda *told: stages.append(told))
        assert (endpoint.namespace, endpoint.pod, endpoint.port) == ("kubeferry", "m-1", MANAGER_PORT)
        assert endpoint.headers == (("Authorization", "Bearer t1"),)
        assert stages == [(Stage.FINDING_MANAGER, "shop, kubeferry")]
        assert await checking == "v1.37.2"
    assert (link.context, link.namespace) == ("test", "shop")


async def test_a_missing_right_ends_the_check(tmp_path: Path) -> None:
    api = Api(pods=[pod("m-1")], allowed=False)
    async with linked(tmp_path, api) as link:
        await link.ensure_manager(ignore)
        with pytest.raises(KubeferryError) as refused:
            await link.check()
        assert refused.value.code is ErrorCode.API_FORBIDDEN


async def test_a_check_ends_with_the_link(tmp_path: Path) -> None:
    async with linked(tmp_path, Api()) as link:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(link.check())
            await asyncio.sleep(0)
            await link.close()
        assert task.cancelled()


KNOWN = Endpoint("http://x", "kubeferry", "m-1", MANAGER_PORT)


async def test_the_next_endpoint_of_a_tunnel_that_is_up_asks_for_nothing(tmp_path: Path) -> None:
    api = Api()
    async with linked(tmp_path, api) as link:
        endpoint = await link.next_endpoint(KNOWN, renew=True, lost=False)
        assert (endpoint.pod, api.requests) == ("m-1", [])


async def test_the_next_endpoint_of_a_lost_tunnel_is_the_pod_that_runs_now(tmp_path: Path) -> None:
    async with linked(tmp_path, Api(pods=[pod("m-2"), pod("m-3", running=False)])) as link:
        assert (await link.next_endpoint(KNOWN, renew=False, lost=True)).pod == "m-2"


@pytest.mark.parametrize(("installed", "code"), [(False, ErrorCode.MANAGER_MISSING), (True, ErrorCode.MANAGER_STUCK)])
async def test_why_there_is_no_next_endpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, installed: bool, code: ErrorCode
) -> None:
    monkeypatch.setattr(cluster_link, "FIND_S", 0.2)
    async with linked(tmp_path, Api(installed=installed)) as link:
        with pytest.raises(KubeferryError) as failed:
            await link.next_endpoint(KNOWN, renew=False, lost=True)
        assert failed.value.code is code


@pytest.mark.parametrize(("namespaces", "seen"), [(("b", "a"), ("a", "b")), (None, ("shop",))])
async def test_what_is_discovered(tmp_path: Path, namespaces: tuple[str, ...] | None, seen: tuple[str, ...]) -> None:
    async with linked(tmp_path, Api(namespaces=namespaces)) as link:
        found = await link.discover()
        assert [str(subnet) for subnet in found.subnets] == ["10.96.0.0/16", "10.244.0.0/24"]
        assert (found.namespaces, found.api_service) == (seen, "10.96.0.1")


async def test_the_thorough_look_is_told(tmp_path: Path) -> None:
    async with linked(tmp_path, Api()) as link, asyncio.TaskGroup() as group:
        told: asyncio.Queue[Any] = asyncio.Queue()
        following = group.create_task(link.follow_network(told.put))
        async with asyncio.timeout(5):
            found = await told.get()
        assert "10.244.0.0/24" in [str(subnet) for subnet in found.subnets]
        following.cancel()


async def test_the_servers_address_is_outside(tmp_path: Path) -> None:
    async with linked(tmp_path, Api()) as link:
        assert [str(address) for address in await link.outside()] == ["127.0.0.1"]


async def test_renewal_is_due_when_the_clock_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_link, "REFRESH_S", 0.01)
    now = datetime.datetime.now(datetime.UTC)
    answers: list[datetime.datetime | KubeferryError | None] = [
        None,
        KubeferryError(ErrorCode.LOGIN_EXPIRED, context="test"),
        now + datetime.timedelta(hours=1),
        now - datetime.timedelta(seconds=1),
    ]

    async def access(_: Login) -> ApiAccess:
        said = answers.pop(0)
        if isinstance(said, KubeferryError):
            raise said
        return ApiAccess("test", "shop", "http://x", None, None, False, None, (), None, None, said)

    monkeypatch.setattr(Login, "access", access)
    async with linked(tmp_path, Api()) as link, asyncio.timeout(5):
        await link.renewal_due()
    assert answers == []


def test_who_names_a_namespace_means_that_one() -> None:
    assert places_to_look("mine", "shop") == ("mine",)
    assert places_to_look(None, "shop") == ("shop", "kubeferry")
    assert places_to_look(None, "kubeferry") == ("kubeferry",)


def test_the_kubeconfig_is_the_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", "/the/sessions/own")
    assert environment("/the/clients")["KUBECONFIG"] == "/the/clients"
    assert "KUBECONFIG" not in environment(None)
    assert environment(None)["PATH"]


def test_every_step_of_an_installation_has_a_stage() -> None:
    told: list[tuple[Stage, str]] = []
    tell = install_reporter(lambda *said: told.append(said))
    for step in InstallStep:
        tell(InstallProgress(step, "kubeferry"))
    tell(InstallProgress(InstallStep.POD, "kubeferry", KubeferryError(ErrorCode.QUOTA_EXCEEDED, problem="pods=0")))
    assert len(told) == len(InstallStep) + 1
    assert "its pod in kubeferry" in [waits_for for _, waits_for in told]
    assert "pods=0" in told[-1][1]


def test_no_kubeconfig_is_a_code(tmp_path: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        (tmp_path / "none").unlink()
    with pytest.raises(KubeferryError) as failed:
        ClusterLink.open(Target(kubeconfig=str(tmp_path / "none")))
    assert failed.value.code in (ErrorCode.NO_KUBECONFIG, ErrorCode.NO_CONTEXT)
