"""These tests want the run's cluster to be up; which it is, `cluster.py` finds out by itself."""

from __future__ import annotations

import pytest

from tests.lab.cluster import Cluster


@pytest.fixture(scope="session", autouse=True)
def _cluster_is_up(running_cluster: Cluster) -> None:
    pass
