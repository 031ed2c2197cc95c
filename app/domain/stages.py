"""The stages of connecting, and the words for them: for every client the same."""

from __future__ import annotations

import enum
from collections.abc import Callable

MAX_WAITS_FOR = 160


class Stage(enum.StrEnum):
    """Where connecting is, in the order in which they usually come; the last one only when uninstalling."""

    STARTING = "starting"
    LOGGING_IN = "logging_in"
    CHECKING_RIGHTS = "checking_rights"
    FINDING_MANAGER = "finding_manager"
    INSTALLING_MANAGER = "installing_manager"
    WAITING_FOR_MANAGER = "waiting_for_manager"
    DISCOVERING_SUBNETS = "discovering_subnets"
    OPENING_TUNNEL = "opening_tunnel"
    SETTING_NETWORK = "setting_network"
    PROBING = "probing"
    REMOVING_MANAGER = "removing_manager"


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


def describe_stage(stage: Stage, waits_for: str = "", translate: Callable[[str], str] = str) -> str:
    """Returns one line: what is being done, and what it waits for.

    `translate` is given the words, and those around what is waited for, with a {} for it.
    """
    words, place = _WORDS[stage]
    if len(waits_for) > MAX_WAITS_FOR:
        waits_for = waits_for[: MAX_WAITS_FOR - 1] + "…"
    return f"{translate(words)} {translate(place).format(waits_for)}" if waits_for and place else translate(words)
