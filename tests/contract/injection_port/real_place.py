"""Deployments on a real API server, by way of the session's own adapter."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from app.domain.workload import WorkloadKind, WorkloadRef
from app.kube.api import ApiClient
from app.kube.injection.planning import has_native_sidecars
from app.kube.kubeconfig import UserEntry
from app.kube.preflight import server_version
from app.session.injection_link import InjectionLink
from app.session.intercept_ports import Injection
from helper.cluster.api import MANAGER_NAME
from helper.cluster.injection.sidecar_template import SidecarSpec
from tests.contract.kube import workloads
from tests.contract.kube.cluster import BASE_IMAGE, admin_client, login_as, temporary_namespace
from tests.contract.kube.injection.actions import SIDECAR_COMMAND, until_default_account, until_ready

DEADLINE_S = 90.0
SLOW_S = 5
"""A sidecar that is not ready for so long; the workload's own containers would wait for 10 s."""

PROBE: dict[str, Any] = {"tcpSocket": {"port": 9080}, "initialDelaySeconds": 600}
"""The stand-in of a sidecar answers none, and so none is made as long as a test lasts."""


class LinkWithStandIn(InjectionLink):
    """The adapter with another sidecar, which depends on no manager."""

    def __init__(self, api: ApiClient, manager_namespace: str, sidecar: SidecarSpec) -> None:
        super().__init__(api, manager_namespace, sidecar.image)
        self.sidecar = sidecar

    async def _sidecar(self) -> SidecarSpec:
        return self.sidecar


class RealPlace:
    def __init__(self, api: ApiClient, namespace: str, sidecar: SidecarSpec) -> None:
        self._api = api
        self.injection = self._link = LinkWithStandIn(api, namespace, sidecar)
        self.reviews = WorkloadRef(WorkloadKind.DEPLOYMENT, namespace, "reviews")
        self.ratings = WorkloadRef(WorkloadKind.DEPLOYMENT, namespace, "ratings")
        self._unreachable = ApiClient(login_as(UserEntry(), server="https://127.0.0.1:1"))

    async def prepare(self) -> None:
        """Only `reviews` has pods, one, and a probe."""
        await self._make_manager()
        for ref, replicas in ((self.reviews, 1), (self.ratings, 0)):
            app = workloads.container(livenessProbe=PROBE)
            await workloads.create(self._api, ref, workloads.make(ref, app, replicas=replicas))
        await until_ready(self._api, self.reviews)

    def slow_down(self) -> None:
        command = ("sh", "-c", f"sleep {SLOW_S}; {SIDECAR_COMMAND}")
        self._link.sidecar = replace(self._link.sidecar, command=command)

    def go_on(self) -> None:
        """They are by themselves, after a time."""

    def break_sidecars(self) -> None:
        self._link.sidecar = replace(self._link.sidecar, image="nowhere.local/none:1", pull_policy="Never")

    async def move_probes(self, workload: WorkloadRef) -> None:
        def edit(found: dict[str, Any]) -> None:
            (app,) = [one for one in found["spec"]["template"]["spec"]["containers"] if one["name"] == "app"]
            app["livenessProbe"] = PROBE

        await workloads.change(self._api, workload, edit)

    async def ticket_of(self, workload: WorkloadRef) -> str | None:
        secrets, _ = await self._api.list_all(f"/api/v1/namespaces/{workload.namespace}/secrets")
        name = f"kubeferry-deployment-{workload.name}-"
        tokens = [one["data"]["token"] for one in secrets if one["metadata"]["name"].startswith(name)]
        assert len(tokens) < 2, "one Secret a workload"
        return base64.b64decode(tokens[0]).decode() if tokens else None

    def cut_off(self) -> Injection:
        return LinkWithStandIn(self._unreachable, self.reviews.namespace, self._link.sidecar)

    def close(self) -> None:
        self._unreachable.close()

    async def _make_manager(self) -> None:
        """Its Service alone: sidecars are told its address."""
        service = {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": MANAGER_NAME},
            "spec": {"ports": [{"port": 443}]},
        }
        await self._api.create(f"/api/v1/namespaces/{self.reviews.namespace}/services", service)


@asynccontextmanager
async def real_place() -> AsyncIterator[RealPlace]:
    async with (
        asyncio.timeout(DEADLINE_S),
        admin_client() as api,
        temporary_namespace(api, {"pod-security.kubernetes.io/enforce": "privileged"}) as namespace,
    ):
        await until_default_account(api, namespace)
        native = has_native_sidecars((await server_version(api)).number)
        place = RealPlace(api, namespace, SidecarSpec(BASE_IMAGE, native=native, command=("sh", "-c", SIDECAR_COMMAND)))
        try:
            await place.prepare()
            yield place
        finally:
            place.close()
