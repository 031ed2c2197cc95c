"""resources/docs/json.md promises fields to scripts: each is there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.cli.output import Format, print_problem
from app.cli.traffic import batch_lines
from app.domain.catalogue import Explanation
from app.domain.checks import Check, Verdict
from app.domain.connect_plan import ConnectPlan
from app.domain.errors import ErrorCategory, ErrorCode, Problem
from app.session import intercept_messages as im
from app.session import messages as m
from helper.protocol.intercepts import RequestBatch, RequestRecord, Workload
from helper.protocol.intercepts import Verdict as Answered
from helper.protocol.worker_messages import ProbeReport
from tests.unit.cli.connected_session import cli, connected
from tests.unit.session.fake_keeper import FakeKeeper

GUIDE = Path(__file__).parents[3] / "resources/docs/json.md"
TYPES: dict[str, type] = {
    "An error": Explanation,
    "A status": m.Status,
    "Facts": m.Facts,
    "An intercept": im.InterceptInfo,
    "A notice": im.Notice,
    "A plan of a connection": ConnectPlan,
    "A plan of an intercept": im.InterceptPlan,
    "A restored workload": im.Restored,
    "Remains": im.RemainsInfo,
    "A check": Check,
    "A loss of the tunnel": m.Reconnect,
}
RECORD = RequestRecord(1.0, "GET", "/", "h", "HTTP/2", 200, 0.1, Answered.LAPTOP, 9080, 0, "a" * 12, (("a", "b"),))


def sections() -> dict[str, dict[str, str]]:
    """The tables: what stands beside each field, by heading and name of the field."""
    found: dict[str, dict[str, str]] = {}
    for part in re.split(r"^#{2,3} ", GUIDE.read_text(), flags=re.MULTILINE)[1:]:
        heading, _, text = part.partition("\n")
        rows = [row.groups() for row in re.finditer(r"^\| ((?:`\w+`(?:, )?)+) \| (.+) \|$", text, re.MULTILINE)]
        found[heading] = {name: words for names, words in rows for name in re.findall(r"`(\w+)`", names)}
    return found


SECTIONS = sections()


def names_of(kind: type) -> Iterable[str]:
    return (field.name for field in (fields(kind) if is_dataclass(kind) else msgspec.structs.fields(kind)))


@pytest.mark.parametrize("heading", TYPES)
def test_fields_are_there(heading: str) -> None:
    promised = {*SECTIONS[heading]} - ({"params"} if TYPES[heading] is Explanation else set())
    assert promised
    assert promised <= {*names_of(TYPES[heading])}


def test_fields_of_a_request() -> None:
    batch = RequestBatch(Workload("Deployment", "shop", "reviews"), "reviews-1", 1, (RECORD,))
    (line,) = batch_lines(batch, {}, Format.JSON)
    assert {*SECTIONS["A request"]} == {*json.loads(line)}


def test_fields_of_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    print_problem(Problem(ErrorCode.NO_CONTEXT), Format.JSON)
    assert {*json.loads(capsys.readouterr().out)["error"]} == {*SECTIONS["An error"]}


@pytest.mark.parametrize(
    ("heading", "field", "words"),
    [
        ("An error", "category", ErrorCategory),
        ("A status", "state", m.StateKind),
        ("A status", "probe", [*names_of(ProbeReport)]),
        ("An intercept", "health", im.InterceptHealth),
        ("A check", "verdict", Verdict),
        ("A request", "verdict", Answered),
    ],
)
def test_words_of_a_field_are_all_named(heading: str, field: str, words: Iterable[str]) -> None:
    assert re.findall(r"`(\w+)`", SECTIONS[heading][field]) == [str(word) for word in words]


@pytest.mark.usefixtures("local_program")
async def test_what_commands_print(keeper: FakeKeeper, capsys: pytest.CaptureFixture[str]) -> None:
    """Each key of theirs stands in the guide's row of that command."""
    guide = GUIDE.read_text()

    async def told(*arguments: str) -> dict[str, Any]:
        await cli(*arguments, "-o", "json")
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    def row(command: str) -> set[str]:
        (line,) = re.findall(rf"^\| (?:`[^|]+`, )?`{command}` \| (.+) \|$", guide, re.MULTILINE)
        return set(re.findall(r"`(\w+)`", line)) - {"null"}

    async with connected(keeper):
        assert {*await told("mesh", "deploy/reviews", "--header", "x-user=alice", "--dry-run")} == row("mesh --dry-run")
        assert {*await told("mesh", "deploy/reviews", "--header", "x-user=alice")} == row("mesh")
        assert {*await told("leave", "deploy/reviews")} == row("leave")
        assert {*await told("repair")} == row("repair")
        assert {*SECTIONS["A status"]} <= {*await told("status")}
        assert {*await told("leave", "web")} == {"error"}
