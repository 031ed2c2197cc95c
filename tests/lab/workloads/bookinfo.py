"""What intercepts are tried on: every kind of workload, every kind of probe, many protocols, and a client pod.

Namespace `bookinfo`. All services answer with their pod's name; see `tests.lab.shop.service` for what each port speaks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.lab.cluster import Cluster
from tests.lab.workloads.package import ARCHIVE, CERTIFICATE, CONFIG_MAP, MOUNTED, config_map

BOOKINFO = "bookinfo"
IMAGE = "testcluster.local/base:1"

HTTP, TLS, ECHO, BANNER, UDP = 9080, 9443, 9070, 9025, 9053
UNDECLARED_HTTP, UNDECLARED_ECHO, UNDECLARED_UDP = 9081, 9071, 9054
"""Served by `reviews`, and not to be found in its spec."""

DECLARED: tuple[dict[str, Any], ...] = (
    {"name": "http", "containerPort": HTTP},
    {"name": "https", "containerPort": TLS},
    {"name": "echo", "containerPort": ECHO},
    {"name": "banner", "containerPort": BANNER},
    {"name": "datagrams", "containerPort": UDP, "protocol": "UDP"},
)
_EVERYTHING = f"--http {HTTP} --http {UNDECLARED_HTTP} --tls {TLS} --echo {ECHO} --echo {UNDECLARED_ECHO}"
_EVERYTHING += f" --banner {BANNER} --udp {UDP} --udp {UNDECLARED_UDP}"

UNREADY = "/tmp/unready"
"""While this file is there, a container's HTTP, gRPC and exec probes fail."""

_EXEC = {"exec": {"command": ["sh", "-c", f"test ! -e {UNREADY}"]}}
_HTTP_GET = {"httpGet": {"path": "/ready", "port": "http"}}
_SOCKET = {"tcpSocket": {"port": HTTP}}
_GRPC = {"grpc": {"port": HTTP}}


def probe(action: dict[str, Any], failures: int = 2) -> dict[str, Any]:
    """Every second, and impatient: what breaks it shows at once."""
    return {**action, "periodSeconds": 1, "timeoutSeconds": 1, "failureThreshold": failures}


def template(
    name: str,
    arguments: str,
    ports: tuple[dict[str, Any], ...] = (),
    probes: Mapping[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    container: dict[str, Any] = {
        "name": name,
        "image": IMAGE,
        "imagePullPolicy": "IfNotPresent",
        "command": ["python3", "-m", *arguments.split()],
        "env": [
            {"name": "PYTHONPATH", "value": f"{MOUNTED}/{ARCHIVE}"},
            {"name": "PYTHONDONTWRITEBYTECODE", "value": "1"},
        ],
        "volumeMounts": [{"name": "code", "mountPath": MOUNTED}],
        **(probes or {}),
    }
    if ports:
        container["ports"] = list(ports)
    spec = {
        "terminationGracePeriodSeconds": 1,
        "containers": [container],
        "volumes": [{"name": "code", "configMap": {"name": CONFIG_MAP}}],
        **more,
    }
    return {"metadata": {"labels": {"app": name}}, "spec": spec}


def service_template(
    name: str, probes: Mapping[str, Any], arguments: str = f"--http {HTTP}", **more: Any
) -> dict[str, Any]:
    run = f"tests.lab.shop.service --name {name} --certificate {MOUNTED}/{CERTIFICATE} {arguments}"
    ports = DECLARED if arguments == _EVERYTHING else DECLARED[:1]
    return template(name, run, ports, probes, **more)


def workload(kind: str, name: str, pod_template: dict[str, Any], **more: Any) -> dict[str, Any]:
    spec = {"selector": {"matchLabels": {"app": name}}, "template": pod_template} | more
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name, "namespace": BOOKINFO}, "spec": spec}


def reviews(name: str = "reviews", replicas: int = 2) -> dict[str, Any]:
    """A Deployment that speaks everything, with HTTP and TCP probes."""
    probes = {"readinessProbe": probe(_HTTP_GET), "livenessProbe": probe(_SOCKET), "startupProbe": probe(_HTTP_GET, 30)}
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    return workload(
        "Deployment", name, service_template(name, probes, _EVERYTHING), replicas=replicas, strategy=strategy
    )


