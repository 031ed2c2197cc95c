"""kubeconfig files for the lab's users: the administrator's, and every other form that kubectl accepts."""

from __future__ import annotations

import copy
from typing import Any

import yaml

from tests.lab.cluster import Cluster


def document(cluster: Cluster) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(cluster.kubeconfig.read_text())
    return loaded


def for_user(
    cluster: Cluster,
    *,
    user: dict[str, Any] | None = None,
    cluster_changes: dict[str, Any] | None = None,
    namespace: str | None = None,
) -> str:
    """The administrator's file; with another `user` entry, changes of the `cluster` entry (None removes a key)."""
    config = copy.deepcopy(document(cluster))
    if user is not None:
        config["users"][0]["user"] = user
    entry = config["clusters"][0]["cluster"]
    for key, value in (cluster_changes or {}).items():
        if value is None:
            entry.pop(key, None)
        else:
            entry[key] = value
    if namespace is not None:
        config["contexts"][0]["context"]["namespace"] = namespace
    return str(yaml.safe_dump(config))
