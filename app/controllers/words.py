"""What is said to the user, in the user's language. Widgets take it from app.ui.translation."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.domain.catalogue import Explanation, explain
from app.domain.errors import Problem
from app.domain.intercept_stages import InterceptStage, describe_intercept_stage
from app.domain.stages import Stage, describe_stage

CONTEXT = "Kubeferry"


def tr(text: str, /, **values: object) -> str:
    """Returns `text`, a literal, in the user's language, with `{name}` replaced by `values`."""
    found = QCoreApplication.translate(CONTEXT, text)
    return found.format(**values) if values else found


def tr_count(count: int, one: str, many: str, **values: object) -> str:
    """As `tr`, of two texts that both may name `{count}`."""
    return tr(one if count == 1 else many, count=count, **values)


def translated(problem: Problem) -> Explanation:
    """The catalogue's words for a problem. What other programs said, its params, stays as they said it."""
    return explain(problem, _look_up)


def stage_line(stage: Stage, waits_for: str = "") -> str:
    return describe_stage(stage, waits_for, _look_up)


def intercept_stage_line(stage: InterceptStage, waits_for: str = "") -> str:
    return describe_intercept_stage(stage, waits_for, _look_up)


def _look_up(text: str) -> str:
    return QCoreApplication.translate(CONTEXT, text) if text else ""
