from __future__ import annotations

from pathlib import PurePath

import pytest

from tests.lanes import CLUSTER, FILES, NAMESPACES, group_of, kind_of


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("tests/e2e/test_intercept_mesh.py", CLUSTER),
        ("tests/contract/kube/test_manager.py", CLUSTER),
        ("tests/contract/network/test_network.py", NAMESPACES),
        ("tests/contract/keeper_port/test_keeper.py", FILES),
        ("tests/netns/dns/test_who_is_served.py", NAMESPACES),
        ("tests/packages/test_polkit.py", NAMESPACES),
        ("tests/unit/lab/test_lanes.py", FILES),
        ("tests/gui/test_palette.py", FILES),
    ],
)
def test_what_a_test_needs_is_in_its_folder(path: str, kind: int) -> None:
    assert kind_of(PurePath(path)) == kind


def test_one_cluster_is_one_group_and_other_files_are_their_own() -> None:
    together = {group_of(PurePath(path)) for path in ("tests/e2e/test_a.py", "tests/contract/kube/test_b.py")}
    assert len(together) == 1
    assert group_of(PurePath("tests/unit/test_a.py")) != group_of(PurePath("tests/unit/test_b.py"))


def test_the_long_lane_is_begun_first() -> None:
    assert CLUSTER < FILES < NAMESPACES
