"""Users of the cluster with rights of their own, made through its API."""

from __future__ import annotations

import json
from typing import Any

from tests.lab.cluster import Cluster

NAMESPACE = "kubeferry-e2e"


def create(cluster: Cluster, name: str, *, role: str | None) -> str:
    """Returns a token of a service account; `role`: a ClusterRole that it is bound to everywhere."""
    account = {"name": name, "namespace": NAMESPACE}
    objects: list[dict[str, Any]] = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account},
    ]
    if role is not None:
        objects.append(binding(f"{NAMESPACE}-{name}", role, {"kind": "ServiceAccount", **account}))
    cluster.apply(objects)
    path = f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts/{name}/token"
    request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": 3600}}
    answer = cluster.kubectl("create", "--raw", path, "-f", "-", stdin=json.dumps(request))
    return str(json.loads(answer)["status"]["token"])


def binding(name: str, role: str, subject: dict[str, str]) -> dict[str, Any]:
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": name},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
        "subjects": [subject],
    }


def remove(cluster: Cluster) -> None:
    cluster.kubectl("delete", "namespace", NAMESPACE, "--ignore-not-found", "--wait=false")
    for item in cluster.get("clusterrolebindings")["items"]:
        if item["metadata"]["name"].startswith(f"{NAMESPACE}-"):
            cluster.kubectl("delete", "clusterrolebinding", item["metadata"]["name"])
