"""Lanes of tests, side by side (`pytest -n 2`).

The first lane begins with what needs a cluster, the others with all the rest: by file what needs nothing, and one after
the other what is done in network namespaces and with packages. Lanes that have done that help the first one, file by
file, on a cluster and with a laptop of their own; a cluster that this project does not start is one lane's alone.
"""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from pathlib import PurePath

import pytest
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

from tests.cluster.lifecycle import DEFAULT_NAME
from tests.lab.cluster import ENGINE, EXTERNAL, KIT, KIT_FOLDER

_FIRST = "gw0"
CONTRACTS, END_TO_END, FILES, NAMESPACES = range(4)
_FOLDERS = {
    "tests/contract/": CONTRACTS,
    "tests/e2e/": END_TO_END,
    "tests/netns/": NAMESPACES,
    "tests/packages/": NAMESPACES,
}
_BY_FILE = (END_TO_END, FILES)
_NEED_CLUSTER = (CONTRACTS, END_TO_END)
_CLUSTER, _LAB, _LAB_NUMBER = "KUBEFERRY_CLUSTER_NAME", "KUBEFERRY_LAB", "KUBEFERRY_LAB_NUMBER"


def kind_of(path: PurePath) -> int:
    """`path` of a test's file, from the repository."""
    return next((kind for folder, kind in _FOLDERS.items() if path.as_posix().startswith(folder)), FILES)


def group_of(path: PurePath, one_cluster: bool) -> str:
    """What one lane does without a pause."""
    kind = kind_of(path)
    if one_cluster and kind in _NEED_CLUSTER:
        return "cluster"
    return path.as_posix() if kind in _BY_FILE else str(kind)


def sort_for_lanes(items: list[pytest.Item], root: PurePath) -> None:
    """In place; within a kind the order stays."""
    items.sort(key=lambda item: kind_of(PurePath(item.path).relative_to(root)))


def has_one_cluster(environment: MutableMapping[str, str]) -> bool:
    """Whether it says which cluster, or whose laptop, is to be used."""
    named = (EXTERNAL, ENGINE, KIT, KIT_FOLDER, _CLUSTER, _LAB, _LAB_NUMBER)
    return any(environment.get(name) for name in named)


def take_lane(environment: MutableMapping[str, str]) -> None:
    """Lanes after the first have a cluster and a lab of their own names."""
    number = int(environment.get("PYTEST_XDIST_WORKER", _FIRST).removeprefix("gw"))
    if number and not has_one_cluster(environment):
        environment[_CLUSTER] = f"{DEFAULT_NAME}-{number}"
        environment[_LAB] = f"kfe2e{number}"
        environment[_LAB_NUMBER] = str(1 + number)


class Lanes(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
    """A lane that is free takes the next group that suits it, whole."""

    _one_cluster = has_one_cluster(os.environ)

    def _split_scope(self, nodeid: str) -> str:
        return group_of(PurePath(nodeid.partition("::")[0]), self._one_cluster)

    def _assign_work_unit(self, node: WorkerController) -> None:
        is_first = node.gateway.id == _FIRST
        for group, tests in self.workqueue.items():
            if (kind_of(PurePath(next(iter(tests)))) in _NEED_CLUSTER) == is_first:
                self.workqueue.move_to_end(group, last=False)
                break
        super()._assign_work_unit(node)
