"""Fixtures of the intercept tests. `conftest` takes them from here."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.conftest import KEEP
from tests.e2e.bookinfo import Bookinfo
from tests.e2e.driver import Kubeferry
from tests.e2e.local_service import LocalService
from tests.lab import snapshot
from tests.lab.cluster import Cluster, LocalCluster
from tests.lab.lab import Lab
from tests.lab.laptop import DEV, EVE, Laptop
from tests.lab.pod_client import PodClient
from tests.lab.processes import Identity
from tests.lab.workloads import bookinfo as workloads

_told: list[str] = []


def tell(line: str) -> None:
    """Shown at the end of the run, whatever becomes of the tests."""
    _told.append(line)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _told:
        terminalreporter.section("intercepts: what a client saw")
        for line in _told:
            terminalreporter.line(line)


@pytest.fixture(scope="session")
def bookinfo(cluster: Cluster) -> Iterator[Bookinfo]:
    workloads.deploy(cluster)
    with PodClient(cluster, workloads.BOOKINFO) as client:
        yield Bookinfo(cluster, client)
    if not (os.environ.get(KEEP) or (isinstance(cluster, LocalCluster) and cluster.started_here)):
        workloads.remove(cluster)


@pytest.fixture(scope="session")
def third_laptop(lab: Lab, cluster: Cluster) -> Laptop:
    from tests.e2e.conftest import prepared_laptop

    return prepared_laptop(lab, cluster, resolved=False)


@contextmanager
def connected_user(laptop: Laptop, identity: Identity, bookinfo: Bookinfo) -> Iterator[Kubeferry]:
    """Connected within; afterwards it has left everything, and laptop and workloads are exactly as before."""
    from tests.e2e.conftest import assert_as_before, make_as_before

    make_as_before(laptop)
    before, shapes = snapshot.take(laptop), bookinfo.shapes()
    kubeferry = Kubeferry(laptop, identity)
    kubeferry.connect(namespace=workloads.BOOKINFO)
    try:
        yield kubeferry
    finally:
        if not laptop.pids("helper"):
            laptop.start_helper()
        kubeferry.run("connect", "-n", workloads.BOOKINFO)
        kubeferry.run("leave", "--all")
        make_as_before(laptop)
    assert_as_before(laptop, before)
    bookinfo.wait_until_restored(shapes)


@pytest.fixture(scope="module")
def dev(laptop: Laptop, bookinfo: Bookinfo) -> Iterator[Kubeferry]:
    with connected_user(laptop, DEV, bookinfo) as kubeferry:
        yield kubeferry


@pytest.fixture(scope="module")
def eve(plain_laptop: Laptop, bookinfo: Bookinfo) -> Iterator[Kubeferry]:
    with connected_user(plain_laptop, EVE, bookinfo) as kubeferry:
        yield kubeferry


@pytest.fixture(scope="module")
def third(third_laptop: Laptop, bookinfo: Bookinfo) -> Iterator[Kubeferry]:
    with connected_user(third_laptop, DEV, bookinfo) as kubeferry:
        yield kubeferry


@pytest.fixture(scope="module")
def local(dev: Kubeferry) -> Iterator[LocalService]:
    """The service on dev's laptop, on all of reviews' ports."""
    with LocalService(dev) as service:
        yield service
