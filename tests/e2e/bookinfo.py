"""The demo application as intercept tests see it: its objects before and after, its pods, and who answers."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from helper.cluster.api import SIDECAR_CONTAINER
from tests.lab.cluster import Cluster
from tests.lab.pod_client import PodClient
from tests.lab.processes import wait_until
from tests.lab.workloads.bookinfo import BOOKINFO, HTTP

WORKLOADS = (
    *("deployment/reviews", "deployment/ratings", "statefulset/details", "daemonset/notes"),
    *("replicaset/stock", "pod/till"),
)
_SERVERS_OWN = ("deployment.kubernetes.io/", "deprecated.daemonset.template.generation")
"""Annotations that controllers write as they go."""
_RESTORED_S = 60.0

Shape = dict[str, Any]


def shape(workload: dict[str, Any]) -> Shape:
    """Everything of an object that is somebody's wish."""
    metadata, spec = workload["metadata"], copy.deepcopy(workload["spec"])
    annotations = metadata.get("annotations", {})
    if workload["kind"] == "Pod":
        _without_servers_own(spec)
    return {
        "annotations": {key: text for key, text in annotations.items() if not key.startswith(_SERVERS_OWN)},
        **{key: metadata.get(key) for key in ("labels", "ownerReferences", "finalizers")},
        "spec": spec,
    }


def _without_servers_own(spec: dict[str, Any]) -> None:
    """A pod made anew gets another node and another name for its token's volume."""
    spec.pop("nodeName", None)
    tokens = {volume["name"] for volume in spec.get("volumes", []) if _is_token(volume["name"])}
    spec["volumes"] = [volume for volume in spec.get("volumes", []) if volume["name"] not in tokens]
    for container in spec["containers"] + spec.get("initContainers", []):
        mounts = container.get("volumeMounts", [])
        container["volumeMounts"] = [mount for mount in mounts if mount["name"] not in tokens]


def _is_token(volume: str) -> bool:
    return volume.startswith(("kube-api-access-", "default-token-"))


def differences(before: Any, after: Any, path: str = "") -> list[str]:
    """One line a field."""
    if isinstance(before, dict) and isinstance(after, dict):
        keys = sorted(before.keys() | after.keys())
        return [line for key in keys for line in differences(before.get(key), after.get(key), f"{path}.{key}")]
    return [] if before == after else [f"{path}: was {json.dumps(before)}, is {json.dumps(after)}"]


