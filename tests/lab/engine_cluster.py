"""A cluster that `kind`, `k3d` or `minikube` makes on the machine's container engine, when KUBEFERRY_CLUSTER says so.

Its nodes are containers of that engine. The API server is taken by its container's own address: the one that these
tools put into a kubeconfig is on 127.0.0.1, and that is another machine for the laptops of the lab.
"""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.cluster.images import base_archive
from tests.lab.cluster import NODE_COUNT, LocalCluster
from tests.lab.processes import ROOT, check

CLUSTER = "kubeferry-tests"
_KIND_NODES = "\n".join(
    ["kind: Cluster", "apiVersion: kind.x-k8s.io/v1alpha4", "nodes:", "- role: control-plane"]
    + ["- role: worker"] * (NODE_COUNT - 1)
)


@dataclasses.dataclass(frozen=True)
class Engine:
    """Command lines; `{name}` is the cluster's, `{file}` an image archive's. `first_node`: the container with the API
    server, and its port there."""

    program: str
    list_names: tuple[str, ...]
    create: tuple[str, ...]
    kubeconfig: tuple[str, ...]
    load: tuple[str, ...]
    delete: tuple[str, ...]
    first_node: str
    api_port: int
    create_stdin: str | None = None

    def argv(self, words: tuple[str, ...], **values: str) -> list[str]:
        return [self.program, *(word.format(name=CLUSTER, **values) for word in words)]


ENGINES: Mapping[str, Engine] = {
    "kind": Engine(
        "kind",
        list_names=("get", "clusters"),
        create=("create", "cluster", "--name={name}", "--config=-", "--kubeconfig=/dev/null", "--wait=120s"),
        create_stdin=_KIND_NODES,
        kubeconfig=("get", "kubeconfig", "--name={name}"),
        load=("load", "image-archive", "{file}", "--name={name}"),
        delete=("delete", "cluster", "--name={name}"),
        first_node="{name}-control-plane",
        api_port=6443,
    ),
    "k3d": Engine(
        "k3d",
        list_names=("cluster", "list", "--no-headers"),
        create=(
            *("cluster", "create", "{name}", f"--agents={NODE_COUNT - 1}", "--no-lb", "--wait"),
            *("--kubeconfig-update-default=false", "--k3s-arg=--disable=traefik@server:0"),
        ),
        kubeconfig=("kubeconfig", "get", "{name}"),
        load=("image", "import", "{file}", "--cluster={name}"),
        delete=("cluster", "delete", "{name}"),
        first_node="k3d-{name}-server-0",
        api_port=6443,
    ),
    "minikube": Engine(
        "minikube",
        list_names=("profile", "list", "--light", "--output=json"),
        create=(
            "start",
            "--profile={name}",
            "--driver=docker",
            f"--nodes={NODE_COUNT}",
            "--keep-context",
            "--wait=all",
        ),
        kubeconfig=("kubectl", "--profile={name}", "--", "config", "view", "--raw", "--flatten", "--context={name}"),
        load=("image", "load", "{file}", "--profile={name}"),
        delete=("delete", "--profile={name}"),
        first_node="{name}",
        api_port=8443,
    ),
}


class EngineCluster(LocalCluster):
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.kit = ROOT / "tests" / "lab"
        self.folder = ROOT / "build" / "engine-cluster"
        self.started_here = CLUSTER not in check(engine.argv(engine.list_names))
        if self.started_here:
            check(engine.argv(engine.create), stdin=engine.create_stdin)
        self.folder.mkdir(parents=True, exist_ok=True)
        container = engine.first_node.format(name=CLUSTER)
        inspected = json.loads(check(["docker", "inspect", container]))[0]
        text = at_container(check(engine.argv(engine.kubeconfig)), address_of(inspected), engine.api_port)
        path = self.folder / "kubeconfig"
        path.touch(mode=0o600)
        path.write_text(text)
        super().__init__(path, ["kubectl", "--kubeconfig", str(path)], None)
        self._container = container
        if self.started_here:
            self.load_image(base_archive())

    def load_image(self, archive: Path) -> None:
        check(self._engine.argv(self._engine.load, file=str(archive)))

    def kill_daemon(self, name: str) -> None:
        """As the machine sees it: these containers may have no `pkill`."""
        top = check(["docker", "top", self._container, "-eo", "pid,comm"])
        pids = [int(line.split()[0]) for line in top.splitlines()[1:] if name.startswith(line.split(maxsplit=1)[1])]
        if not pids:
            raise RuntimeError(f"{name} is no process of its own in {self._container}")
        os.kill(min(pids), 9)

    def down(self) -> None:
        check(self._engine.argv(self._engine.delete))


def address_of(container: Mapping[str, Any]) -> str:
    """Of what `docker inspect` says: the first network's IPv4 address."""
    networks = container["NetworkSettings"]["Networks"]
    return str(next(network["IPAddress"] for network in networks.values() if network["IPAddress"]))


def at_container(kubeconfig: str, address: str, port: int) -> str:
    """Of what a tool printed (warnings may come before it): the same, with this address of the API server."""
    begin = kubeconfig.find("apiVersion:")
    config = yaml.safe_load(kubeconfig[max(begin, 0) :])
    for entry in config["clusters"]:
        entry["cluster"]["server"] = f"https://{address}:{port}"
    return yaml.safe_dump(config)


def open_engine(name: str) -> EngineCluster:
    """Raises RuntimeError when it is none of the three, or not installed."""
    engine = ENGINES.get(name)
    if engine is None:
        raise RuntimeError(
            f"KUBEFERRY_CLUSTER is one of {', '.join(ENGINES)}, or empty for the project's own: not {name!r}"
        )
    for program in (engine.program, "docker", "kubectl"):
        if shutil.which(program) is None:
            raise RuntimeError(
                f"KUBEFERRY_CLUSTER={name} needs {program}: install it, or leave KUBEFERRY_CLUSTER empty"
            )
    return EngineCluster(engine)
