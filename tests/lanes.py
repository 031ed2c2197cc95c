"""Two lanes of tests at once (`pytest -n 2`): what needs the machine (clusters, network namespaces, packages) goes one
after the other, for it measures seconds; all other tests go by file beside its beginning."""

from __future__ import annotations

from pathlib import PurePath

import pytest
from xdist.scheduler import LoadScopeScheduling

MACHINE = "machine"
_FOLDERS = ("tests/contract/", "tests/e2e/", "tests/netns/", "tests/packages/")


def group_of(path: PurePath) -> str:
    """`path` of a test's file, from the repository."""
    text = path.as_posix()
    return MACHINE if text.startswith(_FOLDERS) else text


def sort_for_lanes(items: list[pytest.Item], root: PurePath) -> None:
    """The long lane first: it begins at once."""
    items.sort(key=lambda item: group_of(PurePath(item.path).relative_to(root)) != MACHINE)


class Lanes(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
    """A lane that is free takes the next group, whole."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(PurePath(nodeid.partition("::")[0]))
