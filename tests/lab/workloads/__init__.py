"""The demo application: productpage → reviews → ratings in `shop`, echo on every node, a namespace called `dev`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.lab.cluster import Cluster

IMAGE = "testcluster.local/base:1"
SHOP = "shop"
DEV_NAMESPACE = "dev"
CODE = Path(__file__).with_name("service.py")


def _pod(name: str, arguments: list[str], port: int, node: str | None = None) -> dict[str, Any]:
    spec: dict[str, Any] = {
        "terminationGracePeriodSeconds": 1,
        "containers": [
            {
                "name": name,
                "image": IMAGE,
                "imagePullPolicy": "IfNotPresent",
                "command": ["python3", "-B", "/code/service.py", *arguments],
                "env": [{"name": "SERVICE", "value": name}],
                "readinessProbe": {"tcpSocket": {"port": port}, "periodSeconds": 1},
                "volumeMounts": [{"name": "code", "mountPath": "/code"}],
            }
        ],
        "volumes": [{"name": "code", "configMap": {"name": "service-code"}}],
    }
    if node is not None:
        spec["nodeSelector"] = {"kubernetes.io/hostname": node}
    return {"metadata": {"labels": {"app": name}}, "spec": spec}


def _workload(kind: str, namespace: str, name: str, template: dict[str, Any], **more: Any) -> dict[str, Any]:
    spec = {"selector": {"matchLabels": {"app": name}}, "template": template} | more
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name, "namespace": namespace}, "spec": spec}


def _service(
    namespace: str, name: str, ports: list[dict[str, Any]], *, headless: bool = False, dual_stack: bool = True
) -> dict[str, Any]:
    spec: dict[str, Any] = {"selector": {"app": name}, "ports": ports}
    if dual_stack:
        spec["ipFamilyPolicy"] = "PreferDualStack"
    if headless:
        spec["clusterIP"] = "None"
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": namespace}, "spec": spec}


def objects(nodes: list[str], *, dual_stack: bool) -> list[dict[str, Any]]:
    """On the nodes in turn, so that something is on each."""
    first, last = nodes[0], nodes[-1]
    http = [{"name": "http", "port": 9080}]
    echo = [
        {"name": "half-close", "port": 7000},
        {"name": "echo", "port": 7001},
        {"name": "whoami", "port": 7002},
        {"name": "echo-udp", "port": 7001, "protocol": "UDP"},
    ]
    found: list[dict[str, Any]] = []
    for namespace in (SHOP, DEV_NAMESPACE):
        found.append({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
        code = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "service-code", "namespace": namespace}}
        found.append(code | {"data": {"service.py": CODE.read_text()}})
    chain = (
        ("productpage", ["http", f"http://reviews.{SHOP}:9080/"], first),
        ("reviews", ["http", f"http://ratings.{SHOP}:9080/"], last),
        ("ratings", ["http"], first),
    )
    for name, arguments, node in chain:
        found.append(_workload("Deployment", SHOP, name, _pod(name, arguments, 9080, node), replicas=1))
        found.append(_service(SHOP, name, http, dual_stack=dual_stack))
    found.append(_workload("DaemonSet", SHOP, "echo", _pod("echo", ["echo"], 7001)))
    found.append(_service(SHOP, "echo", echo, dual_stack=dual_stack))
    mysql = {"serviceName": "mysql", "podManagementPolicy": "Parallel", "replicas": 2}
    found.append(_workload("StatefulSet", SHOP, "mysql", _pod("mysql", ["echo"], 7001), **mysql))
    found.append(_service(SHOP, "mysql", [{"name": "mysql", "port": 7001}], headless=True, dual_stack=dual_stack))
    found.append(_workload("Deployment", DEV_NAMESPACE, "backend", _pod("backend", ["http"], 9080), replicas=1))
    found.append(_service(DEV_NAMESPACE, "backend", http, dual_stack=dual_stack))
    return found


ROLLOUTS = (
    (SHOP, "deployment/productpage"),
    (SHOP, "deployment/reviews"),
    (SHOP, "deployment/ratings"),
    (SHOP, "daemonset/echo"),
    (SHOP, "statefulset/mysql"),
    (DEV_NAMESPACE, "deployment/backend"),
)


def deploy(cluster: Cluster) -> None:
    """Creates what is not there yet, and waits until all of it is ready."""
    cluster.apply(objects(cluster.node_names(), dual_stack=cluster.server_version() >= (1, 23)))
    for namespace, workload in ROLLOUTS:
        cluster.kubectl("-n", namespace, "rollout", "status", workload, "--timeout=90s")


def remove(cluster: Cluster) -> None:
    cluster.kubectl("delete", "namespace", SHOP, DEV_NAMESPACE, "--ignore-not-found", "--wait=false")
