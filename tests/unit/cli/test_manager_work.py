"""The `manager` commands' way from a kubeconfig to the cluster."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.cli.manager_work import install_manager_of, manifest_of, uninstall_manager_of
from app.domain.errors import ErrorCode, KubeferryError
from app.domain.stages import Stage
from tests.unit.kube.fake_api import fake_api
from tests.unit.session.test_cluster_link import Api, kubeconfig


async def test_without_the_rights_nothing_is_begun(tmp_path: Path) -> None:
    api = Api(allowed=False)
    async with fake_api(api.handle) as server:
        with pytest.raises(KubeferryError) as refused:
            await install_manager_of(None, kubeconfig(tmp_path, server.url), "kubeferry", "manager:2", None, print)
    assert refused.value.code is ErrorCode.API_FORBIDDEN
    assert "create namespaces" in refused.value.detail
    changes = [request for request in api.requests if not request.startswith("GET")]
    assert set(changes) == {"POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews"}


async def test_there_is_nothing_to_uninstall(tmp_path: Path) -> None:
    api, told = Api(), []
    async with fake_api(api.handle) as server:
        done = await uninstall_manager_of(
            "test", kubeconfig(tmp_path, server.url), "kubeferry", lambda *said: told.append(said)
        )
    assert (done.found, done.namespace_removed) == (False, False)
    assert told == [(Stage.REMOVING_MANAGER, "namespace kubeferry")]


async def test_a_context_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(KubeferryError) as failed:
        await uninstall_manager_of("other", kubeconfig(tmp_path, "http://127.0.0.1:1"), "kubeferry", print)
    assert failed.value.code is ErrorCode.CONTEXT_UNKNOWN


def test_the_manifest_needs_no_cluster() -> None:
    assert "image: manager:2" in manifest_of("tools", "manager:2", None)
