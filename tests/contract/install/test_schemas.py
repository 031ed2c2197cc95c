"""Everything that is rendered, against the schemas of the run's Kubernetes (KIT: 1.37, or the oldest, 1.20)."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from app.kube.manager_keys import make_keys
from app.kube.manager_manifest import ManagerSpec, manifest_objects, object_text
from app.kube.user_rights import UserRights
from tests.contract.install.openapi_schemas import LOCATION, write_schemas
from tests.contract.install.tools import KUSTOMIZE, helm_objects, output_of, tool
from tests.lab.cluster import Cluster

KINDS = frozenset(
    {"Namespace", "Secret", "Service", "Deployment", "ServiceAccount", "Role", "RoleBinding"}
    | {"ClusterRole", "ClusterRoleBinding"}
)
EVERYTHING = ManagerSpec("tools", "example.com/m:2", "Always", "registry", reap_after_s=60)
RIGHTS = UserRights(("developers",), ("shop",))
Validate = Callable[[str], str]


@pytest.fixture(scope="module")
def validate(running_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Validate:
    program = tool("kubeconform")
    folder = tmp_path_factory.mktemp("schemas")
    write_schemas(json.loads(running_cluster.kubectl("get", "--raw", "/openapi/v2")), folder, KINDS)
    words = ("-strict", "-summary", "-schema-location", f"{folder}/{LOCATION}", "-")
    return lambda text: output_of(program, *words, stdin=text)


def test_the_manifest(validate: Validate) -> None:
    objects = manifest_objects(EVERYTHING, keys=make_keys(), rights=RIGHTS)
    assert {item["kind"] for item in objects} == KINDS
    assert f"Valid: {len(objects)}, Invalid: 0, Errors: 0, Skipped: 0" in validate(object_text(objects))


def test_the_chart(validate: Validate) -> None:
    settings = ("pullSecret=registry", "reapAfterSeconds=60", "users.groups={developers}", "users.namespaces={shop}")
    validate(object_text(helm_objects("tools", *settings)))


def test_the_kustomize_example(validate: Validate) -> None:
    validate(output_of(tool("kustomize"), "build", KUSTOMIZE / "example"))


def test_a_field_that_is_not_known_is_found(validate: Validate) -> None:
    (*_, deployment) = manifest_objects(EVERYTHING)
    deployment["spec"]["replica"] = 1
    with pytest.raises(AssertionError, match="replica"):
        validate(object_text([deployment]))
