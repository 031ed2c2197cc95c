"""What would be changed is found out on a real cluster, and nothing is changed by it."""

from __future__ import annotations

import os

import pytest

from app.domain.connection import Target
from app.domain.errors import ErrorCode
from app.domain.subnets import Wishes, parse_subnet
from app.kube.discovery import discover_subnets
from app.session.connect_plan import plan_connect
from tests.contract.kube.cluster import admin_client, admin_context, temporary_namespace

NOBODY = "kubeferry-plan-test"


@pytest.fixture(autouse=True)
def _no_helper(monkeypatch: pytest.MonkeyPatch, tmp_path: os.PathLike[str]) -> None:
    monkeypatch.setenv("KUBEFERRY_HELPER_SOCKET", f"{tmp_path}/helper.sock")


async def test_a_first_connection() -> None:
    wishes = Wishes(include=(parse_subnet("203.0.113.0/24"),))
    target = Target(kubeconfig=admin_context().path, manager_namespace=NOBODY, wishes=wishes)
    plan = await plan_connect(target)
    async with admin_client() as api:
        found = await discover_subnets(api, "default")
        spaces, _ = await api.list_all("/api/v1/namespaces", type=dict)
    assert {str(subnet) for subnet in found.all} | {"203.0.113.0/24"} == set(plan.routes)
    assert {"cluster.local", "default", "kube-system"} <= set(plan.match_domains)
    assert plan.installs[0] == f"Namespace {NOBODY}"
    assert NOBODY not in {space["metadata"]["name"] for space in spaces}
    assert plan.problem is not None
    assert plan.problem.code is ErrorCode.HELPER_NOT_RUNNING


async def test_an_existing_namespace_is_not_made() -> None:
    async with admin_client() as api, temporary_namespace(api) as namespace:
        target = Target(kubeconfig=admin_context().path, manager_namespace=namespace)
        assert (await plan_connect(target)).installs[0].startswith("Deployment ")
