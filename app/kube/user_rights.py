"""What an administrator who installs centrally grants to those who use Kubeferry: connecting, and intercepting where
they may.

Three things, because their scopes differ: a Role beside the manager (find it, open a tunnel to it), a ClusterRole that
reads which addresses and names the cluster has, and a ClusterRole that is bound in each chosen namespace and nowhere
else. The rights are those that app/kube/preflight.py and app/kube/injection/permissions.py ask the server about; a
test holds them together. Who may connect reaches whatever pods and services are reachable from the manager's pod.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from helper.cluster.api import MANAGER_NAME

USER_ROLE = "kubeferry-user"
NETWORK_ROLE = "kubeferry-user-network"
_RBAC = "rbac.authorization.k8s.io"
Rule = dict[str, list[str]]

CONNECT_RULES: list[Rule] = [
    {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]},
    # `create` since Kubernetes 1.35, `get` before; the subresource of this namespace's pods only, which are managers.
    {"apiGroups": [""], "resources": ["pods/portforward"], "verbs": ["get", "create"]},
    {"apiGroups": [""], "resources": ["pods/log"], "verbs": ["get"]},
    {"apiGroups": [""], "resources": ["services"], "resourceNames": [MANAGER_NAME], "verbs": ["get"]},
    {"apiGroups": ["apps"], "resources": ["deployments"], "resourceNames": [MANAGER_NAME], "verbs": ["get"]},
]
NETWORK_RULES: list[Rule] = [
    {"apiGroups": [""], "resources": ["namespaces", "services"], "verbs": ["get", "list", "watch"]},
    # Where nodes declare no range (EKS, some Calico), pods' own addresses tell which subnets are theirs.
    {"apiGroups": [""], "resources": ["nodes", "pods"], "verbs": ["list"]},
    {"apiGroups": ["networking.k8s.io"], "resources": ["servicecidrs"], "verbs": ["list"]},
]
INTERCEPT_RULES: list[Rule] = [
    {
        "apiGroups": ["apps"],
        "resources": ["deployments", "statefulsets", "daemonsets"],
        "verbs": ["get", "list", "watch", "patch"],
    },
    {"apiGroups": ["apps"], "resources": ["replicasets"], "verbs": ["get", "list", "watch"]},
    # `create` also for the trial run of a plan; `delete` where a workload's pods are only replaced by hand.
    {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch", "create", "delete"]},
    {"apiGroups": [""], "resources": ["pods/log"], "verbs": ["get"]},
    {"apiGroups": [""], "resources": ["services", "events"], "verbs": ["get", "list", "watch"]},
    # The sidecar's token lies beside the workload. Their names hold the workload's, so they cannot be listed here.
    {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get", "create", "patch", "delete"]},
]


@dataclass(frozen=True)
class UserRights:
    """`groups`: as the cluster's authentication names them. `namespaces`: where they may intercept."""

    groups: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()


def rights_objects(manager_namespace: str, rights: UserRights, labels: dict[str, str]) -> list[dict[str, Any]]:
    """Roles always; what binds them only for the groups that are named."""
    objects = [
        _role("Role", USER_ROLE, CONNECT_RULES, labels, manager_namespace),
        _role("ClusterRole", NETWORK_ROLE, NETWORK_RULES, labels),
        _role("ClusterRole", USER_ROLE, INTERCEPT_RULES, labels),
    ]
    if rights.groups:
        objects.append(_binding("Role", USER_ROLE, rights.groups, labels, manager_namespace))
        objects.append(_binding("ClusterRole", NETWORK_ROLE, rights.groups, labels))
        objects += [_binding("ClusterRole", USER_ROLE, rights.groups, labels, name) for name in rights.namespaces]
    return objects


def _role(kind: str, name: str, rules: list[Rule], labels: dict[str, str], namespace: str = "") -> dict[str, Any]:
    return {"apiVersion": f"{_RBAC}/v1", "kind": kind, "metadata": _metadata(name, labels, namespace), "rules": rules}


def _binding(
    role_kind: str, role: str, groups: tuple[str, ...], labels: dict[str, str], namespace: str = ""
) -> dict[str, Any]:
    """In a namespace where one is given, else in the whole cluster. Of a ClusterRole in a namespace that may be the
    manager's own too, hence the name."""
    name = f"{role}-intercept" if namespace and role_kind == "ClusterRole" else role
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "RoleBinding" if namespace else "ClusterRoleBinding",
        "metadata": _metadata(name, labels, namespace),
        "roleRef": {"apiGroup": _RBAC, "kind": role_kind, "name": role},
        "subjects": [{"apiGroup": _RBAC, "kind": "Group", "name": group} for group in groups],
    }


def _metadata(name: str, labels: dict[str, str], namespace: str) -> dict[str, Any]:
    place = {"namespace": namespace} if namespace else {}
    return {"name": name, **place, "labels": dict(labels)}
