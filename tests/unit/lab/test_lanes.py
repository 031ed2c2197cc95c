from __future__ import annotations

from pathlib import PurePath

import pytest

from tests.lanes import CONTRACTS, END_TO_END, FILES, NAMESPACES, group_of, has_one_cluster, kind_of, take_lane


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("tests/e2e/test_intercept_mesh.py", END_TO_END),
        ("tests/contract/kube/test_manager.py", CONTRACTS),
        ("tests/netns/dns/test_who_is_served.py", NAMESPACES),
        ("tests/packages/test_polkit.py", NAMESPACES),
        ("tests/unit/lab/test_lanes.py", FILES),
        ("tests/gui/test_palette.py", FILES),
    ],
)
def test_what_a_test_needs_is_in_its_folder(path: str, kind: int) -> None:
    assert kind_of(PurePath(path)) == kind


def _groups(one_cluster: bool, *paths: str) -> set[str]:
    return {group_of(PurePath(path), one_cluster) for path in paths}


def test_files_are_groups_of_their_own() -> None:
    assert len(_groups(False, "tests/unit/test_a.py", "tests/unit/test_b.py", "tests/e2e/test_c.py")) == 3


@pytest.mark.parametrize("one_cluster", [True, False])
def test_what_shares_namespaces_or_contracts_is_one_group(one_cluster: bool) -> None:
    assert len(_groups(one_cluster, "tests/netns/dns/test_a.py", "tests/packages/test_b.py")) == 1
    assert len(_groups(one_cluster, "tests/contract/kube/test_a.py", "tests/contract/dns/test_b.py")) == 1


def test_the_only_cluster_is_in_one_group() -> None:
    assert len(_groups(True, "tests/e2e/test_a.py", "tests/e2e/test_b.py", "tests/contract/kube/test_c.py")) == 1


def test_lanes_have_clusters_and_labs_of_their_own() -> None:
    first: dict[str, str] = {"PYTEST_XDIST_WORKER": "gw0"}
    second, third = {"PYTEST_XDIST_WORKER": "gw1"}, {"PYTEST_XDIST_WORKER": "gw2"}
    for environment in (first, second, third):
        take_lane(environment)
    assert not has_one_cluster(first)
    for name in ("KUBEFERRY_CLUSTER_NAME", "KUBEFERRY_LAB", "KUBEFERRY_LAB_NUMBER"):
        assert second[name] != third[name]


def test_a_cluster_that_is_named_is_used_by_all() -> None:
    environment = {"PYTEST_XDIST_WORKER": "gw1", "KUBEFERRY_CLUSTER_NAME": "mine"}
    before = dict(environment)
    take_lane(environment)
    assert has_one_cluster(environment)
    assert environment == before


def test_without_lanes_nothing_is_named() -> None:
    environment: dict[str, str] = {}
    take_lane(environment)
    assert not environment
