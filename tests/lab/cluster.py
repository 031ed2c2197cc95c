"""The cluster the tests run on.

In this order: the one that KUBEFERRY_E2E_KUBECONFIG names; one of `kind`, `k3d` or `minikube` when KUBEFERRY_CLUSTER
says so; one of the scripts in KUBEFERRY_KIT, for other versions of Kubernetes; else this project's own (tests/cluster).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from tests.cluster.lifecycle import DEFAULT_NAME, TestCluster
from tests.cluster.node import daemon_pid
from tests.lab.api_reader import ApiReader
from tests.lab.network import NetworkNamespace
from tests.lab.processes import ROOT, check, start_time, wait_until

EXTERNAL = "KUBEFERRY_E2E_KUBECONFIG"
ENGINE = "KUBEFERRY_CLUSTER"
KIT = "KUBEFERRY_KIT"
KIT_FOLDER = "TESTCLUSTER_DIR"
DEFAULT_KIT = ROOT.parent / "shared" / "cluster-kit"
NODE_COUNT = 2
"""Tests want pods on different nodes."""


def kit_from_environment() -> Path | None:
    """KUBEFERRY_KIT, relative to the repository; None when it is not set. Raises RuntimeError when it is no kit."""
    # A setting of the kit's alone means the kit beside the repository.
    beside = str(DEFAULT_KIT) if KIT_FOLDER in os.environ and DEFAULT_KIT.is_dir() else ""
    named = os.environ.get(KIT, beside)
    if not named:
        return None
    kit = (ROOT / named).resolve()
    if not (kit / "up").is_file():
        raise RuntimeError(f"{KIT}: {kit} has no script `up`; leave it empty for the project's own cluster")
    return kit


class Cluster:
    """`kubeconfig`: an administrator's. Commands run where the API server can be reached, wherever the link ends."""

    def __init__(self, kubeconfig: Path, kubectl_argv: Sequence[str], node: NetworkNamespace | None) -> None:
        self.kubeconfig = kubeconfig
        self.node = node
        self._kubectl = list(kubectl_argv)
        config = yaml.safe_load(kubeconfig.read_text())
        context = next(c["context"] for c in config["contexts"] if c["name"] == config["current-context"])
        cluster = next(c["cluster"] for c in config["clusters"] if c["name"] == context["cluster"])
        url = urlsplit(cluster["server"])
        self.context: str = config["current-context"]
        self.api_address: str = url.hostname or ""
        self.api_port: int = url.port or 443
        self._reader: ApiReader | None = None

    def kubectl(self, *arguments: str, stdin: str | None = None) -> str:
        """Raises RuntimeError with kubectl's words when it fails."""
        return check([*self._kubectl, *arguments], stdin=stdin)

    @property
    def kubectl_argv(self) -> tuple[str, ...]:
        """For a process that stays."""
        return tuple(self._kubectl)

    def get(self, *arguments: str) -> Any:
        """What `kubectl get ARGUMENTS -o json` tells. Raises RuntimeError as that fails."""
        found = self._read(arguments)
        return found if found is not None else json.loads(self.kubectl("get", *arguments, "-o", "json"))

    def _read(self, arguments: Sequence[str]) -> Any:
        """None: kubectl has to be asked."""
        if self._reader is None:
            self._reader = ApiReader(self.kubeconfig, self.node)
        return self._reader.get(arguments)

    def apply(self, objects: Sequence[dict[str, Any]]) -> None:
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})
        self.kubectl("apply", "-f", "-", stdin=text)

    def node_names(self) -> list[str]:
        return sorted(item["metadata"]["name"] for item in self.get("nodes")["items"])

    def server_version(self) -> tuple[int, int]:
        version = json.loads(self.kubectl("get", "--raw", "/version"))
        return int(version["major"]), int(version["minor"].rstrip("+"))

    def wait_until_ready(self, timeout_s: float = 60.0) -> None:
        """Until the API server says that it is."""

        def ready() -> bool:
            try:
                return self.kubectl("get", "--raw", "/readyz").strip() == "ok"
            except RuntimeError:
                return False

        wait_until("the API server", ready, timeout_s)

    def has_ipv6(self) -> bool:
        pods = self.get("pods", "-n", "kube-system")["items"]
        return any(":" in address["ip"] for pod in pods for address in pod["status"].get("podIPs", []))


