"""One entry of the catalogue, and the phrases that many of them share."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.errors import ErrorCategory


@dataclass(frozen=True)
class Entry:
    """`title` names it, `what` says what happened, `effect` what that means, `next_step` what the user can do."""

    category: ErrorCategory
    title: str
    what: str
    effect: str
    next_step: str


NOTHING = "Nothing on this machine or in the cluster was changed."
UNDONE = "What had been set up on this machine was undone."
POD_UNDONE = "That pod cannot start; what was begun was taken back."
HEALS = "Cluster addresses are not reachable until it is back. Kubeferry keeps trying."

USER = ErrorCategory.USER
CONFIG = ErrorCategory.CONFIG
CLUSTER = ErrorCategory.CLUSTER
NETWORK = ErrorCategory.NETWORK
HELPER = ErrorCategory.HELPER
BUG = ErrorCategory.BUG
