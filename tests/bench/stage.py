"""Everything that is measured on: cluster, two laptops, pods, and the connection if the product makes one."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import msgspec

from app.kube.contexts import load_kubeconfig
from app.kube.credentials import Login
from helper.protocol.worker_messages import Endpoint
from tests.bench import pods
from tests.bench.pods import MANAGER, NAMESPACE
from tests.e2e.driver import Kubeferry
from tests.lab.cluster import LocalCluster, open_cluster
from tests.lab.kubeconfig import for_user
from tests.lab.lab import Lab
from tests.lab.laptop import DEV, Finished, Laptop
from tests.lab.processes import PYTHON, ROOT

ANEW_NAMESPACE = "kubeferry-bench-anew"
IMAGE = ROOT / "build" / "image" / "manager.tar"
_LAB, _LAB_NUMBER = "bench", 9


class Stage:
    """`laptop` keeps one connection from beginning to end; `second` is for connections that come and go.

    `failure`: why there is no connection; empty when there is one.
    """

    def __init__(self, *, load_image: bool = True) -> None:
        cluster = open_cluster()
        if not isinstance(cluster, LocalCluster):
            raise RuntimeError("the bench looks into the cluster's processes: it needs a kit's cluster")
        self.cluster = cluster
        self.began = time.monotonic()
        self.failure = ""
        if load_image and IMAGE.exists():
            cluster.load_image(IMAGE)
        self.lab = Lab(_LAB, _LAB_NUMBER)
        self._servers: list[subprocess.Popen[bytes]] = []

    def up(self) -> None:
        node = self.cluster.node_names()[0]
        found = pods.create(self.cluster, node)
        self.server, self.client = found["server"], found["client"]
        self._servers = pods.start_servers(self.server)
        self.lab.up(self.cluster)
        self.laptop, self.second = self._laptop(), self._laptop()
        self.kubeferry = Kubeferry(self.laptop)
        self.endpoint = asyncio.run(_endpoint(self.cluster.kubeconfig))
        try:
            self._connect(node)
        except (AssertionError, RuntimeError, TimeoutError) as error:
            self.failure = " ".join(str(error).split())[:500] or type(error).__name__

    def down(self) -> None:
        for process in self._servers:
            pods.stop(process)
        self.lab.down()
        self.cluster.kubectl("delete", "namespace", NAMESPACE, ANEW_NAMESPACE, "--ignore-not-found", "--wait=false")

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *_: object) -> None:
        self.down()

    @property
    def kubectl(self) -> str:
        """The program; its kubeconfig is where kubectl looks for it."""
        cache = Path(os.environ.get("TESTCLUSTER_CACHE") or self.cluster.folder / "cache")
        return str(cache / "bin" / "kubectl")

    def status(self) -> dict[str, Any]:
        return self.kubeferry.status()

    def _laptop(self) -> Laptop:
        laptop = self.lab.add_laptop()
        laptop.write_file(f"{DEV.home}/.kube/config", for_user(self.cluster), DEV)
        laptop.start_helper()
        return laptop

    def _connect(self, node: str) -> None:
        """The manager goes to the node of the API server, as in the yardstick, where a cluster has one node."""
        self.kubeferry.run("manager", "install", "--manager-namespace", NAMESPACE).checked()
        selector = {"spec": {"template": {"spec": {"nodeSelector": {"kubernetes.io/hostname": node}}}}}
        self.cluster.kubectl("-n", NAMESPACE, "patch", MANAGER, "--type=merge", "-p", json.dumps(selector))
        self.cluster.kubectl("-n", NAMESPACE, "rollout", "status", MANAGER, "--timeout=60s")
        self.kubeferry.connect(namespace=NAMESPACE)


def raw_lane(
    stage: Stage, laptop: Laptop, seconds: float, direction: str = "both", rounds: int = 500
) -> dict[str, float]:
    """What tests.bench.raw_lane measures from this laptop. Raises AssertionError when it fails."""
    argv = [PYTHON, "-m", "tests.bench.raw_lane", "--seconds", str(seconds), "--direction", direction]
    done: Finished = laptop.run(
        [*argv, "--rounds", str(rounds)], stdin=msgspec.json.encode(stage.endpoint), timeout_s=60 + 6 * seconds
    )
    results: dict[str, float] = json.loads(done.checked().out)
    return results


async def _endpoint(kubeconfig: Path) -> Endpoint:
    """Of the server pod's stream port, as the product would reach the manager's."""
    environ = {"KUBECONFIG": str(kubeconfig)}
    access = await Login(load_kubeconfig(environ).select(None), environ).access()
    return access.endpoint(NAMESPACE, "server", pods.STREAM_PORT)
