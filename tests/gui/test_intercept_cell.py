from __future__ import annotations

from dataclasses import replace

import pytest

from app.controllers.intercept_views import Doing, Health, InterceptRow, OperationView
from app.controllers.views import WorkloadRow
from app.domain.intercepts import Claim, HeaderRule, HttpRule, PortMap
from app.ui.browser.intercept_cell import Shape, cell_of

ROW = WorkloadRow("Deployment", "shop", "reviews", 1, 1, 0.0)
RULE = HttpRule((HeaderRule("x-user", value="alice"),))
MINE = Claim("1", "me", "me@laptop", 10.0, RULE, (PortMap(9080, 8080),))
ALICE = Claim("2", "her", "alice@pc", 5.0, RULE)
BOB = Claim("3", "him", "bob@pc", 1.0)


def _live(claim: Claim, *, mine: bool = False, health: Health = Health.ACTIVE) -> InterceptRow:
    mode = "mesh" if claim.rule else "proxy"
    return InterceptRow(claim.intercept_id, ROW.key, mode, str(claim.rule), (), False, claim.owner, mine, 7.0, health)


@pytest.mark.parametrize(
    ("claims", "shape", "text"),
    [
        ((), Shape.NONE, "—"),
        ((MINE,), Shape.MESH_MINE, "mesh · you"),
        ((ALICE,), Shape.MESH_OTHERS, "mesh · alice"),
        ((BOB,), Shape.PROXY, "proxy · bob"),
        ((ALICE, MINE), Shape.MESH_MINE, "2 mesh · you +1"),
        ((BOB, ALICE), Shape.PROXY, "proxy · bob +1"),
        ((BOB, ALICE, MINE), Shape.MESH_MINE, "mesh · you +2"),
    ],
)
def test_what_is_written_at_the_workload_is_shown_without_a_connection(
    claims: tuple[Claim, ...], shape: Shape, text: str
) -> None:
    cell = cell_of(replace(ROW, claims=claims), (), None, "me")
    assert (cell.shape, cell.text, cell.is_mine) == (shape, text, MINE in claims)


def test_nobody_is_taken_for_oneself_without_an_id() -> None:
    assert not cell_of(replace(ROW, claims=(replace(MINE, owner_id=""),)), (), None, "").is_mine


def test_the_manager_knows_better_than_the_annotation() -> None:
    cell = cell_of(replace(ROW, claims=(MINE, BOB)), (_live(MINE, mine=True, health=Health.WAITING),), None, "")
    assert (cell.text, cell.trouble) == ("mesh · you +1", "waiting")
    assert cell.spoken == "mesh by you, waiting; proxy by bob"
    assert "Waiting for its pods." in cell.tooltip()
    assert "Connect to see how well it goes." in cell.tooltip()


@pytest.mark.parametrize("health", Health)
def test_every_health_has_its_words(health: Health) -> None:
    cell = cell_of(ROW, (replace(_live(ALICE, health=health), superseded_by="bob"),), None, "")
    assert bool(cell.trouble) == (health is not Health.ACTIVE)
    assert "alice@pc" in cell.tooltip()
    assert "x-user=alice" in cell.tooltip()


def test_what_is_being_done_is_shown_first() -> None:
    operation = OperationView(ROW.key, Doing.LEAVE, "Restoring the workload")
    cell = cell_of(replace(ROW, claims=(MINE,)), (), operation, "me")
    assert (cell.shape, cell.text, cell.is_mine) == (Shape.WORKING, "Restoring the workload", True)


def test_what_is_impossible_says_why() -> None:
    cell = cell_of(replace(ROW, impossible="it is a static pod"), (), None, "")
    assert (cell.shape, cell.text, cell.tooltip()) == (Shape.IMPOSSIBLE, "not possible", "It is a static pod.")
    assert cell.spoken == "Cannot be intercepted: it is a static pod"


def test_ports_and_time_are_told() -> None:
    told = cell_of(replace(ROW, claims=(MINE,)), (), None, "me").tooltip()
    assert "ports 9080:8080" in told
    assert "Since 1970-01-01" in told
