"""A registry that asks for a login, on the loopback of the cluster's node, where the node alone reaches it."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.contract.install.tools import output_of, tool
from tests.lab.network import NetworkNamespace
from tests.lab.processes import wait_until

USER, PASSWORD = "puller", "only-of-this-test"
_BCRYPT = "$2b$04$pGur.lRXYL.WvOz09.u6vOriXetAdHP.rOC3dz42gMHKZKamw8Usa"
"""Of the password: the registry takes nothing else."""

PORT = 5005
HOST = f"127.0.0.1:{PORT}"
"""containerd speaks plain HTTP to 127.0.0.1 without being told."""

START_TIMEOUT_S = 15.0


class Registry:
    def __init__(self, node: NetworkNamespace, folder: Path) -> None:
        self._inside = ("nsenter", f"--net={node.path}")
        self._folder = folder

    @contextmanager
    def running(self) -> Iterator[None]:
        program = tool("registry")
        (self._folder / "users").write_text(f"{USER}:{_BCRYPT}\n")
        settings = {
            "version": 0.1,
            "log": {"level": "error"},
            "storage": {"filesystem": {"rootdirectory": str(self._folder / "content")}},
            "http": {"addr": HOST, "secret": "of no use to anybody"},
            "auth": {"htpasswd": {"realm": "test", "path": str(self._folder / "users")}},
        }
        (self._folder / "settings.yml").write_text(json.dumps(settings))
        with (self._folder / "log").open("wb") as log:
            argv = [*self._inside, program, "serve", str(self._folder / "settings.yml")]
            process = subprocess.Popen(argv, stdout=log, stderr=log)
        try:
            wait_until("the registry", lambda: self._answers(process), START_TIMEOUT_S)
            yield
        finally:
            process.terminate()
            process.wait(10)

    def push(self, archive: Path, name: str) -> str:
        """Returns how the image is called there. It has an id of its own: since Kubernetes 1.35 a kubelet that has
        pulled an id with a login wants one for that id ever after, also where the node was given the image by hand."""
        if shutil.which("buildah") is None:
            pytest.skip("buildah is not there")
        storage = ("--root", self._folder / "store", "--runroot", self._folder / "run", "--storage-driver", "vfs")
        image = f"{HOST}/{name}"
        local = output_of("buildah", *storage, "pull", "-q", f"docker-archive:{archive}").strip()
        container = output_of("buildah", *storage, "from", local).strip()
        output_of("buildah", *storage, "config", "--label", f"of={self._folder}", container)
        changed = output_of("buildah", *storage, "commit", "-q", "--rm", container).strip()
        login = ("--tls-verify=false", "--creds", f"{USER}:{PASSWORD}")
        output_of(*self._inside, "buildah", *storage, "push", "-q", *login, changed, f"docker://{image}")
        output_of("buildah", *storage, "rmi", "--all", "--force")
        return image

    def _answers(self, process: subprocess.Popen[bytes]) -> bool:
        if process.poll() is not None:
            raise AssertionError((self._folder / "log").read_text())
        asked = subprocess.run(
            [*self._inside, "curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", f"http://{HOST}/v2/"],
            capture_output=True,
            text=True,
            check=False,
        )
        return asked.stdout == "401"


def pull_secret(namespace: str, name: str) -> dict[str, Any]:
    """As `kubectl create secret docker-registry` makes it."""
    auth = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    logins = {"auths": {HOST: {"username": USER, "password": PASSWORD, "auth": auth}}}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": namespace},
        "type": "kubernetes.io/dockerconfigjson",
        "data": {".dockerconfigjson": base64.b64encode(json.dumps(logins).encode()).decode()},
    }
