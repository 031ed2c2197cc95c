"""Rules are offered again after a restart; a file that somebody hurt costs nothing but its content."""

from __future__ import annotations

import json
import logging
import stat
from pathlib import Path

import pytest

from app.domain.intercepts import HeaderRule, HttpRule, MatchKind, PortMap
from app.settings.rule_book import MAX_FILE_BYTES, MAX_RULES, MAX_WORKLOADS, RuleBook, UsedPorts

REVIEWS = ("Deployment", "shop", "reviews")
RATINGS = ("Deployment", "shop", "ratings")


def rule(value: str) -> HttpRule:
    return HttpRule((HeaderRule("x-user", MatchKind.PREFIX, value),), "/api")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "rules.json"


def test_what_was_used_is_offered_again_newest_first(path: Path) -> None:
    book = RuleBook(path)
    for value in ("a", "b", "a"):
        book.remember("prod", REVIEWS, rule(value))
    again = RuleBook(path)
    assert again.rules_for("prod", REVIEWS) == book.rules_for("prod", REVIEWS) == (rule("a"), rule("b"))
    assert again.rules_for("prod", RATINGS) == ()
    assert again.rules_for("dev", REVIEWS) == ()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_rules_can_be_forgotten(path: Path) -> None:
    book = RuleBook(path)
    book.remember("prod", REVIEWS, rule("a"))
    book.forget("prod", REVIEWS, rule("b"))
    book.forget("prod", RATINGS, rule("a"))
    assert book.rules_for("prod", REVIEWS) == (rule("a"),)
    book.forget("prod", REVIEWS, rule("a"))
    assert RuleBook(path).rules_for("prod", REVIEWS) == ()


def test_port_maps_are_remembered_for_each_mode(path: Path) -> None:
    book = RuleBook(path)
    book.remember("prod", REVIEWS, rule("a"))
    book.remember_ports("prod", REVIEWS, "mesh", (PortMap(9080, 8080),))
    book.remember_ports("prod", REVIEWS, "proxy", (PortMap(9080, 1),), only_ports=True)
    again = RuleBook(path)
    assert again.ports_for("prod", REVIEWS, "mesh") == UsedPorts((PortMap(9080, 8080),))
    assert again.ports_for("prod", REVIEWS, "proxy") == UsedPorts((PortMap(9080, 1),), only_ports=True)
    assert again.ports_for("prod", RATINGS, "proxy") is None
    assert again.rules_for("prod", REVIEWS) == (rule("a"),)


def test_there_is_an_end_to_both() -> None:
    book = RuleBook()
    for number in range(MAX_RULES + 1):
        book.remember("prod", REVIEWS, rule(str(number)))
    assert len(book.rules_for("prod", REVIEWS)) == MAX_RULES
    assert book.rules_for("prod", REVIEWS)[0] == rule(str(MAX_RULES))
    for number in range(MAX_WORKLOADS - 1):
        book.remember("prod", ("Pod", "shop", str(number)), rule("a"))
    assert book.rules_for("prod", REVIEWS)
    book.remember("prod", REVIEWS, rule("a"))
    book.remember("prod", RATINGS, rule("a"))
    assert book.rules_for("prod", REVIEWS)
    assert book.rules_for("prod", ("Pod", "shop", "0")) == ()


def test_nothing_is_written_when_nothing_changes(path: Path) -> None:
    book = RuleBook(path)
    book.remember("prod", REVIEWS, rule("a"))
    path.unlink()
    book.remember("prod", REVIEWS, rule("a"))
    assert not path.exists()


def test_one_entry_that_is_not_understood_leaves_the_others(path: Path) -> None:
    book = RuleBook(path)
    book.remember("prod", REVIEWS, rule("a"))
    written = json.loads(path.read_text())
    written["version"], written["later"] = 2, {"a": 1}
    written["entries"].insert(0, {"context": "prod", "workload": "deploy/reviews"})
    written["entries"][1]["later"] = True
    path.write_text(json.dumps(written))
    assert RuleBook(path).rules_for("prod", REVIEWS) == (rule("a"),)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"entries": 1}', b"\xff", b" " * (MAX_FILE_BYTES + 1)])
def test_a_file_that_is_none(path: Path, content: bytes, caplog: pytest.LogCaptureFixture) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    assert RuleBook(path).rules_for("prod", REVIEWS) == ()
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    caplog.clear()


def test_a_place_that_cannot_be_written(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "rules.json"
    book = RuleBook(path)
    path.mkdir()
    book.remember("prod", REVIEWS, rule("a"))
    assert book.rules_for("prod", REVIEWS) == (rule("a"),)
    assert "cannot be written" in caplog.text
    assert list(tmp_path.iterdir()) == [path], "nothing half done is left"
    caplog.clear()
