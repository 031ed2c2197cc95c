"""The guided tour without a display, on the run's cluster; and Ctrl-C in the middle of it.

KUBEFERRY_E2E_SEED repeats a run's moment; it is part of the failure.
"""

from __future__ import annotations

import io
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cluster.lifecycle import DEFAULT_NAME
from tests.demo import shop_objects
from tests.demo.demo_cluster import MANAGER_NAMESPACE
from tests.demo.place import Hands, LaptopPlace
from tests.demo.shop_objects import BOOKSHOP, PARTS
from tests.demo.story import STEPS
from tests.demo.terminal import Paper, TerminalTour
from tests.e2e.bookinfo import shape
from tests.e2e.driver import Kubeferry
from tests.lab.cluster import KIT_FOLDER, NODE_COUNT, Cluster, LocalCluster, kit_from_environment
from tests.lab.network import NetworkNamespace
from tests.lab.processes import PYTHON, ROOT, check, wait_until

ENDED_S = 40.0
LAB, NUMBER = f"{os.environ.get('KUBEFERRY_LAB', 'kfe2e')}-demo", 9


@pytest.fixture
def bookshop(cluster: Cluster) -> Iterator[Cluster]:
    shop_objects.deploy(cluster)
    wait_until("the bookshop", lambda: shop_objects.is_ready(cluster), 60, every_s=0.3)
    yield cluster
    shop_objects.remove(cluster)
    wait_until("the bookshop to go", lambda: not has_namespace(cluster), 60, every_s=0.3)


def has_namespace(cluster: Cluster) -> bool:
    return bool(cluster.kubectl("get", "namespace", BOOKSHOP, "--ignore-not-found", "-o", "name").strip())


def shapes(cluster: Cluster) -> list[dict[str, Any]]:
    return [shape(cluster.get(f"deployment/{part}", "-n", BOOKSHOP)) for part in PARTS]


def test_the_story(kubeferry: Kubeferry, bookshop: Cluster) -> None:
    before = shapes(bookshop)
    out, pauses = io.StringIO(), list[None]()
    with Hands(LaptopPlace(kubeferry.laptop, kubeferry.identity)) as hands:
        finished = TerminalTour(Paper(out), hands, lambda: pauses.append(None)).tell(STEPS)
    text = out.getvalue()
    assert finished, text
    assert len(pauses) == len(STEPS) - 1
    assert text.count("✓") == len(STEPS)
    assert "Could not resolve host: productpage" in text
    assert "just now" not in text, "a page that lacks something was shown"
    both = text[text.index("Both answers") :]
    assert "The Harbour at Low Tide   NEW EDITION" in both
    assert "everybody" in both
    assert kubeferry.status()["state"] == "disconnected"
    assert shapes(bookshop) == before
    secrets = bookshop.kubectl("get", "secrets", "-n", BOOKSHOP, "-o", "name").split()
    assert not [name for name in secrets if "kubeferry" in name]


class Demo:
    """The whole program, on the run's cluster, with a laptop of its own."""

    def __init__(self, cluster: Cluster) -> None:
        same = {"KUBEFERRY_CLUSTER_NAME": DEFAULT_NAME, "KUBEFERRY_CLUSTER_NODES": str(NODE_COUNT)}
        if isinstance(cluster, LocalCluster) and kit_from_environment() is not None:
            same[KIT_FOLDER] = str(cluster.folder)
        environment = same | dict(os.environ) | {"KUBEFERRY_LAB": LAB, "KUBEFERRY_LAB_NUMBER": str(NUMBER)}
        self.process = subprocess.Popen(
            [PYTHON, "-m", "tests.demo", "--agreed", "--yes", "--terminal"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.said = ""

    def read_until(self, words: str) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line
            if words in line:
                return
        pytest.fail(f"the demo ended before {words!r}:\n{self.said}")

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=ENDED_S)
        self.said += rest
        return self.process.returncode


def machine() -> list[str]:
    """What a demo could leave: namespaces, links and routes of the machine, and processes of its lab."""
    found = [f"netns {line.split()[0]}" for line in check(["ip", "netns"]).splitlines() if LAB in line]
    found += [line for line in check(["ip", "-o", "link"]).splitlines() if f"lab{NUMBER}-" in line]
    found += [line for line in check(["ps", "-eo", "args"]).splitlines() if f"{LAB}-" in line]
    return found


def _forget_leases(cluster: Cluster) -> None:
    """To the run's manager the demo's laptop has crashed, so that it keeps lease and intercepts for ten minutes."""
    cluster.kubectl("delete", "pods", "-n", MANAGER_NAMESPACE, "--all", "--ignore-not-found", "--grace-period=1")


MOMENTS = ("A laptop in namespaces", "Ready after", "$ kubeferry connect", "$ kubeferry proxy", "$ kubeferry mesh")


def test_interrupted_at_any_moment_it_leaves_nothing(cluster: Cluster) -> None:
    """One moment a run, another one each time: all of them would take minutes."""
    seed = int(os.environ.get("KUBEFERRY_E2E_SEED", time.time_ns() % 1_000_000))
    chance = random.Random(seed)  # noqa: S311 - a game
    moment, number = chance.choice(MOMENTS), chance.choice((signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
    demo = Demo(cluster)
    try:
        demo.read_until(moment)
        time.sleep(chance.uniform(0, 1.5))
        code = demo.end(number)
    finally:
        demo.process.terminate()
        demo.process.wait(ENDED_S)
        _forget_leases(cluster)
    told = f"seed {seed}: {moment!r}, {number.name}:\n{demo.said}"
    assert code == 128 + number, told
    assert "✓ Nothing is left" in demo.said, told
    assert machine() == [], told
    assert cluster.kubectl("get", "--raw", "/readyz").strip() == "ok", "a cluster that was up stays up"
    node = cluster.node
    if node is not None:
        assert f"lab{NUMBER}-" not in NetworkNamespace(node.name).ip("-o", "link"), told
    wait_until("the bookshop to go", lambda: not has_namespace(cluster), 60, every_s=0.3)
