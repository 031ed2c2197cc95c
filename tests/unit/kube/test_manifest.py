from __future__ import annotations

import yaml

from app.kube.manager_manifest import ManagerSpec, deployment_object, manifest_text, namespace_object
from helper.cluster.api import MANAGER_LABELS


def test_the_pod_has_no_more_rights_than_it_needs() -> None:
    pod = deployment_object(ManagerSpec(ipv6=False))["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    security = container["securityContext"]
    assert security["capabilities"] == {"drop": ["ALL"], "add": ["NET_ADMIN", "MKNOD"]}
    assert security["allowPrivilegeEscalation"] is False
    assert security["privileged"] is False
    assert security["readOnlyRootFilesystem"] is True
    assert pod["automountServiceAccountToken"] is False
    assert "hostNetwork" not in pod
    assert "serviceAccountName" not in pod


def test_raw_sockets_only_with_ipv6() -> None:
    (container,) = deployment_object(ManagerSpec(ipv6=True))["spec"]["template"]["spec"]["containers"]
    assert container["securityContext"]["capabilities"]["add"] == ["NET_ADMIN", "MKNOD", "NET_RAW"]
    # The template is not changed by one rendering for the next.
    (other,) = deployment_object(ManagerSpec(ipv6=False))["spec"]["template"]["spec"]["containers"]
    assert "NET_RAW" not in other["securityContext"]["capabilities"]["add"]


def test_choices() -> None:
    deployment = deployment_object(ManagerSpec("tools", "example.com/m:2", "Always", "registry"))
    template = deployment["spec"]["template"]
    assert deployment["metadata"]["namespace"] == "tools"
    assert template["spec"]["imagePullSecrets"] == [{"name": "registry"}]
    assert template["spec"]["containers"][0]["image"] == "example.com/m:2"
    assert template["spec"]["containers"][0]["imagePullPolicy"] == "Always"


def test_selector_and_labels_agree() -> None:
    deployment = deployment_object(ManagerSpec())
    assert deployment["spec"]["selector"]["matchLabels"] == MANAGER_LABELS
    assert MANAGER_LABELS.items() <= deployment["spec"]["template"]["metadata"]["labels"].items()


def test_manifest_is_what_is_installed() -> None:
    spec = ManagerSpec("tools")
    assert list(yaml.safe_load_all(manifest_text(spec))) == [namespace_object("tools"), deployment_object(spec)]
    assert list(yaml.safe_load_all(manifest_text(spec, with_namespace=False))) == [deployment_object(spec)]
