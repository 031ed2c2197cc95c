"""The words for the stages of connecting, for every client the same."""

from __future__ import annotations

from app.domain.connection import Stage

MAX_WAITS_FOR = 160

_WORDS: dict[Stage, tuple[str, str]] = {
    Stage.STARTING: ("Starting", ""),
    Stage.LOGGING_IN: ("Logging in", "to {}"),
    Stage.CHECKING_RIGHTS: ("Checking your rights", "in {}"),
    Stage.FINDING_MANAGER: ("Looking for the traffic manager", "in {}"),
    Stage.INSTALLING_MANAGER: ("Installing the traffic manager", "({})"),
    Stage.WAITING_FOR_MANAGER: ("Waiting for the traffic manager", "({})"),
    Stage.DISCOVERING_SUBNETS: ("Finding out the cluster's subnets", "({})"),
    Stage.OPENING_TUNNEL: ("Opening the tunnel", "({})"),
    Stage.SETTING_NETWORK: ("Setting routes and names", "({})"),
    Stage.REMOVING_MANAGER: ("Removing the traffic manager", "({})"),
    Stage.PROBING: ("Waiting for an answer from the cluster", "({})"),
}


def describe_stage(stage: Stage, waits_for: str = "") -> str:
    """Returns one line: what is being done, and what it waits for."""
    words, place = _WORDS[stage]
    if len(waits_for) > MAX_WAITS_FOR:
        waits_for = waits_for[: MAX_WAITS_FOR - 1] + "…"
    return f"{words} {place.format(waits_for)}" if waits_for and place else words
