"""Workloads for tests of injections: one of each kind, quick to start and to end."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from app.domain.workload import WorkloadKind, WorkloadRef
from app.kube.api import JSON_PATCH, ApiClient
from app.kube.api_errors import ApiError
from app.kube.workload_paths import api_version, collection_path, object_path
from tests.contract.kube.cluster import BASE_IMAGE

Object = dict[str, Any]

SERVE = "trap 'exit 0' TERM; python3 -m http.server 9080 & wait"


def container(name: str = "app", **more: Any) -> Object:
    """It answers HTTP on 9080, and has a probe of each kind."""
    return {
        "name": name,
        "image": BASE_IMAGE,
        "command": ["sh", "-c", SERVE],
        "ports": [{"name": "http", "containerPort": 9080}],
        **more,
    }


def probed() -> Object:
    http = {"httpGet": {"path": "/", "port": "http"}, "periodSeconds": 1}
    return container(readinessProbe=http, livenessProbe={"tcpSocket": {"port": 9080}, "periodSeconds": 5})


def make(ref: WorkloadRef, *containers: Object, replicas: int = 1, pod: Object | None = None, **spec: Any) -> Object:
    labels = {"app": ref.name}
    pod_spec = {"terminationGracePeriodSeconds": 1, "containers": list(containers) or [container()], **(pod or {})}
    made = {"apiVersion": api_version(ref.kind), "kind": str(ref.kind)}
    metadata: Object = {"name": ref.name, "namespace": ref.namespace}
    if ref.kind is WorkloadKind.POD:
        return {**made, "metadata": {**metadata, "labels": labels}, "spec": pod_spec}
    template = {"metadata": {"labels": labels}, "spec": pod_spec}
    whole = {"selector": {"matchLabels": labels}, "template": template, **spec}
    if ref.kind is not WorkloadKind.DAEMON_SET:
        whole["replicas"] = replicas
    if ref.kind is WorkloadKind.STATEFUL_SET:
        whole["serviceName"] = ref.name
    return {**made, "metadata": metadata, "spec": whole}


def probed_elsewhere() -> Object:
    """With probes that do not depend on the sidecar."""
    return container(readinessProbe={"exec": {"command": ["true"]}, "periodSeconds": 1})


async def create(api: ApiClient, ref: WorkloadRef, workload: Object) -> Object:
    made: Object = await api.create(collection_path(ref.kind, ref.namespace), workload)
    return made


def wishes(workload: Object) -> Object:
    """All of an object that is somebody's wish: what has to be the same before and after."""
    metadata, spec = workload["metadata"], copy.deepcopy(workload["spec"])
    servers_own = ("deployment.kubernetes.io/", "deprecated.daemonset.template.generation")
    annotations = metadata.get("annotations") or {}
    spec.pop("nodeName", None)
    return {
        "labels": metadata.get("labels"),
        "annotations": {name: text for name, text in annotations.items() if not name.startswith(servers_own)},
        "spec": spec,
    }


async def read(api: ApiClient, ref: WorkloadRef) -> Object:
    found: Object = await api.get(object_path(ref))
    return found


async def change(api: ApiClient, ref: WorkloadRef, how: Callable[[Object], None]) -> None:
    """As a colleague with `kubectl edit` does it: all of the object is put."""
    while True:
        found = await read(api, ref)
        how(found)
        operations = [{"op": "add", "path": f"/{key}", "value": found[key]} for key in ("metadata", "spec")]
        try:
            await api.patch(object_path(ref), operations, content_type=JSON_PATCH)
        except ApiError as error:
            if not error.conflict:
                raise
        else:
            return
