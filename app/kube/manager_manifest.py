"""The traffic manager's objects, rendered from resources/kubernetes/manager.yaml."""

from __future__ import annotations

import copy
import enum
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from app.kube.manager_account import account_objects
from app.kube.manager_keys import ManagerKeys, make_keys, secret_object
from app.kube.user_rights import UserRights, rights_objects
from helper.cluster.api import (
    DEFAULT_MANAGER_IMAGE,
    DEFAULT_MANAGER_NAMESPACE,
    MANAGER_LABELS,
    MANAGER_NAME,
    REAP_AFTER_VARIABLE,
)

MANAGED_BY_LABEL = "app.kubernetes.io/managed-by"
MANAGED_BY = "kubeferry"
"""On a namespace: we made it, and may take it away again. On anything else: it is ours to change."""

PULL_POLICIES = ("IfNotPresent", "Always", "Never")


@dataclass(frozen=True)
class ManagerSpec:
    """What can be chosen about an installation. `ipv6`: the cluster has IPv6, so the manager needs raw sockets.

    `reap_after_s`: after so many seconds it restores workloads whose owners are gone; it gets the rights for it.
    """

    namespace: str = DEFAULT_MANAGER_NAMESPACE
    image: str = DEFAULT_MANAGER_IMAGE
    pull_policy: str = "IfNotPresent"
    pull_secret: str | None = None
    ipv6: bool = True
    reap_after_s: int | None = None


def namespace_object(name: str) -> dict[str, Any]:
    """Admits our pod also where the cluster's default Pod Security level is stricter."""
    labels = {MANAGED_BY_LABEL: MANAGED_BY, "pod-security.kubernetes.io/enforce": "privileged"}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def manager_labels() -> dict[str, str]:
    """Of all its objects."""
    return {**MANAGER_LABELS, MANAGED_BY_LABEL: MANAGED_BY}


def service_object(namespace: str) -> dict[str, Any]:
    """For sidecars, which have to find the manager wherever its pod runs."""
    service: dict[str, Any] = copy.deepcopy(_templates()["Service"])
    service["metadata"] = {"name": MANAGER_NAME, "namespace": namespace, "labels": manager_labels()}
    service["spec"]["selector"] = dict(MANAGER_LABELS)
    return service


def deployment_object(spec: ManagerSpec) -> dict[str, Any]:
    deployment: dict[str, Any] = copy.deepcopy(_templates()["Deployment"])
    labels = manager_labels()
    deployment["metadata"] = {"name": MANAGER_NAME, "namespace": spec.namespace, "labels": labels}
    deployment["spec"]["selector"] = {"matchLabels": dict(MANAGER_LABELS)}
    template = deployment["spec"]["template"]
    # Istio reads the label, older ones the annotation.
    template["metadata"]["labels"] = {**labels, "sidecar.istio.io/inject": "false"}
    (container,) = template["spec"]["containers"]
    container["image"] = spec.image
    container["imagePullPolicy"] = spec.pull_policy
    if spec.pull_secret:
        template["spec"]["imagePullSecrets"] = [{"name": spec.pull_secret}]
    if spec.ipv6:
        container["securityContext"]["capabilities"]["add"].append("NET_RAW")
    if spec.reap_after_s is not None:
        template["spec"] |= {"serviceAccountName": MANAGER_NAME, "automountServiceAccountToken": True}
        container["env"] = [{"name": REAP_AFTER_VARIABLE, "value": str(spec.reap_after_s)}]
    return deployment


class Keys(enum.Enum):
    """Whether a text for others to apply holds the manager's Secret. It must not lie in a version control system."""

    WITH = "with"
    WITHOUT = "without"
    ONLY = "only"


def manifest_objects(
    spec: ManagerSpec,
    *,
    with_namespace: bool = True,
    keys: ManagerKeys | None = None,
    rights: UserRights | None = None,
) -> list[dict[str, Any]]:
    """In the order to apply them. `keys` None: without the Secret. `rights` None: without roles for users."""
    objects = [namespace_object(spec.namespace)] if with_namespace else []
    if spec.reap_after_s is not None:
        objects += account_objects(spec.namespace, manager_labels())
    if keys is not None:
        objects.append(secret_object(spec.namespace, manager_labels(), keys))
    objects += [service_object(spec.namespace), deployment_object(spec)]
    if rights is not None:
        objects += rights_objects(spec.namespace, rights, manager_labels())
    return objects


def manifest_text(
    spec: ManagerSpec,
    *,
    with_namespace: bool = True,
    keys: ManagerKeys | None = None,
    with_keys: Keys = Keys.WITH,
    rights: UserRights | None = None,
) -> str:
    """For people who install by other means. `keys`: by default ones that are made now, so every text with keys is
    another."""
    made = None if with_keys is Keys.WITHOUT else keys or make_keys()
    if with_keys is Keys.ONLY and made is not None:
        return object_text([secret_object(spec.namespace, manager_labels(), made)])
    return object_text(manifest_objects(spec, with_namespace=with_namespace, keys=made, rights=rights))


def object_text(objects: Sequence[dict[str, Any]]) -> str:
    """As YAML without anchors: not everything that reads manifests knows them."""
    return yaml.dump_all(objects, Dumper=_Plain, sort_keys=False, width=120)


class _Plain(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


@cache
def _templates() -> dict[str, dict[str, Any]]:
    """By kind."""
    text = (resources.files("resources") / "kubernetes" / "manager.yaml").read_text(encoding="utf-8")
    return {template["kind"]: template for template in yaml.safe_load_all(text)}
