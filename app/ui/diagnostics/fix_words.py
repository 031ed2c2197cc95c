"""What the button of each fix says, and what it does in one sentence."""

from __future__ import annotations

from app.controllers.words import translated
from app.domain.catalogue import Explanation, explain
from app.domain.checks import Check, Fix, Verdict
from app.domain.errors import Problem
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
_CHECK_NAMES = {
    "kubeconfig": mark("Kubeconfig"),
    "login": mark("Login"),
    "API server": mark("API server"),
    "traffic manager": mark("Traffic manager"),
    "rights": mark("Rights"),
    "subnets": mark("Subnets"),
    "helper": mark("Helper"),
    "overlaps": mark("Overlaps"),
    "leftovers": mark("Leftovers"),
    "connection": mark("Connection"),
}
SAID = (
    mark("credentials are there."),
    mark("there is none."),
    mark("nobody left anything in workloads."),
    mark("the cluster's subnets could not be found out."),
    mark("Connecting installs it."),
    mark("Name them with --include."),
    mark("Take it away; whoever is connected keeps theirs."),
    mark("Restart the helper: it cleans up when it starts."),
    mark("Reading the kubeconfig"),
    mark("Logging in"),
    mark("Looking for the traffic manager"),
    mark("Finding out the cluster's subnets"),
    mark("Asking the helper"),
    mark("Looking for what vanished owners left"),
)
"""What app.session.checkup says in fixed words; a test holds the two together. All else it says is facts."""
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


def check_name(check: Check) -> str:
    return tr(_CHECK_NAMES.get(check.name, check.name))


def verdict_word(verdict: Verdict) -> str:
    return tr(VERDICT_LOOKS[verdict][2])


def found_text(check: Check) -> str:
    """As a sentence: findings begin in lower case, because the command line writes them behind the check's name."""
    known = _catalogued(check)
    text = known.what if known is not None else tr(check.found)
    return text[:1].upper() + text[1:] if not text.startswith("http") else text


def next_step_text(check: Check) -> str:
    known = _catalogued(check)
    return known.next_step if known is not None else tr(check.next_step)


def step_text(step: str) -> str:
    return tr(step) if step else ""


def _catalogued(check: Check) -> Explanation | None:
    """The catalogue's words in the user's language, where the check speaks with them."""
    if check.code is None:
        return None
    problem = Problem(check.code, check.params)
    return translated(problem) if explain(problem).what == check.found else None


def _exclude_text(subnets: tuple[str, ...]) -> str:
    if not subnets:
        return ""
    if len(subnets) == 1:
        return tr("Exclude {subnet}", subnet=subnets[0])
    return tr("Exclude {count} subnets", count=len(subnets))
