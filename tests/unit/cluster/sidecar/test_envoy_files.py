"""Envoy's files: replaced whole, and only when they change."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from helper.cluster.sidecar.envoy_files import EnvoyFiles
from helper.protocol.intercepts import HttpMatch, PortMap
from helper.wire.sidecar_messages import Rule

RULE = Rule("a" * 12, "alice", "198.19.1.1", HttpMatch((), "/api"), (PortMap(9080, 8080),))
MOVED = msgspec.structs.replace(RULE, ports=(PortMap(9080, 8081),))


@pytest.fixture
def files(tmp_path: Path) -> EnvoyFiles:
    made = EnvoyFiles(tmp_path, ("::", 15690))
    made.ports = frozenset([9080])
    return made


def names(folder: Path) -> set[str]:
    return {cluster["name"] for cluster in msgspec.json.decode((folder / "cds.json").read_bytes())["resources"]}


def test_what_does_not_change_is_not_written(files: EnvoyFiles, tmp_path: Path) -> None:
    assert files.write_listeners([RULE])
    before = (tmp_path / "lds.json").stat().st_ino
    assert not files.write_listeners([RULE])
    assert (tmp_path / "lds.json").stat().st_ino == before
    assert files.write_routes(9080, [RULE], frozenset())
    assert not files.write_routes(9080, [RULE], frozenset())
    assert files.write_routes(9080, [RULE], frozenset([RULE.intercept_id]))


def test_a_file_is_another_one_when_it_changes_and_no_draft_is_left(files: EnvoyFiles, tmp_path: Path) -> None:
    """Envoy watches for rename(2)."""
    files.write_routes(9080, [RULE], frozenset())
    opened = (tmp_path / "rds-9080.json").open()
    with opened:
        files.write_routes(9080, [MOVED], frozenset())
        assert "8080" in opened.read(), "who reads the old one reads it whole"
    assert {path.name for path in tmp_path.iterdir()} == {"rds-9080.json"}


def test_clusters_of_the_rules_before_stay_for_one_change(files: EnvoyFiles, tmp_path: Path) -> None:
    """Routes lead there until they have been written, also those of the same rule with another port."""
    files.write_clusters((RULE,))
    files.write_clusters((MOVED,))
    assert names(tmp_path) == {"original", f"laptop-{RULE.intercept_id}-8080", f"laptop-{RULE.intercept_id}-8081"}
    files.write_clusters((MOVED,))
    assert names(tmp_path) == {"original", f"laptop-{RULE.intercept_id}-8081"}


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        EnvoyFiles(tmp_path / "none", ("::", 1)).write_bootstrap()
