from __future__ import annotations

from pathlib import PurePath

import pytest

from tests.lanes import MACHINE, group_of


@pytest.mark.parametrize(
    ("path", "group"),
    [
        ("tests/e2e/test_intercept_mesh.py", MACHINE),
        ("tests/contract/kube/test_manager.py", MACHINE),
        ("tests/netns/dns/test_stub.py", MACHINE),
        ("tests/unit/lab/test_lanes.py", "tests/unit/lab/test_lanes.py"),
    ],
)
def test_what_needs_the_machine_stays_together(path: str, group: str) -> None:
    assert group_of(PurePath(path)) == group
