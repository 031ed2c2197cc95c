"""Which trouble has which fix, and the command that does it in a terminal."""

from __future__ import annotations

import pytest

from app.domain.checks import FIXES, Fix, failed
from app.domain.errors import ErrorCode, Problem


@pytest.mark.parametrize(
    ("problem", "fix", "command"),
    [
        (Problem(ErrorCode.HELPER_NOT_RUNNING), Fix.START_HELPER, "sudo systemctl start kubeferry-helper"),
        (Problem(ErrorCode.HELPER_VERSION), Fix.RESTART_HELPER, "sudo systemctl restart kubeferry-helper"),
        (Problem(ErrorCode.HELPER_NOT_ALLOWED, {"user": "ann"}), Fix.ALLOW_USER, "sudo usermod -aG kubeferry ann"),
        (Problem(ErrorCode.LOGIN_EXPIRED), Fix.LOG_IN, "az login"),
        (Problem(ErrorCode.CONTEXT_UNKNOWN), Fix.RELOAD_KUBECONFIG, ""),
        (
            Problem(ErrorCode.MANAGER_MISSING, {"namespace": "tools"}),
            Fix.INSTALL_MANAGER,
            "kubeferry manager install --manager-namespace tools",
        ),
        (
            Problem(ErrorCode.SUBNET_OVERLAP),
            Fix.EXCLUDE_SUBNETS,
            "kubeferry connect --exclude 10.0.0.0/8 --exclude 192.168.0.0/16",
        ),
        (Problem(ErrorCode.CLAIMS_UNREADABLE), Fix.REPAIR, "kubeferry repair --all-namespaces"),
        (Problem(ErrorCode.API_FORBIDDEN), None, ""),
    ],
)
def test_the_fix_of_a_trouble(problem: Problem, fix: Fix | None, command: str) -> None:
    check = failed("x", problem, login_command="az login", fix_values=("10.0.0.0/8", "192.168.0.0/16"))
    assert (check.fix, check.command) == (fix, command)


def test_every_fix_is_of_some_trouble() -> None:
    assert set(FIXES.values()) == set(Fix)
