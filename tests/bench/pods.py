"""Two pods on one node, and programs of this machine that run in their network namespaces."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.bench import proc
from tests.lab.cluster import Cluster
from tests.lab.processes import PYTHON, ROOT, Namespaces, spawn, wait_until
from tests.lab.workloads import IMAGE

NAMESPACE = "kubeferry-bench"
WEB = "web"
HTTP_PORT = 8080
STREAM_PORT = 7100
ECHO_PORT = 7001
MANAGER = "deployment/kubeferry-manager"

_SERVICE = ROOT / "tests" / "lab" / "workloads" / "service.py"


@dataclass(frozen=True)
class Pod:
    name: str
    address: str
    node: str
    netns_pid: int
    """Any process of the pod."""

    @property
    def entered(self) -> Namespaces:
        return Namespaces(net=f"/proc/{self.netns_pid}/ns/net")

    def start(self, argv: Sequence[str], port: int) -> subprocess.Popen[bytes]:
        """A server in the pod's network, listening."""
        quiet: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
        process = spawn(argv, self.entered, cwd=str(ROOT), dies_with_parent=True, **quiet)
        try:
            wait_until(f"{argv[0]} on port {port}", lambda: proc.listens(process.pid, port), 10, every_s=0.01)
        except BaseException:
            stop(process)
            raise
        return process

    @contextlib.contextmanager
    def serving(self, argv: Sequence[str], port: int) -> Iterator[None]:
        process = self.start(argv, port)
        try:
            yield
        finally:
            stop(process)

    def run(self, argv: Sequence[str], timeout_s: float) -> tuple[int, str]:
        """Exit code and standard output of a command in the pod's network."""
        streams: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE}
        with spawn(argv, self.entered, cwd=str(ROOT), dies_with_parent=True, **streams) as process:
            try:
                output, _ = process.communicate(timeout=timeout_s)
            except subprocess.TimeoutExpired:
                process.kill()
                output, _ = process.communicate()
        return process.returncode, output.decode(errors="replace")


def stop(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def create(cluster: Cluster, node: str) -> dict[str, Pod]:
    """`server` and `client` on this node, ready, with a service in front of the server's HTTP port."""
    cluster.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}])
    ports = [{"name": "http", "port": HTTP_PORT}]
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": WEB, "namespace": NAMESPACE}}
    cluster.apply([*(_pod(name, node) for name in ("server", "client"))])
    cluster.apply([service | {"spec": {"selector": {"app": "server"}, "ports": ports}}])
    cluster.kubectl("-n", NAMESPACE, "wait", "--for=condition=Ready", "pod", "--all", "--timeout=60s")
    return {name: _found(cluster, name) for name in ("server", "client")}


def start_servers(server: Pod) -> list[subprocess.Popen[bytes]]:
    return [
        server.start([PYTHON, "-m", "tests.bench.http_server", str(HTTP_PORT)], HTTP_PORT),
        server.start([PYTHON, "-m", "tests.bench.stream_server", "0.0.0.0", str(STREAM_PORT)], STREAM_PORT),
        server.start([PYTHON, str(_SERVICE), "echo"], ECHO_PORT),
    ]


def manager_pids(cluster: Cluster, namespace: str = NAMESPACE) -> list[int]:
    pods = cluster.get("pods", "-n", namespace, "-l", "app.kubernetes.io/component=manager")["items"]
    return [
        pid
        for pod in pods
        if "deletionTimestamp" not in pod["metadata"]
        for pid, argv in proc.in_pod(pod["metadata"]["uid"])
        if "helper.cluster.manager" in argv and "--check" not in argv
    ]


def _pod(name: str, node: str) -> dict[str, Any]:
    spec = {
        "terminationGracePeriodSeconds": 0,
        "nodeSelector": {"kubernetes.io/hostname": node},
        "containers": [
            {"name": name, "image": IMAGE, "imagePullPolicy": "IfNotPresent", "command": ["sleep", "infinity"]}
        ],
    }
    metadata = {"name": name, "namespace": NAMESPACE, "labels": {"app": name}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def _found(cluster: Cluster, name: str) -> Pod:
    pod = cluster.get("pod", name, "-n", NAMESPACE)
    pids = [pid for pid, argv in proc.in_pod(pod["metadata"]["uid"]) if argv[0] == "sleep"]
    if not pids:
        raise RuntimeError(f"no process of pod {name} is on this machine: the bench needs the kit's cluster")
    return Pod(name, pod["status"]["podIP"], pod["spec"]["nodeName"], pids[0])
