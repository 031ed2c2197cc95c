"""The right to clear up, for an installer who wants the manager to have it: off unless asked for.

With it the manager may change workloads everywhere, to take sidecars of vanished owners out of them, and delete the
Secrets beside them. It reads nothing else, and without it it has no rights at all.
"""

from __future__ import annotations

from typing import Any

from helper.cluster.api import MANAGER_NAME

_RBAC = "/apis/rbac.authorization.k8s.io/v1"
_RULES = [
    {
        "apiGroups": ["apps"],
        "resources": ["deployments", "statefulsets", "daemonsets"],
        "verbs": ["get", "list", "patch"],
    },
    {"apiGroups": [""], "resources": ["secrets"], "verbs": ["delete"]},
]


def account_objects(namespace: str, labels: dict[str, str]) -> list[dict[str, Any]]:
    """A service account, a ClusterRole of its namespace's name, and what binds the two."""
    role = cluster_name(namespace)
    account = {"kind": "ServiceAccount", "name": MANAGER_NAME, "namespace": namespace}
    meta = {"labels": labels}
    rbac = "rbac.authorization.k8s.io"
    return [
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {**meta, "name": MANAGER_NAME, "namespace": namespace},
            "automountServiceAccountToken": False,
        },
        {"apiVersion": f"{rbac}/v1", "kind": "ClusterRole", "metadata": {**meta, "name": role}, "rules": _RULES},
        {
            "apiVersion": f"{rbac}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {**meta, "name": role},
            "roleRef": {"apiGroup": rbac, "kind": "ClusterRole", "name": role},
            "subjects": [account],
        },
    ]


def cluster_name(namespace: str) -> str:
    """Managers of several namespaces do not share a role: each goes with its own."""
    return f"{MANAGER_NAME}-{namespace}"


def account_paths(namespace: str) -> list[str]:
    """Where these objects are, in the same order."""
    role = cluster_name(namespace)
    return [
        f"/api/v1/namespaces/{namespace}/serviceaccounts/{MANAGER_NAME}",
        f"{_RBAC}/clusterroles/{role}",
        f"{_RBAC}/clusterrolebindings/{role}",
    ]
