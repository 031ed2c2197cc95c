"""Ways from a client to the server pod: through our tunnel, by `kubectl port-forward`, from another pod."""

from __future__ import annotations

import contextlib
import itertools
import subprocess
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from tests.bench import proc
from tests.bench.figures import KUBECTL, POD
from tests.bench.pods import NAMESPACE, Pod, stop
from tests.bench.stage import Stage
from tests.lab.laptop import Laptop
from tests.lab.processes import wait_until

OURS = "ours"


class Way(Protocol):
    name: str

    def reach(self, port: int) -> contextlib.AbstractContextManager[tuple[str, int]]:
        """Address and port that a client dials for the server pod's `port`."""

    def run(self, argv: Sequence[str], timeout_s: float) -> tuple[int, str]:
        """Exit code and standard output of a client."""


class Tunnel:
    name = OURS

    def __init__(self, laptop: Laptop, server: Pod) -> None:
        self._laptop, self._server = laptop, server

    @contextlib.contextmanager
    def reach(self, port: int) -> Iterator[tuple[str, int]]:
        yield self._server.address, port

    def run(self, argv: Sequence[str], timeout_s: float) -> tuple[int, str]:
        return run_in(self._laptop, argv, timeout_s)


class PodToPod:
    name = POD

    def __init__(self, client: Pod, server: Pod) -> None:
        self._client, self._server = client, server

    @contextlib.contextmanager
    def reach(self, port: int) -> Iterator[tuple[str, int]]:
        yield self._server.address, port

    def run(self, argv: Sequence[str], timeout_s: float) -> tuple[int, str]:
        return self._client.run(argv, timeout_s)


class PortForward:
    """A `kubectl port-forward` for each measurement: it does not survive the end of an upload."""

    name = KUBECTL
    _local_ports = itertools.count(20000)

    def __init__(self, stage: Stage, laptop: Laptop) -> None:
        self._kubectl, self._laptop = stage.kubectl, laptop
        self.cpu_s = 0.0
        """What the last one spent."""

    @contextlib.contextmanager
    def reach(self, port: int) -> Iterator[tuple[str, int]]:
        local = next(self._local_ports)
        argv = [self._kubectl, "port-forward", "-n", NAMESPACE, "pod/server", f"{local}:{port}"]
        quiet: dict[str, Any] = dict.fromkeys(("stdout", "stderr"), subprocess.DEVNULL)
        process = self._laptop.popen(argv, **quiet)
        try:
            wait_until("kubectl port-forward", lambda: proc.listens(process.pid, local), 10, every_s=0.01)
            yield "127.0.0.1", local
        finally:
            self.cpu_s = proc.cpu_s(process.pid)
            stop(process)

    def run(self, argv: Sequence[str], timeout_s: float) -> tuple[int, str]:
        return run_in(self._laptop, argv, timeout_s)


def run_in(laptop: Laptop, argv: Sequence[str], timeout_s: float) -> tuple[int, str]:
    """A client that hangs counts as failed."""
    try:
        done = laptop.run(argv, timeout_s=timeout_s)
    except AssertionError:
        return -1, ""
    return done.code, done.out


def all_ways(stage: Stage) -> list[Way]:
    """Ours first, if there is a connection."""
    ours: list[Way] = [] if stage.failure else [Tunnel(stage.laptop, stage.server)]
    return [*ours, PortForward(stage, stage.laptop), PodToPod(stage.client, stage.server)]
