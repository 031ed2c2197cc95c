"""Taking a sidecar out, or renewing its ticket, touches the Secret of the injection alone, with the user's rights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from app.domain.workload import WorkloadKind, WorkloadRef
from app.kube.injection.finding import renew_ticket
from app.kube.injection.join_secret import secret_name
from app.kube.injection.taking_out import take_out
from helper.cluster.injection.sidecar_template import SidecarSpec, inject, restore
from helper.protocol.intercepts import JoinTicket
from tests.unit.kube.fake_api import Request, Write, answer, client_of
from tests.unit.kube.injection.workloads import deployment

REF = WorkloadRef(WorkloadKind.DEPLOYMENT, "shop", "web")
ID = "0123456789abcdef"
OWN = f"/api/v1/namespaces/shop/secrets/{secret_name(REF, ID)}"
NAMED = ["db-password", "../../kube-system/secrets/x", secret_name(WorkloadRef(REF.kind, "shop", "other"), ID)]


def injected(named: str) -> dict[str, Any]:
    plain = deployment()
    plain["metadata"] |= {"name": "web", "namespace": "shop", "resourceVersion": "7", "uid": "u", "generation": 1}
    return inject(plain, SidecarSpec("sidecar:1"), ID, named)


async def asked(workload: Mapping[str, Any], action: Any) -> list[tuple[str, str]]:
    async def handler(request: Request, write: Write) -> None:
        await write(answer(200, {"data": {}} if "/secrets/" in request.path else workload))

    async with client_of(handler) as (client, api):
        await action(client)
        return [(one.method, one.path) for one in api.requests if "/secrets" in one.path]


@pytest.mark.parametrize("named", NAMED)
async def test_taken_out(named: str) -> None:
    workload = injected(named)

    async def action(client: Any) -> None:
        await take_out(client, REF, workload, restore(workload), lambda *_: None, wait=False)

    assert await asked(workload, action) == [("DELETE", OWN)]


@pytest.mark.parametrize("named", NAMED)
async def test_renewed(named: str) -> None:
    workload = injected(named)

    async def action(client: Any) -> None:
        assert await renew_ticket(client, REF, ID, JoinTicket("t", "pem"), ("10.0.0.1",))

    assert await asked(workload, action) == [("GET", OWN), ("PATCH", OWN)]


async def test_a_sidecar_that_others_took_out_leaves_no_secret() -> None:
    workload = injected("whatever")
    del workload["spec"]["template"]["spec"]["initContainers"]
    workload["spec"]["template"]["metadata"].pop("annotations")

    async def action(client: Any) -> None:
        await take_out(client, REF, workload, restore(workload), lambda *_: None, wait=False)

    assert await asked(workload, action) == [("DELETE", OWN)]
