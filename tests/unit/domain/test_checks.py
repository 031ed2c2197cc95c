from __future__ import annotations

from app.domain.checks import Verdict, failed
from app.domain.errors import ErrorCode, Problem


def test_a_failed_check_speaks_with_the_catalogue() -> None:
    check = failed("helper", Problem(ErrorCode.HELPER_NOT_RUNNING, {"socket": "/run/x"}))
    assert check.verdict is Verdict.FAIL
    assert "/run/x" in check.found
    assert check.next_step
    assert check.code is ErrorCode.HELPER_NOT_RUNNING
