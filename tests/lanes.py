"""Two lanes of tests at once (`pytest -n 2`): most tests on a cluster wait for it.

Each lane is a worker process with a cluster and laptops of its own. What belongs together stays in one lane, in its
order: everything about intercepts, everything else on a cluster, what makes network namespaces; others by file.
"""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from pathlib import PurePath

import pytest
from xdist.scheduler import LoadScopeScheduling

WORKER = "PYTEST_XDIST_WORKER"
FIRST = "gw0"
FIRST_LAB_NUMBER = 8
"""Of the lanes after the first: below are those that people use by hand."""

_FIRST_GROUPS = ("intercepts", "cluster", "namespaces")
"""The long ones, so that the short ones fill up what is left of either lane."""


def settle_lane(environ: MutableMapping[str, str] = os.environ) -> None:
    """Gives a lane that is not the first names and numbers of its own, before anything reads them."""
    worker = environ.get(WORKER)
    if worker is None or worker == FIRST:
        return
    lane = int(worker.removeprefix("gw"))
    environ.setdefault("KUBEFERRY_CLUSTER_NAME", f"lane{lane}")
    environ.setdefault("KUBEFERRY_LAB", f"kflane{lane}")
    environ.setdefault("KUBEFERRY_LAB_NUMBER", str(FIRST_LAB_NUMBER + lane))


def group_of(path: PurePath) -> str:
    """`path` of a test's file, from the repository."""
    text = path.as_posix()
    if text.startswith("tests/e2e/test_intercept"):
        return "intercepts"
    if text.startswith(("tests/e2e/", "tests/contract/dns/", "tests/contract/kube/", "tests/contract/install/")):
        return "cluster"
    if text.startswith(("tests/netns/", "tests/contract/network/", "tests/packages/")):
        return "namespaces"
    return text


def sort_for_lanes(items: list[pytest.Item], root: PurePath) -> None:
    order = {group: place for place, group in enumerate(_FIRST_GROUPS)}
    items.sort(key=lambda item: order.get(group_of(PurePath(item.path).relative_to(root)), len(order)))


class Lanes(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
    """A lane that is free takes the next group, whole."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(PurePath(nodeid.partition("::")[0]))
