"""What the owner of a kubeconfig should know of it before it is used."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class CautionKind(enum.StrEnum):
    """The comment names `subject` and `detail`."""

    RUNS_COMMAND = "runs_command"  # user, command
    NOT_ENCRYPTED = "not_encrypted"  # cluster, server
    NOT_VERIFIED = "not_verified"  # cluster, server
    RENAMED = "renamed"  # context, its name here
    NO_CLUSTER = "no_cluster"  # context, cluster
    NO_USER = "no_user"  # context, user


@dataclass(frozen=True)
class Caution:
    """No reason not to use it, but to look twice."""

    kind: CautionKind
    subject: str
    detail: str = ""
