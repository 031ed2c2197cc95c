from __future__ import annotations

from pathlib import PurePath

import pytest

from tests.lanes import WORKER, group_of, settle_lane


@pytest.mark.parametrize(
    ("path", "group"),
    [
        ("tests/e2e/test_intercept_mesh.py", "intercepts"),
        ("tests/e2e/test_connect_dns.py", "cluster"),
        ("tests/contract/kube/test_manager.py", "cluster"),
        ("tests/netns/dns/test_stub.py", "namespaces"),
        ("tests/unit/lab/test_lanes.py", "tests/unit/lab/test_lanes.py"),
    ],
)
def test_what_belongs_together_stays_together(path: str, group: str) -> None:
    assert group_of(PurePath(path)) == group


@pytest.mark.parametrize("worker", [None, "gw0"])
def test_the_first_lane_is_as_without_lanes(worker: str | None) -> None:
    environ = {} if worker is None else {WORKER: worker}
    before = dict(environ)
    settle_lane(environ)
    assert environ == before


def test_a_further_lane_has_names_of_its_own_unless_somebody_chose_them() -> None:
    environ = {WORKER: "gw1", "KUBEFERRY_LAB": "mine"}
    settle_lane(environ)
    assert environ["KUBEFERRY_LAB"] == "mine"
    assert environ["KUBEFERRY_CLUSTER_NAME"] == "lane1"
