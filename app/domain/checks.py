"""The result of one check of `doctor`."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from app.domain.catalogue import explain
from app.domain.errors import ErrorCode, Problem


class Verdict(enum.StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Check:
    """`found` is one sentence; `next_step` is empty when there is nothing to do."""

    name: str
    verdict: Verdict
    found: str
    next_step: str = ""
    code: ErrorCode | None = None


def failed(name: str, problem: Problem, verdict: Verdict = Verdict.FAIL) -> Check:
    told = explain(problem)
    return Check(name, verdict, told.what, told.next_step, problem.code)
