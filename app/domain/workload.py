"""What runs in a cluster, as far as a person chooses among it."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

from app.domain.errors import ErrorCode, KubeferryError


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


_KINDS = {
    "deployment": WorkloadKind.DEPLOYMENT,
    "deploy": WorkloadKind.DEPLOYMENT,
    "statefulset": WorkloadKind.STATEFUL_SET,
    "sts": WorkloadKind.STATEFUL_SET,
    "daemonset": WorkloadKind.DAEMON_SET,
    "ds": WorkloadKind.DAEMON_SET,
    "replicaset": WorkloadKind.REPLICA_SET,
    "rs": WorkloadKind.REPLICA_SET,
    "pod": WorkloadKind.POD,
    "po": WorkloadKind.POD,
}
"""As kubectl knows them, in the singular."""

_PASSING = {"job": "Job", "cronjob": "CronJob", "cj": "CronJob"}
_API_GROUPS = ("", "apps")
_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
_NAMESPACE = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def parse_workload(text: str, namespace: str) -> WorkloadRef:
    """`deploy/reviews`, `deployments.apps/reviews`, `sts/x`, `pod/x`: as kubectl is told. Raises KubeferryError:
    INVALID_OPTION, and WORKLOAD_UNSUITABLE for a Job, whose pods end by themselves."""
    kind, slash, name = text.strip().partition("/")
    if not slash:
        raise _refusal(text, f"the kind is missing: say deploy/{text} or sts/{text}")
    singular, _, group = kind.lower().partition(".")
    if singular.endswith("s") and singular not in _KINDS:
        singular = singular[:-1]
    if singular in _PASSING:
        problem = f"a {_PASSING[singular]} is over when its work is done; only what keeps running can be intercepted"
        raise KubeferryError(ErrorCode.WORKLOAD_UNSUITABLE, workload=f"{singular}/{name}", problem=problem)
    known = _KINDS.get(singular)
    if known is None or group.removesuffix(".v1").removeprefix("v1.") not in _API_GROUPS:
        raise _refusal(text, f"{kind} is none of the kinds deployment, statefulset, daemonset, replicaset, pod")
    if not name:
        raise _refusal(text, f"the name is missing: say {kind}/reviews")
    if not _NAME.fullmatch(name):
        raise _refusal(text, f"{name} is not the name of a {known}")
    if not _NAMESPACE.fullmatch(namespace):
        raise _refusal(f"namespace {namespace}", "its name consists of small letters, digits and hyphens")
    return WorkloadRef(known, namespace, name)


def _refusal(text: str, problem: str) -> KubeferryError:
    return KubeferryError(ErrorCode.INVALID_OPTION, option=text, problem=problem)
