"""The cluster the tests run on: one of the kit's, or the one named by KUBEFERRY_E2E_KUBECONFIG."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from tests.lab.network import NetworkNamespace
from tests.lab.processes import ROOT, check, start_time, wait_until

EXTERNAL = "KUBEFERRY_E2E_KUBECONFIG"
DEFAULT_KIT = ROOT.parent / "shared" / "cluster-kit"


def kit_from_environment() -> Path | None:
    """KUBEFERRY_KIT (relative to the repository), else the kit beside the repository; None: there is none."""
    kit = (ROOT / os.environ.get("KUBEFERRY_KIT", str(DEFAULT_KIT))).resolve()
    return kit if (kit / "up").is_file() else None


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

    def kubectl(self, *arguments: str, stdin: str | None = None) -> str:
        """Raises RuntimeError with kubectl's words when it fails."""
        return check([*self._kubectl, *arguments], stdin=stdin)

    @property
    def kubectl_argv(self) -> tuple[str, ...]:
        """For a process that stays."""
        return tuple(self._kubectl)

    def get(self, *arguments: str) -> Any:
        return json.loads(self.kubectl("get", *arguments, "-o", "json"))

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


class KitCluster(Cluster):
    """Started by the kit when it is not up yet; one that runs already is used as it is."""

    def __init__(self, kit: Path) -> None:
        self.kit = kit
        name = "testcluster-1.20" if kit.name.endswith("1.20") else "testcluster"
        self.folder = Path(os.environ.get("TESTCLUSTER_DIR") or f"/var/lib/{name}")
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
        """SIGKILL for a daemon of the first node ("kube-apiserver"); the node's process 1 starts it again."""
        check([str(self.kit / "node"), "sh", "-c", f"kill -9 $(pgrep -o -f '^[^ ]*{name}( |$)')"])

    def down(self) -> None:
        check([str(self.kit / "down")])


def open_cluster() -> Cluster:
    external = os.environ.get(EXTERNAL)
    if external:
        return Cluster(Path(external), ["kubectl", "--kubeconfig", external], None)
    kit = kit_from_environment()
    if kit is None:
        raise RuntimeError(f"no cluster: neither {EXTERNAL} is set nor is a kit at {DEFAULT_KIT}")
    return KitCluster(kit)
