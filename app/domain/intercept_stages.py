"""What is being done to a workload, and the words for it: for every client the same."""

from __future__ import annotations

import enum
from collections.abc import Callable

from app.domain.stages import MAX_WAITS_FOR


class InterceptStage(enum.StrEnum):
    """In the order in which they usually come; the last two when something is taken back."""

    LOOKING = "looking"
    PREPARING = "preparing"
    INJECTING = "injecting"
    ROLLING_OUT = "rolling_out"
    JOINING = "joining"
    RESTORING = "restoring"
    UNDOING = "undoing"


_WORDS: dict[InterceptStage, tuple[str, str]] = {
    InterceptStage.LOOKING: ("Looking at the workload", "({})"),
    InterceptStage.PREPARING: ("Asking the traffic manager for a ticket", "({})"),
    InterceptStage.INJECTING: ("Putting the sidecar into the workload", "({})"),
    InterceptStage.ROLLING_OUT: ("Waiting for its pods", "({})"),
    InterceptStage.JOINING: ("Waiting for the sidecars", "({})"),
    InterceptStage.RESTORING: ("Restoring the workload", "({})"),
    InterceptStage.UNDOING: ("Undoing what was done", "({})"),
}


def describe_intercept_stage(stage: InterceptStage, waits_for: str = "", translate: Callable[[str], str] = str) -> str:
    """Returns one line: what is being done, and what it waits for.

    `translate` is given the words, and those around what is waited for, with a {} for it.
    """
    words, place = _WORDS[stage]
    if len(waits_for) > MAX_WAITS_FOR:
        waits_for = waits_for[: MAX_WAITS_FOR - 1] + "…"
    return f"{translate(words)} {translate(place).format(waits_for)}" if waits_for else translate(words)
