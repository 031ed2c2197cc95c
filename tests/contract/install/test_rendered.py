"""Manifest, kustomize base and chart say what `kubeferry manager install` applies."""

from __future__ import annotations

import base64
import ssl
import sys
from pathlib import Path
from typing import Any

import pytest

from app.kube.manager_keys import is_complete
from app.kube.manager_manifest import ManagerSpec, manifest_objects, namespace_object
from app.kube.user_rights import UserRights
from helper.cluster.api import MANAGER_TLS_NAME
from helper.cluster.manager.keys import ManagerKeys
from tests.contract.install.tools import CHART, KUSTOMIZE, by_identity, helm_objects, objects_in, output_of, tool
from tests.lab.processes import ROOT


def test_what_is_in_the_repository_is_up_to_date() -> None:
    output_of(sys.executable, ROOT / "packaging" / "manifests" / "render.py", "--check")


def test_the_plain_manifest() -> None:
    text = (ROOT / "packaging" / "manifests" / "kubeferry-manager.yaml").read_text()
    assert objects_in(text) == manifest_objects(ManagerSpec())


@pytest.mark.parametrize(
    ("settings", "spec", "rights"),
    [
        ((), ManagerSpec("tools"), UserRights()),
        (("users.roles=false",), ManagerSpec("tools"), None),
        (
            ("image=registry.example.com:5000/m:2", "pullPolicy=Always", "pullSecret=registry", "users.roles=false"),
            ManagerSpec("tools", "registry.example.com:5000/m:2", "Always", "registry"),
            None,
        ),
        (("ipv6=false", "users.roles=false"), ManagerSpec("tools", ipv6=False), None),
        (("reapAfterSeconds=86400", "users.roles=false"), ManagerSpec("tools", reap_after_s=86400), None),
        (
            ("users.groups={developers,oidc:7}", "users.namespaces={shop,team-2}"),
            ManagerSpec("tools"),
            UserRights(("developers", "oidc:7"), ("shop", "team-2")),
        ),
    ],
)
def test_the_chart(settings: tuple[str, ...], spec: ManagerSpec, rights: UserRights | None) -> None:
    rendered = helm_objects("tools", "keys.create=false", *settings)
    expected = manifest_objects(spec, with_namespace=False, rights=rights)
    assert by_identity(rendered) == by_identity(expected)


def test_the_charts_keys_are_ones_that_the_manager_takes(tmp_path: Path) -> None:
    secrets = [[o for o in helm_objects("tools") if o["kind"] == "Secret"] for _ in range(2)]
    (one,), (other,) = secrets
    assert is_complete(one)
    assert all(one["data"][name] != other["data"][name] for name in one["data"])
    for name, value in one["data"].items():
        (tmp_path / name).write_bytes(base64.b64decode(value))
    keys = ManagerKeys.load(tmp_path)
    assert len(keys.join_key) == 32
    shake_hands(tmp_path, keys.certificate_pem)


def shake_hands(folder: Path, pinned: str) -> None:
    """As a sidecar does with the manager: nothing is trusted but that certificate, under its one name."""
    manager = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    manager.load_cert_chain(folder / "tls.crt", folder / "tls.key")
    sidecar = ssl.create_default_context(cadata=pinned)
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = (
        sidecar.wrap_bio(back, there, server_hostname=MANAGER_TLS_NAME),
        manager.wrap_bio(there, back, server_side=True),
    )
    for _ in range(4):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
    assert ends[0].version() == "TLSv1.3"


@pytest.mark.parametrize("setting", ["pullPolicy=Sometimes", "image=", "reapAfterSeconds=soon", "imagePullSecret=a"])
def test_the_chart_refuses_what_it_does_not_know(setting: str) -> None:
    with pytest.raises(AssertionError, match="values don't meet the specifications of the schema"):
        helm_objects("tools", setting)


def test_the_chart_has_no_remarks_of_helm() -> None:
    assert "0 chart(s) failed" in output_of(tool("helm"), "lint", "--strict", CHART)


def test_the_kustomize_base() -> None:
    rendered = objects_in(output_of(tool("kustomize"), "build", KUSTOMIZE / "base"))
    assert by_identity(rendered) == by_identity(manifest_objects(ManagerSpec()))


def test_the_kustomize_example() -> None:
    """Everything that an administrator changes there, and nothing else."""
    rendered = objects_in(output_of(tool("kustomize"), "build", KUSTOMIZE / "example"))
    image = "registry.example.com/tools/kubeferry-manager:0.1.0"
    spec = ManagerSpec(image=image, pull_secret="registry")
    expected = manifest_objects(spec, rights=UserRights(("developers",), ("shop",)))
    assert by_identity([_without_labels(o) for o in rendered]) == by_identity([_without_labels(o) for o in expected])
    assert namespace_object(spec.namespace) in rendered


def _without_labels(item: dict[str, Any]) -> dict[str, Any]:
    """The example's own bindings have none."""
    metadata = {name: value for name, value in item["metadata"].items() if name != "labels"}
    return {**item, "metadata": metadata}
