"""The result of one check of `doctor`, and what can be done about it: the same for command line and window."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from app.domain.catalogue import explain
from app.domain.errors import ErrorCode, Problem


class Verdict(enum.StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Fix(enum.StrEnum):
    """What takes a trouble away. A window has a button for each, a terminal the command."""

    START_HELPER = "start_helper"
    RESTART_HELPER = "restart_helper"
    ALLOW_USER = "allow_user"
    LOG_IN = "log_in"
    RELOAD_KUBECONFIG = "reload_kubeconfig"
    INSTALL_MANAGER = "install_manager"
    EXCLUDE_SUBNETS = "exclude_subnets"
    REPAIR = "repair"


FIXES: dict[ErrorCode, Fix] = {
    ErrorCode.HELPER_NOT_RUNNING: Fix.START_HELPER,
    ErrorCode.HELPER_STOPPED: Fix.START_HELPER,
    ErrorCode.HELPER_VERSION: Fix.RESTART_HELPER,
    ErrorCode.HELPER_NOT_ALLOWED: Fix.ALLOW_USER,
    ErrorCode.LOGIN_EXPIRED: Fix.LOG_IN,
    ErrorCode.LOGIN_COMMAND_FAILED: Fix.LOG_IN,
    ErrorCode.TUNNEL_UNAUTHORIZED: Fix.LOG_IN,
    ErrorCode.NO_KUBECONFIG: Fix.RELOAD_KUBECONFIG,
    ErrorCode.KUBECONFIG_INVALID: Fix.RELOAD_KUBECONFIG,
    ErrorCode.NO_CONTEXT: Fix.RELOAD_KUBECONFIG,
    ErrorCode.CONTEXT_UNKNOWN: Fix.RELOAD_KUBECONFIG,
    ErrorCode.MANAGER_MISSING: Fix.INSTALL_MANAGER,
    ErrorCode.MANAGER_VERSION: Fix.INSTALL_MANAGER,
    ErrorCode.TUNNEL_MANAGER_VERSION: Fix.INSTALL_MANAGER,
    ErrorCode.SUBNET_OVERLAP: Fix.EXCLUDE_SUBNETS,
    ErrorCode.CLAIMS_UNREADABLE: Fix.REPAIR,
}
"""Troubles of other codes are not ours to take away: their next step says whose they are."""


@dataclass(frozen=True)
class Check:
    """`found` is one sentence; `next_step` is empty when there is nothing to do.

    `command`: what does `fix` in a terminal; empty where no command does. `fix_values`: what it is about: the subnets
    to exclude. `params`: of `code`; with them a window says it in the user's language.
    """

    name: str
    verdict: Verdict
    found: str
    next_step: str = ""
    code: ErrorCode | None = None
    fix: Fix | None = None
    command: str = ""
    fix_values: tuple[str, ...] = ()
    params: dict[str, str] = field(default_factory=dict)


def failed(
    name: str,
    problem: Problem,
    verdict: Verdict = Verdict.FAIL,
    *,
    login_command: str = "",
    fix_values: tuple[str, ...] = (),
) -> Check:
    """`login_command`: what logs in to the context at hand, see `login_command_for`."""
    told = explain(problem)
    fix = FIXES.get(problem.code)
    command = _command(fix, problem, login_command, fix_values)
    return Check(name, verdict, told.what, told.next_step, problem.code, fix, command, fix_values, dict(problem.params))


def _command(fix: Fix | None, problem: Problem, login_command: str, fix_values: tuple[str, ...]) -> str:
    match fix:
        case Fix.START_HELPER:
            return "sudo systemctl start kubeferry-helper"
        case Fix.RESTART_HELPER:
            return "sudo systemctl restart kubeferry-helper"
        case Fix.ALLOW_USER:
            return f"sudo usermod -aG kubeferry {problem.params.get('user', '$USER')}"
        case Fix.LOG_IN:
            return login_command
        case Fix.INSTALL_MANAGER:
            return install_command(problem.params.get("namespace", ""))
        case Fix.EXCLUDE_SUBNETS:
            return exclude_command(fix_values)
        case Fix.REPAIR:
            return REPAIR_COMMAND
        case _:
            return ""


REPAIR_COMMAND = "kubeferry repair --all-namespaces"


def install_command(namespace: str) -> str:
    return "kubeferry manager install" + (f" --manager-namespace {namespace}" if namespace else "")


def exclude_command(subnets: tuple[str, ...]) -> str:
    return " ".join(("kubeferry connect", *(f"--exclude {subnet}" for subnet in subnets))) if subnets else ""
