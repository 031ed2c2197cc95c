"""The one cluster of a test run: started by the first test that wants it, taken down at the end."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator

import pytest

from tests.lab.cluster import EXTERNAL, Cluster, LocalCluster, open_cluster
from tests.lanes import Lanes, sort_for_lanes

KEEP = "KUBEFERRY_LAB_KEEP"
"""Set: the cluster stays up after the run, for the next one."""


def why_no_cluster() -> str:
    """Empty: there is one, or one can be started. The project's own runs wherever this is Linux and we are root."""
    if os.environ.get(EXTERNAL):
        return ""
    if platform.system() != "Linux":
        return f"a cluster is started on Linux only; name one with {EXTERNAL}"
    if os.geteuid():
        return "the tests on a cluster make network namespaces: run them as root"
    return ""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    sort_for_lanes(items, config.rootpath)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Lanes:
    return Lanes(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reason = why_no_cluster()
    if reason:
        terminalreporter.section("NO CLUSTER: NOTHING WAS TESTED ON A REAL ONE", sep="!", red=True, bold=True)
        terminalreporter.line(reason)


@pytest.fixture(scope="session")
def running_cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """KUBECONFIG names it meanwhile, for tests that look for a cluster as a user's program does."""
    reason = why_no_cluster()
    if reason:
        pytest.skip(reason)
    capture = request.config.pluginmanager.getplugin("capturemanager")
    # The first start on a machine takes minutes: its progress is shown while it happens.
    with capture.global_and_fixture_disabled():
        print(file=sys.stderr)
        opened = open_cluster()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KUBECONFIG", str(opened.kubeconfig))
        yield opened
    if isinstance(opened, LocalCluster) and opened.started_here and not os.environ.get(KEEP):
        opened.down()
