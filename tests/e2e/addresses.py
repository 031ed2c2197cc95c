"""Addresses of the demo workloads, as the cluster tells them."""

from __future__ import annotations

from tests.lab.cluster import Cluster
from tests.lab.workloads import SHOP


def pods(cluster: Cluster, app: str, namespace: str = SHOP) -> dict[str, list[str]]:
    """Addresses by pod name, IPv4 first; of pods that are not being deleted."""
    found: dict[str, list[str]] = {}
    for pod in cluster.get("pods", "-n", namespace, "-l", f"app={app}")["items"]:
        if "deletionTimestamp" not in pod["metadata"]:
            ips = [entry["ip"] for entry in pod["status"].get("podIPs", [])]
            found[pod["metadata"]["name"]] = sorted(ips, key=lambda address: ":" in address)
    return found


def node_of(cluster: Cluster, pod: str, namespace: str = SHOP) -> str:
    return str(cluster.get("pod", pod, "-n", namespace)["spec"]["nodeName"])


def service(cluster: Cluster, name: str, namespace: str = SHOP) -> list[str]:
    """Cluster addresses, IPv4 first."""
    spec = cluster.get("service", name, "-n", namespace)["spec"]
    return sorted(spec.get("clusterIPs") or [spec["clusterIP"]], key=lambda address: ":" in address)
