"""Two lanes of tests at once (`pytest -n 2`).

One goes through what needs a cluster, test after test, for that measures seconds. The other has all the rest: by file
what needs nothing, and at its end, one after the other too, what is done in network namespaces and with packages; by
then the first is at connections, whose tests allow for a busy machine. A second cluster for the lane that is done
first was tried: both cores are full then, and what has to happen within seconds does not."""

from __future__ import annotations

from pathlib import PurePath

import pytest
from xdist.scheduler import LoadScopeScheduling

CLUSTER, FILES, NAMESPACES = range(3)
"""In the order in which they are begun: the long lane first."""
_FOLDERS = {
    "tests/contract/dns/": CLUSTER,
    "tests/contract/injection_port/": CLUSTER,
    "tests/contract/install/": CLUSTER,
    "tests/contract/kube/": CLUSTER,
    "tests/contract/network/": NAMESPACES,
    "tests/e2e/": CLUSTER,
    "tests/netns/": NAMESPACES,
    "tests/packages/": NAMESPACES,
}


def kind_of(path: PurePath) -> int:
    """`path` of a test's file, from the repository."""
    return next((kind for folder, kind in _FOLDERS.items() if path.as_posix().startswith(folder)), FILES)


def group_of(path: PurePath) -> str:
    """What one lane does without a pause."""
    kind = kind_of(path)
    return path.as_posix() if kind == FILES else str(kind)


def sort_for_lanes(items: list[pytest.Item], root: PurePath) -> None:
    """In place; within a kind the order stays."""
    items.sort(key=lambda item: kind_of(PurePath(item.path).relative_to(root)))


class Lanes(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
    """A lane that is free takes the next group, whole."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(PurePath(nodeid.partition("::")[0]))
