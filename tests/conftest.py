"""The one cluster of a test run: started by the first test that wants it, taken down at the end."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.lab.cluster import EXTERNAL, Cluster, KitCluster, kit_from_environment, open_cluster

KEEP = "KUBEFERRY_LAB_KEEP"
"""Set: the cluster stays up after the run, for the next one."""


def has_cluster() -> bool:
    return bool(os.environ.get(EXTERNAL)) or kit_from_environment() is not None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not has_cluster():
        terminalreporter.section("NO CLUSTER: NOTHING WAS TESTED ON A REAL ONE", sep="!", red=True, bold=True)
        terminalreporter.line(f"Neither is {EXTERNAL} set nor is a cluster kit at ../shared/cluster-kit (or KIT).")


@pytest.fixture(scope="session")
def running_cluster() -> Iterator[Cluster]:
    if not has_cluster():
        pytest.skip(f"no cluster: neither {EXTERNAL} nor a kit")
    if os.geteuid():
        pytest.fail("the tests on a cluster make network namespaces: run them as root")
    opened = open_cluster()
    yield opened
    if isinstance(opened, KitCluster) and opened.started_here and not os.environ.get(KEEP):
        opened.down()
