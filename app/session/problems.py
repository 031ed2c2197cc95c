"""A problem as it crosses the session's socket: its code and parameters, never its words."""

from __future__ import annotations

from app.domain.errors import KubeferryError, Problem
from app.session import messages as m


def info_from_problem(problem: Problem) -> m.ProblemInfo:
    return m.ProblemInfo(problem.code, dict(problem.params), problem.detail)


def problem_from_info(info: m.ProblemInfo) -> Problem:
    return Problem(info.code, info.params, info.detail)


def error_from_info(info: m.ProblemInfo) -> KubeferryError:
    return KubeferryError(info.code, detail=info.detail, **info.params)
