"""A repair from the plan to its end, or to why not."""

from __future__ import annotations

import pytest

from app.controllers.diagnosis_views import RepairView
from app.controllers.scope import Scope
from app.domain.errors import ErrorCode, KubeferryError
from app.domain.intercept_stages import InterceptStage
from app.session import intercept_messages as im
from app.session import messages as m
from helper.protocol.intercepts import Workload
from tests.gui.diagnosis.bench import Doctor, Heard, Session, controller

REVIEWS = Workload("Deployment", "shop", "reviews")
PLAN = im.RepairPlan((im.RemainsInfo(REVIEWS, "deployment/reviews", "shop", ("alice",), ()),), ("payments",))


async def test_a_repair_from_the_plan_to_the_end(scope: Scope) -> None:
    session, doctor = Session(), Doctor()
    diagnosis = controller(scope, session, doctor)
    views = Heard(diagnosis.repair_changed)
    diagnosis.repair()
    session.answers.append(PLAN)
    diagnosis.plan_repair()
    assert (await views.next()).step
    shown = await views.next()
    assert shown.rows[0].workload == "deployment/reviews"
    assert shown.rows[0].restores
    assert shown.unread == ("payments",)
    failure = m.ProblemInfo(ErrorCode.RESTORE_FAILED, {"workload": "cart", "problem": "no"})
    session.answers.append(im.OperationAccepted(7))
    session.events = [
        im.InterceptProgress(6, InterceptStage.LOOKING),
        im.InterceptProgress(7, InterceptStage.LOOKING),
        im.WorkloadsRestored(
            7, (im.Restored("deployment/reviews", "shop", True), im.Restored("cart", "shop", problem=failure))
        ),
    ]
    diagnosis.repair()
    assert (await views.next()).step
    done = await views.next()
    assert (done.done, len(done.failures), done.step) == (1, 1, "")
    assert session.told == [im.PlanRepair(None), im.Repair(None, (REVIEWS,))]
    checked = Heard(diagnosis.doctor_changed)
    await checked.until(lambda view: view.finished_at is not None)
    assert views.nothing()


@pytest.mark.parametrize("refused_at", ["plan", "repair", "done"])
async def test_a_repair_that_fails_says_why(scope: Scope, refused_at: str) -> None:
    session = Session()
    diagnosis = controller(scope, session)
    views = Heard(diagnosis.repair_changed)
    refusal = KubeferryError(ErrorCode.NOT_CONNECTED)
    session.answers.append(refusal if refused_at == "plan" else PLAN)
    diagnosis.plan_repair()
    if refused_at != "plan":
        await views.until(lambda view: bool(view.rows))
        session.answers.append(refusal if refused_at == "repair" else im.OperationAccepted(1))
        session.events = [im.InterceptFailed(1, m.ProblemInfo(ErrorCode.NOT_CONNECTED))]
        diagnosis.repair()
    view: RepairView = await views.until(lambda view: view.problem is not None)
    assert view.problem is not None
    assert view.problem.code is ErrorCode.NOT_CONNECTED
