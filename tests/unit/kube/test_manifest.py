from __future__ import annotations

import base64
import datetime
from pathlib import Path

import yaml
from cryptography import x509

from app.kube import manager_keys
from app.kube.manager_keys import is_complete, make_keys, secret_object
from app.kube.manager_manifest import (
    ManagerSpec,
    deployment_object,
    manager_labels,
    manifest_text,
    namespace_object,
    service_object,
)
from helper.cluster.api import MANAGER_KEYS_DIR, MANAGER_LABELS, MANAGER_NAME, MANAGER_TLS_NAME, SIDECAR_PORT
from helper.cluster.manager.keys import ManagerKeys


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


def test_rights_to_clear_up_only_when_asked_for() -> None:
    without = list(yaml.safe_load_all(manifest_text(ManagerSpec("tools"))))
    assert not {"ServiceAccount", "ClusterRole"} & {item["kind"] for item in without}
    asked = list(yaml.safe_load_all(manifest_text(ManagerSpec("tools", reap_after_s=60))))
    (role,) = [item for item in asked if item["kind"] == "ClusterRole"]
    assert role["metadata"]["name"] == "kubeferry-manager-tools"
    assert all("*" not in rule["verbs"] + rule["resources"] for rule in role["rules"])
    pod = asked[-1]["spec"]["template"]["spec"]
    assert (pod["serviceAccountName"], pod["automountServiceAccountToken"]) == ("kubeferry-manager", True)
    assert pod["containers"][0]["env"] == [{"name": "KUBEFERRY_REAP_AFTER_S", "value": "60"}]


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
    spec, keys = ManagerSpec("tools"), make_keys()
    objects = [secret_object("tools", manager_labels(), keys), service_object("tools"), deployment_object(spec)]
    assert list(yaml.safe_load_all(manifest_text(spec, keys=keys))) == [namespace_object("tools"), *objects]
    assert list(yaml.safe_load_all(manifest_text(spec, with_namespace=False, keys=keys))) == objects


def test_every_installation_has_keys_of_its_own_that_the_manager_takes(tmp_path: Path) -> None:
    one, other = (secret_object("tools", manager_labels(), make_keys()) for _ in range(2))
    assert is_complete(one)
    assert all(one["data"][name] != other["data"][name] for name in manager_keys.ENTRIES)
    for name, value in one["data"].items():
        (tmp_path / name).write_bytes(base64.b64decode(value))
    loaded = ManagerKeys.load(tmp_path)
    assert len(loaded.join_key) == 32
    certificate = x509.load_pem_x509_certificate(loaded.certificate_pem.encode())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == [MANAGER_TLS_NAME]
    assert certificate.not_valid_after_utc - datetime.datetime.now(datetime.UTC) > datetime.timedelta(days=3650)


def test_what_lacks_a_key_is_incomplete() -> None:
    secret = secret_object("tools", manager_labels(), make_keys())
    del secret["data"]["join.key"]
    assert not is_complete(secret)
    assert not is_complete({})


def test_the_keys_are_mounted_for_root_alone_and_the_service_leads_to_the_pod() -> None:
    deployment, service = deployment_object(ManagerSpec()), service_object("kubeferry")
    pod = deployment["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    volume = next(v for v in pod["volumes"] if v["name"] == "keys")
    assert volume["secret"] == {"secretName": MANAGER_NAME, "defaultMode": 0o400}
    assert {"name": "keys", "mountPath": MANAGER_KEYS_DIR, "readOnly": True} in container["volumeMounts"]
    assert [port["containerPort"] for port in container["ports"]] == [SIDECAR_PORT]
    assert service["metadata"]["name"] == MANAGER_NAME
    assert service["spec"]["selector"] == MANAGER_LABELS
    assert [(port["port"], port["targetPort"]) for port in service["spec"]["ports"]] == [(SIDECAR_PORT, SIDECAR_PORT)]