def service(name: str, ports: list[dict[str, Any]], *, dual_stack: bool, headless: bool = False) -> dict[str, Any]:
    spec: dict[str, Any] = {"selector": {"app": name}, "ports": ports}
    if dual_stack:
        spec["ipFamilyPolicy"] = "PreferDualStack"
    if headless:
        spec["clusterIP"] = "None"
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": BOOKINFO}, "spec": spec}


def _ports() -> list[dict[str, Any]]:
    """Port 80 has a target by name."""
    named = [{"name": "web", "port": 80, "targetPort": "http"}, {"name": "http", "port": HTTP}]
    named += [{"name": "https", "port": TLS}, {"name": "echo", "port": ECHO}, {"name": "banner", "port": BANNER}]
    return [*named, {"name": "datagrams", "port": UDP, "protocol": "UDP"}]


def objects(*, dual_stack: bool, grpc_probes: bool) -> list[dict[str, Any]]:
    """Without their namespace and programs. `grpc_probes`: the server has them (1.24 and later)."""
    by_exec = {"readinessProbe": probe(_EXEC), "livenessProbe": probe(_EXEC, 4)}
    by_socket = {"readinessProbe": probe(_SOCKET), "livenessProbe": probe(_SOCKET), "startupProbe": probe(_SOCKET, 30)}
    by_grpc = {"readinessProbe": probe(_GRPC), "livenessProbe": probe(_GRPC, 4), "startupProbe": probe(_GRPC, 30)}
    by_grpc = by_grpc if grpc_probes else by_socket
    pod = service_template("till", by_socket)
    till = {"apiVersion": "v1", "kind": "Pod", "spec": pod["spec"]}
    till["metadata"] = {"name": "till", "namespace": BOOKINFO, "labels": {"app": "till"}}
    there = {"readinessProbe": probe({"exec": {"command": ["test", "-S", "/tmp/agent.sock"]}})}
    http = [{"name": "http", "port": HTTP}]
    return [
        workload("Deployment", "client", template("client", "tests.lab.shop.agent", probes=there), replicas=1),
        reviews(),
        service("reviews", _ports(), dual_stack=dual_stack),
        workload("Deployment", "ratings", service_template("ratings", by_grpc), replicas=1),
        workload("StatefulSet", "details", service_template("details", by_exec), serviceName="details", replicas=2),
        workload("DaemonSet", "notes", service_template("notes", by_socket)),
        workload("ReplicaSet", "stock", service_template("stock", by_exec), replicas=1),
        till,
        *(service(name, http, dual_stack=dual_stack) for name in ("ratings", "notes", "stock", "till")),
        service("details", http, dual_stack=dual_stack, headless=True),
    ]


_KINDS = "deployments,statefulsets,daemonsets,replicasets,pods,secrets"
ROLLOUTS = ("deployment/client", "deployment/reviews", "deployment/ratings", "statefulset/details", "daemonset/notes")


def deploy(cluster: Cluster) -> None:
    """Creates what is not there yet, and waits until all of it is ready.

    All of it anew when a run that was killed has left its marks.
    """
    version = cluster.server_version()
    if "kubeferry" in cluster.kubectl("get", _KINDS, "-n", BOOKINFO, "-o", "json", "--ignore-not-found"):
        cluster.kubectl("delete", "namespace", BOOKINFO, "--wait=true")
    cluster.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": BOOKINFO}}])
    # By the server: it is too large to be kept in an annotation as well.
    programs = json.dumps(config_map(BOOKINFO))
    cluster.kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=programs)
    made = objects(dual_stack=version >= (1, 23), grpc_probes=version >= (1, 24))
    cluster.apply([one for one in made if one["kind"] != "Pod"])
    for pod in (one for one in made if one["kind"] == "Pod"):
        try:
            cluster.apply([pod])
        except RuntimeError:
            # Of another form, which a pod never takes.
            cluster.kubectl("replace", "--force", "-f", "-", stdin=json.dumps(pod))
    for name in ROLLOUTS:
        cluster.kubectl("-n", BOOKINFO, "rollout", "status", name, "--timeout=90s")
    for name in ("till", "stock"):
        cluster.kubectl("-n", BOOKINFO, "wait", "--for=condition=Ready", "pod", "-l", f"app={name}", "--timeout=60s")


def remove(cluster: Cluster) -> None:
    cluster.kubectl("delete", "namespace", BOOKINFO, "--ignore-not-found", "--wait=false")
