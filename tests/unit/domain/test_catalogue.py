from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.domain import catalogue
from app.domain.errors import ErrorCategory, ErrorCode, KubeferryError, Problem

SOURCE = Path(catalogue.__file__).with_name("errors.py").read_text(encoding="utf-8")
DECLARED = {
    value: set(re.findall(r"[a-z_]+", comment)) for value, comment in re.findall(r'= "([a-z_]+)"  # (.*)', SOURCE)
}


@pytest.mark.parametrize("code", ErrorCode)
def test_every_code_has_its_entry(code: ErrorCode) -> None:
    entry = catalogue.CATALOGUE[code]
    for text in (entry.title, entry.what, entry.effect, entry.next_step):
        assert text.strip() == text
        assert text
    assert entry.what.endswith((".", "}"))
    assert not entry.title.endswith(".")
    assert entry.category in catalogue.EXIT_CODES


@pytest.mark.parametrize("code", ErrorCode)
def test_sentences_use_only_the_declared_params(code: ErrorCode) -> None:
    entry = catalogue.CATALOGUE[code]
    used = set(re.findall(r"\{([a-z_]+)\}", entry.what + entry.effect + entry.next_step))
    assert used <= DECLARED[code.value]


@pytest.mark.parametrize("code", ErrorCode)
def test_a_missing_param_is_no_failure(code: ErrorCode) -> None:
    told = catalogue.explain(Problem(code))
    assert "{" not in told.what + told.next_step
    assert told.code is code


def test_params_are_made_plain() -> None:
    problem = Problem(ErrorCode.API_ERROR, {"server": "https://x", "problem": "line\n  two.  " + "y" * 600}, "raw")
    told = catalogue.explain(problem)
    assert "line two. yyy" in told.what
    assert len(told.what) < 500
    assert told.detail == "raw"


def test_a_sentence_that_ends_with_a_param_ends_all_the_same() -> None:
    """Full stops of params are taken away where they come from."""
    told = catalogue.explain(Problem(ErrorCode.LOGIN_COMMAND_MISSING, {"command": "oidc", "hint": "Get it there."}))
    assert told.what == "The kubeconfig logs in with the command oidc, which is not installed. Get it there."
    without = catalogue.explain(Problem(ErrorCode.LOGIN_COMMAND_MISSING, {"command": "oidc", "hint": ""}))
    assert without.what.endswith("which is not installed.")


def test_exit_codes() -> None:
    assert catalogue.exit_code(Problem(ErrorCode.CANCELLED)) == 130
    assert catalogue.exit_code(Problem(ErrorCode.NOT_CONNECTED)) == 3
    assert catalogue.exit_code(Problem(ErrorCode.CONTEXT_UNKNOWN)) == 10
    assert catalogue.exit_code(Problem(ErrorCode.INTERNAL)) == 1
    assert set(catalogue.EXIT_CODES) == set(ErrorCategory)


def test_error_and_problem() -> None:
    error = KubeferryError(ErrorCode.CONTEXT_UNKNOWN, context="x", known="y", detail="z")
    assert Problem.of(error) == Problem(ErrorCode.CONTEXT_UNKNOWN, {"context": "x", "known": "y"}, "z")
    assert str(error) == "context_unknown(context=x, known=y): z"
    assert str(KubeferryError(ErrorCode.CANCELLED)) == "cancelled()"
