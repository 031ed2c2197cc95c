"""What the button of each fix says, and what it does in one sentence."""

from __future__ import annotations

from app.domain.checks import Check, Fix, Verdict
from app.ui.translation import mark, tr

_BUTTONS = {
    Fix.START_HELPER: mark("Start the helper…"),
    Fix.RESTART_HELPER: mark("Restart the helper…"),
    Fix.ALLOW_USER: mark("Allow me…"),
    Fix.LOG_IN: mark("Copy login command"),
    Fix.RELOAD_KUBECONFIG: mark("Read it again"),
    Fix.INSTALL_MANAGER: mark("Connect and install"),
    Fix.REPAIR: mark("Show and repair…"),
}
_EXPLAINED = {
    Fix.START_HELPER: mark("Shows what would be done as administrator, then asks for the password."),
    Fix.RESTART_HELPER: mark("Shows what would be done as administrator, then asks for the password."),
    Fix.ALLOW_USER: mark("Shows what would be done as administrator, then asks for the password."),
    Fix.LOG_IN: mark("Puts the command on the clipboard: run it in a terminal, then check again."),
    Fix.RELOAD_KUBECONFIG: mark("Reads the kubeconfig again and checks again."),
    Fix.INSTALL_MANAGER: mark("Connects; the traffic manager is installed on the way."),
    Fix.EXCLUDE_SUBNETS: mark("Keeps these addresses out of the tunnel from the next connection on."),
    Fix.REPAIR: mark("Shows what would be taken away first; nothing is changed before you agree."),
}
VERDICT_LOOKS = {
    Verdict.OK: ("verdict-ok", "connected", mark("fine")),
    Verdict.WARN: ("verdict-warn", "working", mark("look at this")),
    Verdict.FAIL: ("verdict-fail", "error", mark("not working")),
}


def button_text(check: Check) -> str:
    """Empty: the check has no fix, or none that a button could do."""
    if check.fix is None or (check.fix is Fix.LOG_IN and not check.command):
        return ""
    if check.fix is Fix.EXCLUDE_SUBNETS:
        return _exclude_text(check.fix_values)
    return tr(_BUTTONS[check.fix])


def button_hint(check: Check) -> str:
    return tr(_EXPLAINED[check.fix]) if check.fix is not None else ""


def verdict_word(verdict: Verdict) -> str:
    return tr(VERDICT_LOOKS[verdict][2])


def _exclude_text(subnets: tuple[str, ...]) -> str:
    if not subnets:
        return ""
    if len(subnets) == 1:
        return tr("Exclude {subnet}", subnet=subnets[0])
    return tr("Exclude {count} subnets", count=len(subnets))
