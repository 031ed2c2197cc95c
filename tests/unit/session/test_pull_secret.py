"""The user's pull secret reaches what is installed in the cluster: the manager, and sidecars."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.domain.errors import ErrorCode, KubeferryError
from app.kube.manager_manifest import ManagerSpec, deployment_object
from app.session import cluster_link
from app.session.injection_link import InjectionLink
from helper.cluster.injection.sidecar_template import inject, restore
from tests.unit.session.test_cluster_link import Api, ignore, linked
from tests.unit.session.test_injection_probes import WEB


async def test_the_manager_is_installed_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    specs: list[ManagerSpec] = []

    async def install(_: Any, spec: ManagerSpec, *__: Any) -> None:
        specs.append(spec)
        raise KubeferryError(ErrorCode.CANCELLED)

    monkeypatch.setattr(cluster_link, "install_manager", install)
    async with linked(tmp_path, Api(), pull_secret="registry") as link:
        with pytest.raises(KubeferryError):
            await link.ensure_manager(ignore)
    (spec,) = specs
    pod = deployment_object(spec)["spec"]["template"]["spec"]
    assert pod["imagePullSecrets"] == [{"name": "registry"}]


async def test_sidecars_are_pulled_with_it_and_it_goes_with_them(tmp_path: Path) -> None:
    async with linked(tmp_path, Api(), pull_secret="registry") as link:
        injection = link.injection()
        assert isinstance(injection, InjectionLink)
        sidecar = await injection._sidecar()
    injected = inject(WEB, sidecar, "0" * 16, "secret")
    assert injected["spec"]["template"]["spec"]["imagePullSecrets"] == [{"name": "registry"}]
    assert restore(injected) == WEB


async def test_without_one_nothing_is_added(tmp_path: Path) -> None:
    async with linked(tmp_path, Api()) as link:
        injection = link.injection()
        assert isinstance(injection, InjectionLink)
        assert (await injection._sidecar()).pull_secret is None