class LocalCluster(Cluster):
    """One that is started here when it is not up yet, and that tests may handle roughly; one that runs already is used
    as it is. `kit`: the folder of the scripts that start it. `folder`: its state, where `cache/bin/kubectl` is."""

    kit: Path
    folder: Path
    started_here: bool

    def load_image(self, archive: Path) -> None:
        raise NotImplementedError

    def kill_daemon(self, name: str) -> None:
        """SIGKILL for a daemon of the first node ("kube-apiserver"), which is started again."""
        raise NotImplementedError

    def down(self) -> None:
        raise NotImplementedError


class OwnCluster(LocalCluster):
    """This project's own. KUBEFERRY_CLUSTER_NAME: another one beside those that are up."""

    def __init__(self) -> None:
        self._cluster = TestCluster(os.environ.get("KUBEFERRY_CLUSTER_NAME") or DEFAULT_NAME)
        nodes = int(os.environ.get("KUBEFERRY_CLUSTER_NODES") or NODE_COUNT)
        self.kit = ROOT / "tests" / "cluster"
        self.folder = self._cluster.folder
        self.started_here = self._cluster.up(nodes)
        self.plan = self._cluster.plan
        node = NetworkNamespace(self.plan.nodes[0].netns)
        super().__init__(self.plan.kubeconfig, self._cluster.kubectl_argv(), node)

    def load_image(self, archive: Path) -> None:
        self._cluster.load_images([archive])

    def kill_daemon(self, name: str) -> None:
        os.kill(daemon_pid(self.plan, self.plan.nodes[0], name), signal.SIGKILL)

    def down(self) -> None:
        self._cluster.down()


class ScriptedCluster(LocalCluster):
    """Of a kit: a folder of scripts that start a Kubernetes of some other version."""

    def __init__(self, kit: Path) -> None:
        self.kit = kit
        name = "testcluster-1.20" if kit.name.endswith("1.20") else "testcluster"
        self.folder = Path(os.environ.get(KIT_FOLDER) or f"/var/lib/{name}")
        self.started_here = not self._is_up()
        if self.started_here:
            environment = {"TESTCLUSTER_NODES": "2"} | dict(os.environ)
            subprocess.run([kit / "up"], env=environment, check=True)
        state = json.loads((self.folder / "state.json").read_text())
        names = state["netns"]
        node = NetworkNamespace(names if isinstance(names, str) else names[0])
        cache = Path(os.environ.get("TESTCLUSTER_CACHE") or self.folder / "cache")
        kubeconfig = self.folder / "kubeconfig"
        argv = ["nsenter", f"--net={node.path}", str(cache / "bin" / "kubectl"), "--kubeconfig", str(kubeconfig)]
        super().__init__(kubeconfig, [*argv, "--cache-dir", str(self.folder / "run" / "kubectl-cache-lab")], node)

    def _is_up(self) -> bool:
        try:
            state = json.loads((self.folder / "state.json").read_text())
        except FileNotFoundError:
            return False
        first = state.get("nodes", [state])[0]
        return bool(state.get("ready")) and start_time(first["init_pid"]) == first["init_start"]

    def load_image(self, archive: Path) -> None:
        check([str(self.kit / "load-image"), str(archive)])

    def kill_daemon(self, name: str) -> None:
        """The node's process 1 starts it again."""
        check([str(self.kit / "node"), "sh", "-c", f"kill -9 $(pgrep -o -f '^[^ ]*{name}( |$)')"])

    def down(self) -> None:
        check([str(self.kit / "down")])


"""The name that tests knew it by when every cluster was a kit's."""


def open_cluster() -> Cluster:
    """Raises RuntimeError with the next step in it when there is none to be had."""
    external = os.environ.get(EXTERNAL)
    if external:
        return Cluster(Path(external), ["kubectl", "--kubeconfig", external], None)
    engine = os.environ.get(ENGINE)
    if engine:
        # Here: it needs the classes above.
        from tests.lab.engine_cluster import open_engine

        return open_engine(engine)
    kit = kit_from_environment()
    return OwnCluster() if kit is None else ScriptedCluster(kit)
