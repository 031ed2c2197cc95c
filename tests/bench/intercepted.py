"""A workload of one pod, with a sidecar for as long as it is measured, and programs of this machine in its network."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.bench import pods, proc
from tests.bench.pods import HTTP_PORT, NAMESPACE, Pod
from tests.bench.stage import IMAGE as MANAGER_IMAGE
from tests.bench.stage import Stage
from tests.lab.processes import PYTHON
from tests.lab.workloads import IMAGE

NAME = "meshed"
HEADER = "x-user: bench"
_SIDECAR_IMAGE_FILE = "sidecar.tar"
_HTTP_SERVER = [PYTHON, "-m", "tests.bench.http_server", str(HTTP_PORT)]


@dataclass(frozen=True)
class Intercepted:
    """`pod` has the sidecar, on the same node as the stage's pods. The laptop serves HTTP on its own HTTP_PORT."""

    pod: Pod
    uid: str
    workload: str = NAME

    def processes(self, word: str) -> list[int]:
        """Of the pod. `word`: an argument, or the program's name."""
        return [pid for pid, argv in proc.in_pod(self.uid) if word in (os.path.basename(argv[0]), *argv)]


@contextmanager
def intercepted(stage: Stage) -> Iterator[Intercepted]:
    """Requests with HEADER go to the stage's laptop, and no other."""
    _load_image(stage)
    stage.cluster.apply([_deployment(stage.server.node)])
    stage.cluster.kubectl("-n", NAMESPACE, "rollout", "status", f"deployment/{NAME}", "--timeout=60s")
    stage.kubeferry.mesh(
        f"deploy/{NAME}", "--header", HEADER.replace(": ", "="), "--port", str(HTTP_PORT), namespace=NAMESPACE
    )
    laptops = stage.laptop.popen(_HTTP_SERVER)
    try:
        found = _found(stage)
        with found.pod.serving(_HTTP_SERVER, HTTP_PORT):
            yield found
    finally:
        pods.stop(laptops)
        stage.kubeferry.run("leave", f"deploy/{NAME}", "-n", NAMESPACE)
        stage.cluster.kubectl("-n", NAMESPACE, "delete", f"deployment/{NAME}", "--wait=false")


def injection_id(stage: Stage) -> str:
    """Of the workload's sidecar, as its Secret has it."""
    secrets = stage.cluster.get("secrets", "-n", NAMESPACE)["items"]
    joins = [item["data"]["join.json"] for item in secrets if "join.json" in item.get("data", {})]
    found = [json.loads(base64.b64decode(join)) for join in joins]
    return next(str(join["injection_id"]) for join in found if join["workload"]["name"] == NAME)


def _load_image(stage: Stage) -> None:
    archive = MANAGER_IMAGE.with_name(_SIDECAR_IMAGE_FILE)
    if archive.exists():
        stage.cluster.load_image(archive)


def _deployment(node: str) -> dict[str, Any]:
    container: dict[str, Any] = {
        "name": NAME,
        "image": IMAGE,
        "imagePullPolicy": "IfNotPresent",
        "command": ["sleep", "infinity"],
    }
    container |= {"ports": [{"containerPort": HTTP_PORT}]}
    spec = {
        "terminationGracePeriodSeconds": 0,
        "nodeSelector": {"kubernetes.io/hostname": node},
        "containers": [container],
    }
    labels = {"app": NAME}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": NAME, "namespace": NAMESPACE},
        "spec": {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": spec}},
    }


def _found(stage: Stage) -> Intercepted:
    items = stage.cluster.get("pods", "-n", NAMESPACE, "-l", f"app={NAME}")["items"]
    (pod,) = [one for one in items if "deletionTimestamp" not in one["metadata"]]
    uid = pod["metadata"]["uid"]
    pids = [pid for pid, argv in proc.in_pod(uid) if argv[0] == "sleep"]
    if not pids:
        raise RuntimeError(f"no process of {NAME} is on this machine: the bench needs the kit's cluster")
    return Intercepted(Pod(pod["metadata"]["name"], pod["status"]["podIP"], pod["spec"]["nodeName"], pids[0]), uid)
