"""`connected` is said only of a data path that was probed, and every failure has its own sentence and exit code."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.conftest import MANAGER_NAMESPACE, assert_as_before
from tests.e2e.driver import RECOVERY_S, Kubeferry
from tests.lab import snapshot
from tests.lab.cluster import Cluster
from tests.lab.processes import wait_until

DNS_DEPLOYMENTS = ("coredns", "cluster-dns")


@contextmanager
def cluster_dns_gone(cluster: Cluster) -> Iterator[None]:
    """Its pods are gone for the time; the service stays."""
    found = {item["metadata"]["name"] for item in cluster.get("deployments", "-n", "kube-system")["items"]}
    name = next(name for name in DNS_DEPLOYMENTS if name in found)
    cluster.kubectl("-n", "kube-system", "scale", f"deployment/{name}", "--replicas=0")
    try:
        # A server that is told to end answers on for a while, and a connect takes no longer than that.
        wait_until("the DNS server's end", lambda: not _pods_of(cluster, name), 60)
        yield
    finally:
        cluster.kubectl("-n", "kube-system", "scale", f"deployment/{name}", "--replicas=1")
        cluster.kubectl("-n", "kube-system", "rollout", "status", f"deployment/{name}", "--timeout=60s")


def _pods_of(cluster: Cluster, deployment: str) -> list[str]:
    names = [item["metadata"]["name"] for item in cluster.get("pods", "-n", "kube-system")["items"]]
    return [name for name in names if name.startswith(f"{deployment}-")]


def test_degraded_while_probes_fail_and_connected_after(kubeferry: Kubeferry, cluster: Cluster) -> None:
    kubeferry.connect()
    with cluster_dns_gone(cluster):
        status = kubeferry.wait_for_state("degraded", 25)
        assert status["problem"]["code"] == "probe_failed"
        assert kubeferry.run("status").code == 3
    kubeferry.wait_for_state("connected", 15)


def test_never_connected_when_the_data_path_does_not_work(kubeferry: Kubeferry, cluster: Cluster) -> None:
    before = snapshot.take(kubeferry.laptop)
    with cluster_dns_gone(cluster):
        done = kubeferry.run("connect", "-n", "shop", "-o", "json")
        assert done.code != 0
        told = json.loads(done.out)
        assert told.get("state") == "degraded" or told["error"]["code"] in ("probe_failed", "timed_out"), told
        kubeferry.run("disconnect")
    assert_as_before(kubeferry.laptop, before)


def _has_begun(pid: int) -> bool:
    """Our program itself, which holds SIGINT back while it reads its modules (proc(5), SigBlk), and not Python."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    blocked = next(int(line.split()[1], 16) for line in lines if line.startswith("SigBlk:"))
    return bool(blocked >> (signal.SIGINT - 1) & 1)


@pytest.mark.parametrize("after_s", [0.0, 0.2, 0.4, 0.6, 0.9])
def test_ctrl_c_undoes_what_was_done(kubeferry: Kubeferry, cluster: Cluster, after_s: float) -> None:
    """With a manager to install, which takes longer than any of these."""
    cluster.kubectl("delete", "namespace", MANAGER_NAMESPACE, "--ignore-not-found")
    before = snapshot.take(kubeferry.laptop)
    client = kubeferry.popen("connect", "-n", "shop")
    wait_until("the program", lambda: _has_begun(client.pid), 10, every_s=0.002)
    wait_until("the session", lambda: kubeferry.laptop.pids("session") or client.poll() is not None, 10)
    with pytest.raises(TimeoutError):
        wait_until("nothing", lambda: client.poll() is not None, after_s)
    client.send_signal(signal.SIGINT)
    out, err = client.communicate(timeout=20)
    assert client.returncode == 130, (out, err)
    assert_as_before(kubeferry.laptop, before)
    assert kubeferry.status()["state"] == "disconnected"
    left = json.loads(cluster.kubectl("get", "deployments", "-n", MANAGER_NAMESPACE, "-o", "json"))["items"]
    assert not left, "what was installed for this connection is gone with it"


def test_disconnect_twice_is_no_error(kubeferry: Kubeferry) -> None:
    kubeferry.connect()
    assert kubeferry.disconnect()["state"] == "disconnected"
    assert kubeferry.disconnect()["state"] == "disconnected"
    assert kubeferry.run("status").code == 3


def test_connect_twice_is_one_connection(kubeferry: Kubeferry) -> None:
    first = kubeferry.connect()
    assert kubeferry.connect()["facts"]["connection_id"] == first["facts"]["connection_id"]


def test_other_namespace_replaces_the_connection(kubeferry: Kubeferry) -> None:
    kubeferry.connect()
    status = kubeferry.connect(namespace="dev")
    assert status["facts"]["namespace"] == "dev"
    assert kubeferry.reach("http", "http://backend:9080")["body"]["service"] == "backend"


def test_quick_switches_end_in_the_last_wish(kubeferry: Kubeferry) -> None:
    for _ in range(3):
        kubeferry.connect()
        assert kubeferry.disconnect()["left"] == []
    kubeferry.connect()
    kubeferry.works_within(RECOVERY_S)


def test_manager_uninstall_leaves_nothing(kubeferry: Kubeferry, cluster: Cluster) -> None:
    kubeferry.connect()
    kubeferry.disconnect()
    kubeferry.run("manager", "uninstall").checked()
    kinds = "deployments,pods,services,serviceaccounts,configmaps,secrets,roles,rolebindings"
    names = json.loads(cluster.kubectl("get", kinds, "-A", "-l", "app.kubernetes.io/name=kubeferry", "-o", "json"))
    metadata = [item["metadata"] for item in names["items"]]
    # Other namespaces of a cluster that is not ours alone may have managers of their own.
    left = [one for one in metadata if "deletionTimestamp" not in one and one["namespace"] == MANAGER_NAMESPACE]
    assert not left
    cluster_wide = cluster.kubectl("get", "clusterroles,clusterrolebindings", "-o", "name")
    assert "kubeferry" not in cluster_wide


def test_doctor_names_the_server_version(kubeferry: Kubeferry, cluster: Cluster) -> None:
    done = kubeferry.run("doctor").checked()
    major, minor = cluster.server_version()
    assert f"{major}.{minor}." in done.out


def test_help_and_version(kubeferry: Kubeferry) -> None:
    assert "connect" in kubeferry.run("--help").checked().out
    assert "kubeferry" in kubeferry.run("--version").checked().out
    assert kubeferry.run("no-such-command").code == 2
