"""The demo's cluster: one of its own, unless another one is named. Opened by the tour, closed by its supervisor.

A cluster that runs already is used as it is, and goes on. One that was not there is taken down at the end, or by the
next demo if this one's supervisor was killed too: the record says that it was ours.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.cluster.lifecycle import TestCluster
from tests.demo.record import Record
from tests.demo.shop_objects import BOOKSHOP
from tests.lab.cluster import ENGINE, EXTERNAL, Cluster, LocalCluster, kit_from_environment, open_cluster

MANAGER_NAMESPACE = "kubeferry"
_NAME = "KUBEFERRY_CLUSTER_NAME"
_KIT_FOLDER = "TESTCLUSTER_DIR"
_SHARED_CACHE = Path("/var/lib/testcluster/cache")
"""Where the kit's other clusters have unpacked programs and images: half a minute is saved with it."""

_OWN = {_NAME: "demo", "KUBEFERRY_CLUSTER_NODES": "1", "KUBEFERRY_LAB": "kfdemo", "KUBEFERRY_LAB_NUMBER": "7"}
_OWN_OF_KIT = {
    _KIT_FOLDER: "/var/lib/kubeferry-demo",
    "TESTCLUSTER_NODES": "1",
    "TESTCLUSTER_LINK": "10.213.0.40",
    "TESTCLUSTER_CLIENT_NETNS": "kubeferry-demo",
}


def use_own_names() -> None:
    """So that tests and demo can run side by side. What is set already stays, as for a test of the demo."""
    names = dict(_OWN)
    if os.environ.get("KUBEFERRY_KIT") and _KIT_FOLDER not in os.environ:
        names |= _OWN_OF_KIT
        if _SHARED_CACHE.is_dir():
            names["TESTCLUSTER_CACHE"] = str(_SHARED_CACHE)
    for name, value in names.items():
        os.environ.setdefault(name, value)


def open_demo_cluster() -> Cluster:
    record = Record.loaded()
    record.ours = record.ours or not _is_there()
    record.save()
    cluster = open_cluster()
    record.ours = record.ours or (isinstance(cluster, LocalCluster) and cluster.started_here)
    cluster.wait_until_ready()
    there = {item["metadata"]["name"] for item in cluster.get("namespaces")["items"]}
    # BOOKSHOP is the demo's in any case: one that is there was left by a demo.
    record.namespaces = tuple({BOOKSHOP, *({MANAGER_NAMESPACE} - there), *record.namespaces})
    record.save()
    return cluster


def close_demo_cluster() -> None:
    """By the record. Raises RuntimeError or CalledProcessError with what is left behind."""
    record = Record.loaded()
    if record.ours:
        _take_down()
    elif record.namespaces:
        cluster = open_cluster()
        for namespace in record.namespaces:
            cluster.kubectl("delete", "namespace", namespace, "--ignore-not-found", "--wait=false")
    Record.remove()


def _take_down() -> None:
    """Whichever it was; what is not there any more says nothing."""
    own, kit = TestCluster(os.environ[_NAME]), kit_from_environment()
    if os.environ.get(ENGINE):
        cluster = open_cluster()
        if isinstance(cluster, LocalCluster):
            cluster.down()
    elif kit is None:
        own.down()
    elif Path(os.environ[_KIT_FOLDER]).exists():
        subprocess.run([kit / "down"], check=True, start_new_session=True)


def _is_there() -> bool:
    """Was a cluster up, or is one named, before this demo? Of an engine's that is known when it is opened."""
    if os.environ.get(EXTERNAL) or os.environ.get(ENGINE):
        return True
    if kit_from_environment() is None:
        return TestCluster(os.environ[_NAME]).is_up()
    return (Path(os.environ[_KIT_FOLDER]) / "state.json").exists()
