"""Faults that pass by themselves: the connection is back within three seconds of their end, with its TCP connections.

The cut of the network lasts 10 s here, 30 s when KUBEFERRY_E2E_LONG is set; so do the stopped processes (60 s).
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.e2e.conftest import MANAGER_NAMESPACE
from tests.e2e.driver import RECOVERY_S, HeldConnection, Kubeferry
from tests.lab.cluster import Cluster, LocalCluster
from tests.lab.lab import Lab
from tests.lab.processes import wait_until

LONG = bool(os.environ.get("KUBEFERRY_E2E_LONG"))
CUT_S = 30 if LONG else 10
STOPPED_S = 60 if LONG else 10
MANAGER = ("-l", "app.kubernetes.io/component=manager")


@pytest.fixture
def link(lab: Lab, kubeferry: Kubeferry) -> str:
    return lab.router_link(kubeferry.laptop.name)


@contextmanager
def same_address(kubeferry: Kubeferry) -> Iterator[None]:
    before = kubeferry.status()["facts"]["addresses"]
    assert before
    yield
    assert kubeferry.status()["facts"]["addresses"] == before


def healed(kubeferry: Kubeferry) -> None:
    """Names, packets and the state we tell, all within the time allowed."""
    took_s = kubeferry.works_within(RECOVERY_S)
    kubeferry.wait_for_state("connected", max(RECOVERY_S - took_s, 0) + 1)


def test_port_forward_cut(kubeferry: Kubeferry, lab: Lab, link: str) -> None:
    kubeferry.connect()
    with same_address(kubeferry), HeldConnection(kubeferry, "echo") as held:
        held.echo("before")
        with lab.router.resetting(link):
            kubeferry.wait_for("not connected", lambda status: status["state"] != "connected", 5)
        healed(kubeferry)
        held.echo("after")


def test_api_server_restarted(kubeferry: Kubeferry, cluster: Cluster) -> None:
    if not isinstance(cluster, LocalCluster):
        pytest.skip("only the kit's API server can be restarted by a test")
    kubeferry.connect()
    with same_address(kubeferry), HeldConnection(kubeferry, "echo") as held:
        held.echo("before")
        cluster.kill_daemon("kube-apiserver")
        cluster.wait_until_ready()
        healed(kubeferry)
        held.echo("after")


def test_network_gone(kubeferry: Kubeferry, lab: Lab, link: str) -> None:
    kubeferry.connect()
    with same_address(kubeferry), HeldConnection(kubeferry, "echo") as held:
        held.echo("before")
        with lab.router.cut(link):
            kubeferry.wait_for("not connected", lambda status: status["state"] != "connected", CUT_S)
            time.sleep(CUT_S)  # the fault's length
        healed(kubeferry)
        held.echo("after")


def test_manager_pod_deleted(kubeferry: Kubeferry, cluster: Cluster) -> None:
    pod = kubeferry.connect()["facts"]["manager_pod"]
    with same_address(kubeferry):
        cluster.kubectl("-n", MANAGER_NAMESPACE, "delete", "pod", pod, "--wait=false")
        kubeferry.wait_for("away from the old pod", lambda status: _left(status, pod), 30)
        wait_until("another manager that runs", lambda: _runs_another(cluster, pod), 30)
        healed(kubeferry)


def _runs_another(cluster: Cluster, pod: str) -> bool:
    """Not the Deployment's word for it: the controllers of 1.20 take up to a minute after the API server's restart."""
    found = cluster.get("-n", MANAGER_NAMESPACE, "pods", *MANAGER)["items"]
    return any(one["metadata"]["name"] != pod and one["status"]["phase"] == "Running" for one in found)


def _left(status: dict[str, Any], pod: str) -> bool:
    return bool(status["state"] != "connected" or status["facts"]["manager_pod"] != pod)


def test_machine_suspended(kubeferry: Kubeferry) -> None:
    kubeferry.connect()
    with same_address(kubeferry), HeldConnection(kubeferry, "echo") as held:
        held.echo("before")
        kubeferry.laptop.signal(signal.SIGSTOP, "session", "worker", "helper")
        try:
            time.sleep(STOPPED_S)  # the fault's length
        finally:
            kubeferry.laptop.signal(signal.SIGCONT, "helper", "worker", "session")
        healed(kubeferry)
        held.echo("after")


def test_disconnect_while_the_network_is_gone(kubeferry: Kubeferry, lab: Lab, link: str) -> None:
    """Undoing needs no cluster."""
    kubeferry.connect()
    with lab.router.cut(link):
        assert kubeferry.disconnect()["left"] == []
        assert kubeferry.status()["state"] == "disconnected"
