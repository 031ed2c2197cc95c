"""The bookshop in the cluster: productpage → reviews → ratings, a Deployment and a Service each."""

from __future__ import annotations

import json
from typing import Any

from tests.lab.cluster import Cluster
from tests.lab.workloads.package import ARCHIVE, CONFIG_MAP, MOUNTED, config_map

BOOKSHOP = "bookshop"
IMAGE = "testcluster.local/base:1"
PORT = 9080
_NEXT = {"productpage": f"reviews:{PORT}", "reviews": f"ratings:{PORT}", "ratings": ""}
PARTS = tuple(_NEXT)


def _deployment(namespace: str, name: str) -> dict[str, Any]:
    command = ["python3", "-m", "tests.lab.shop.storefront", "--part", name, "--http", str(PORT)]
    if _NEXT[name]:
        command += ["--next", _NEXT[name]]
    container = {
        "name": name,
        "image": IMAGE,
        "imagePullPolicy": "IfNotPresent",
        "command": command,
        "env": [
            {"name": "PYTHONPATH", "value": f"{MOUNTED}/{ARCHIVE}"},
            {"name": "PYTHONDONTWRITEBYTECODE", "value": "1"},
        ],
        "ports": [{"name": "grpc" if name == "ratings" else "http", "containerPort": PORT}],
        "readinessProbe": {"httpGet": {"path": "/ready", "port": PORT}, "periodSeconds": 1},
        "volumeMounts": [{"name": "code", "mountPath": MOUNTED}],
    }
    spec = {
        "terminationGracePeriodSeconds": 1,
        "containers": [container],
        "volumes": [{"name": "code", "configMap": {"name": CONFIG_MAP}}],
    }
    labels = {"app": name}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace, "labels": labels},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": labels},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
            "template": {"metadata": {"labels": labels}, "spec": spec},
        },
    }


def _service(namespace: str, name: str) -> dict[str, Any]:
    ports = [{"name": "grpc" if name == "ratings" else "http", "port": PORT}]
    metadata = {"name": name, "namespace": namespace}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata,
        "spec": {"selector": {"app": name}, "ports": ports},
    }


def objects(namespace: str = BOOKSHOP) -> list[dict[str, Any]]:
    """Without the namespace and the programs."""
    return [one for name in PARTS for one in (_deployment(namespace, name), _service(namespace, name))]


def deploy(cluster: Cluster, namespace: str = BOOKSHOP) -> None:
    """Creates what is not there yet; `is_ready` tells when it answers."""
    cluster.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}])
    # By the server: it is too large to be kept in an annotation as well.
    programs = json.dumps(config_map(namespace))
    cluster.kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=programs)
    cluster.apply(objects(namespace))


def is_ready(cluster: Cluster, namespace: str = BOOKSHOP) -> bool:
    found = cluster.get("deployments", "-n", namespace)["items"]
    return len(found) >= len(PARTS) and all(_is_rolled_out(one) for one in found)


def _is_rolled_out(deployment: dict[str, Any]) -> bool:
    status, wanted = deployment["status"], deployment["spec"]["replicas"]
    seen = status.get("observedGeneration", 0) >= deployment["metadata"]["generation"]
    return bool(seen and status.get("readyReplicas", 0) == status.get("replicas", 0) == wanted)


def remove(cluster: Cluster, namespace: str = BOOKSHOP) -> None:
    cluster.kubectl("delete", "namespace", namespace, "--ignore-not-found", "--wait=false")