class Bookinfo:
    """`client`: the pod from which services are asked."""

    def __init__(self, cluster: Cluster, client: PodClient) -> None:
        self.cluster, self.client = cluster, client

    def kubectl(self, *arguments: str, stdin: str | None = None) -> str:
        return self.cluster.kubectl("-n", BOOKINFO, *arguments, stdin=stdin)

    def object(self, workload: str) -> dict[str, Any]:
        found: dict[str, Any] = self.cluster.get(workload, "-n", BOOKINFO)
        return found

    def shape(self, workload: str) -> Shape:
        return shape(self.object(workload))

    def shapes(self) -> dict[str, Shape]:
        """Of all workloads."""
        return self._shapes_of(WORKLOADS)

    def _shapes_of(self, workloads: Iterable[str]) -> dict[str, Shape]:
        """In one question. RuntimeError when one is not there."""
        names = list(workloads)
        told = self.cluster.get(*names, "-n", BOOKINFO)
        return dict(zip(names, map(shape, told["items"] if len(names) > 1 else [told]), strict=True))

    def living_pods(self, app: str) -> list[dict[str, Any]]:
        pods = self.cluster.get("pods", "-n", BOOKINFO, "-l", f"app={app}")["items"]
        return [pod for pod in pods if "deletionTimestamp" not in pod["metadata"] and _runs(pod)]

    def pods(self, app: str) -> dict[str, list[str]]:
        """Addresses by name, IPv4 first."""
        return {
            pod["metadata"]["name"]: sorted((entry["ip"] for entry in pod["status"]["podIPs"]), key=_is_ipv6)
            for pod in self.living_pods(app)
        }

    def service(self, name: str) -> list[str]:
        """Addresses, IPv4 first."""
        spec = self.object(f"service/{name}")["spec"]
        return sorted(spec.get("clusterIPs") or [spec["clusterIP"]], key=_is_ipv6)

    def restarts(self, app: str) -> dict[str, int]:
        """Of the original containers, by pod."""
        return {
            pod["metadata"]["name"]: sum(
                status["restartCount"] for status in pod["status"]["containerStatuses"] if status["name"] == app
            )
            for pod in self.living_pods(app)
        }

    def ready(self, app: str) -> dict[str, bool]:
        """The original containers' readiness, by pod."""
        return {
            pod["metadata"]["name"]: all(
                status["ready"] for status in pod["status"]["containerStatuses"] if status["name"] == app
            )
            for pod in self.living_pods(app)
        }

    def with_sidecar(self, app: str) -> list[str]:
        return [pod["metadata"]["name"] for pod in self.living_pods(app) if has_sidecar(pod["spec"])]

    def secrets(self) -> list[str]:
        return sorted(item["metadata"]["name"] for item in self.cluster.get("secrets", "-n", BOOKINFO)["items"])

    def who(self, app: str, *headers: tuple[str, str], port: int = HTTP) -> set[str]:
        """Who answers HTTP at every address of every pod."""
        addresses = [address for found in self.pods(app).values() for address in found]
        return {self.client.who(address, port, *headers) for address in addresses}

    def wait_for_who(self, expected: set[str] | None, app: str, *headers: tuple[str, str], within_s: float) -> None:
        """`expected` None: each pod answers for itself."""
        end = time.monotonic() + within_s
        while True:
            wanted = expected if expected is not None else set(self.pods(app))
            try:
                found = self.who(app, *headers)
            except AssertionError as error:
                found = {str(error)}
            if found == wanted:
                return
            assert time.monotonic() < end, f"{app} is answered by {found} after {within_s:g} s, not by {wanted}"
            time.sleep(0.1)

    def wait_until_restored(self, before: dict[str, Shape], within_s: float = _RESTORED_S) -> None:
        """Objects as before, pods without a sidecar, no Secret left."""
        found: list[str] = []

        def restored() -> bool:
            try:
                return look()
            except RuntimeError as error:
                found[:] = [str(error)]  # A pod on its way to be made anew.
                return False

        def look() -> bool:
            found.clear()
            for workload, now in self._shapes_of(before).items():
                found.extend(f"{workload}{line}" for line in differences(before[workload], now))
            pods = self.cluster.get("pods", "-n", BOOKINFO)["items"]
            found.extend(f"{pod['metadata']['name']} has a sidecar" for pod in pods if _is_of(pod, before))
            found.extend(f"Secret {name} is left" for name in self.secrets() if name.startswith("kubeferry"))
            return not found

        try:
            wait_until("the workloads to be as before", restored, within_s, every_s=0.3)
        except TimeoutError as error:
            raise AssertionError(f"{error}\n" + "\n".join(found)) from None
        self.wait_until_rolled_out(*before)

    def wait_until_rolled_out(self, *workloads: str) -> None:
        for workload in workloads:
            kind, _, app = workload.partition("/")
            if kind in ("pod", "replicaset"):
                self.kubectl("wait", "--for=condition=Ready", "pod", "-l", f"app={app}", "--timeout=60s")
            else:
                self.kubectl("rollout", "status", workload, "--timeout=60s")

    @contextmanager
    def created(self, *objects: dict[str, Any]) -> Iterator[None]:
        """Objects for one test."""
        self.cluster.apply(objects)
        try:
            yield
        finally:
            for one in objects:
                metadata = one["metadata"]
                name = f"{one['kind'].lower()}/{metadata['name']}"
                where = ("-n", metadata.get("namespace", BOOKINFO))
                self.cluster.kubectl("delete", name, *where, "--ignore-not-found", "--wait=false")


def has_sidecar(pod_spec: dict[str, Any]) -> bool:
    containers = pod_spec["containers"] + pod_spec.get("initContainers", [])
    return any(container["name"] == SIDECAR_CONTAINER for container in containers)


def _is_of(pod: dict[str, Any], workloads: Iterable[str]) -> bool:
    """Has it a sidecar, and belongs to one of these workloads, as far as its label tells?"""
    apps = {workload.partition("/")[2] for workload in workloads}
    return has_sidecar(pod["spec"]) and pod["metadata"].get("labels", {}).get("app") in apps


def _runs(pod: dict[str, Any]) -> bool:
    return pod["status"].get("phase") == "Running" and "podIPs" in pod["status"]


def _is_ipv6(address: str) -> bool:
    return ":" in address
