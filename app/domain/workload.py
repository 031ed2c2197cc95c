"""What runs in a cluster, as far as a person chooses among it."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class WorkloadKind(enum.StrEnum):
    DEPLOYMENT = "Deployment"
    STATEFUL_SET = "StatefulSet"
    DAEMON_SET = "DaemonSet"
    REPLICA_SET = "ReplicaSet"
    POD = "Pod"


@dataclass(frozen=True, order=True)
class WorkloadRef:
    """ReplicaSets and Pods only where nothing else owns them."""

    kind: WorkloadKind
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind.lower()}/{self.name}"
