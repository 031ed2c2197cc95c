"""What the doctor's checks found, in the user's language."""

from __future__ import annotations

from app.controllers.words import translated
from app.domain.catalogue import Explanation, explain
from app.domain.checks import Check
from app.domain.errors import Problem
from app.ui.translation import mark, tr

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


def check_name(check: Check) -> str:
    return tr(_CHECK_NAMES.get(check.name, check.name))


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
