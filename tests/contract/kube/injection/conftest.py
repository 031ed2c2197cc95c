"""A namespace of its own for every test, and the stand-in of a sidecar."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio

from app.kube.api import ApiClient
from app.kube.injection.planning import has_native_sidecars
from app.kube.preflight import server_version
from helper.cluster.injection.sidecar_template import SidecarSpec
from tests.contract.kube.cluster import BASE_IMAGE, admin_client, temporary_namespace
from tests.contract.kube.injection.actions import DEADLINE_S, SIDECAR_COMMAND, until_default_account


@pytest_asyncio.fixture
async def api() -> AsyncIterator[ApiClient]:
    async with asyncio.timeout(DEADLINE_S), admin_client() as client:
        yield client


@pytest_asyncio.fixture
async def namespace(api: ApiClient) -> AsyncIterator[str]:
    async with temporary_namespace(api, {"pod-security.kubernetes.io/enforce": "privileged"}) as name:
        await until_default_account(api, name)
        yield name


@pytest_asyncio.fixture
async def sidecar(api: ApiClient) -> SidecarSpec:
    native = has_native_sidecars((await server_version(api)).number)
    return SidecarSpec(image=BASE_IMAGE, native=native, command=("sh", "-c", SIDECAR_COMMAND))
