"""Carries out one step: its commands with their real output, then the look at what is so. Both faces use it."""

from __future__ import annotations

import dataclasses
import shlex
import time
from collections.abc import Callable

from tests.demo.place import Hands, Ran
from tests.demo.story import Action, Step
from tests.demo.truth import Truth

_AGAIN_S = 0.3
_STEADY_S = 2.0
"""For so long it has to be so before it is shown: kube-proxy writes its rules once a second, and until then a service
leads now to a new pod and now to one that ends."""


@dataclasses.dataclass(frozen=True)
class Told:
    """What one action came to. `line`: the command as it is shown."""

    line: str
    output: str
    as_expected: bool


Listener = Callable[[Told], None]


def shown_line(action: Action) -> str:
    """As somebody would type it."""
    if action.end:
        return f"# {action.end} on the laptop is ended"
    return shlex.join(action.argv) + (" &" if action.keep else "")


def carry_out(step: Step, hands: Hands, listen: Listener, begin: Callable[[str], None] = lambda _: None) -> str:
    """Returns "" when the step is done, else what is missing. `begin` hears each command before it runs."""
    for action in step.actions:
        if action.proves:
            wait_for(step, hands, steady_s=_STEADY_S)
        begin(shown_line(action))
        ran = _done(action, hands)
        as_expected = bool(ran.code) == action.fails
        listen(Told(shown_line(action), trimmed(ran.output, action.lines), as_expected))
        if not as_expected:
            return f"The command ended with {ran.code}."
    return wait_for(step, hands)


def wait_for(step: Step, hands: Hands, steady_s: float = 0.0) -> str:
    """Looks until the step is done and stays so, at most as long as it may take; the last look's answer."""
    since = time.monotonic()
    end = since + step.within_s
    truth = Truth(hands)
    while True:
        missing, now = step.missing(truth), time.monotonic()
        if missing:
            since = now
        if now > end or (not missing and now - since >= steady_s):
            return missing
        time.sleep(_AGAIN_S)


def trimmed(output: str, most: int) -> str:
    lines = output.rstrip().splitlines()
    if len(lines) <= most:
        return "\n".join(lines)
    return "\n".join([*lines[: most - 1], f"… {len(lines) - most + 1} more lines"])


def _done(action: Action, hands: Hands) -> Ran:
    if action.end:
        hands.end(action.end)
        return Ran(shown_line(action), 0, "")
    if action.keep and hands.runs(action.keep):
        return Ran(shown_line(action), 0, "runs already")
    if action.keep:
        return hands.keep(action.keep, action.argv)
    return hands.run(action.argv)
