"""What a user has chosen, and what the window remembers between runs. Nothing secret, nothing that must be right."""

from __future__ import annotations

import enum
import logging
from pathlib import Path
from typing import Annotated

import msgspec

from app.domain.drops import OnDrop as OnDrop
from app.domain.subnets import OnOverlap
from app.settings.private_file import write_private

log = logging.getLogger(__name__)


class PlanKind(enum.StrEnum):
    """What a plan is shown for before it is done."""

    CONNECT = "connect"
    PROXY = "proxy"
    MESH = "mesh"
    LEAVE = "leave"


class NoticeKind(enum.StrEnum):
    """What a notification can be about."""

    CONNECTION = "connection"
    INTERCEPTS = "intercepts"
    TEAM = "team"
    PROBLEMS = "problems"


class ClusterChoices(msgspec.Struct, frozen=True):
    """How connections are made; empty: as the cluster says and the program's defaults are."""

    manager_namespace: str = ""
    image: str = ""
    sidecar_image: str = ""
    pull_secret: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    on_overlap: OnOverlap = OnOverlap.REFUSE
    on_drop: OnDrop = OnDrop.HOLD


class Preferences(msgspec.Struct, frozen=True):
    """Unknown fields are ignored, so that an older version can read what a newer one wrote.

    `language` empty: the system's. `namespaces`: by context, the one looked into. `favourites` and
    `recent_namespaces`: by context, newest first. `production`: contexts in which every change asks.
    `muted_plans`, `muted_notices`: what is not shown any more.
    `update_feed`: where the release feed is; there is none that is built in, so nothing is checked without it.
    """

    theme: str = "system"
    language: str = ""
    geometry: Annotated[str, msgspec.Meta(max_length=4096)] = ""
    dock_height: Annotated[int, msgspec.Meta(ge=0, le=4096)] = 236
    dock_folded: bool = False
    context: str | None = None
    namespaces: dict[str, str] = {}
    favourites: dict[str, tuple[str, ...]] = {}
    recent_contexts: tuple[str, ...] = ()
    recent_namespaces: dict[str, tuple[str, ...]] = {}
    production: frozenset[str] = frozenset()
    muted_plans: frozenset[PlanKind] = frozenset()
    muted_notices: frozenset[NoticeKind] = frozenset()
    start_minimised: bool = False
    close_to_tray: bool = True
    keep_connected: bool = False
    told_no_tray: bool = False
    first_run_done: bool = False
    check_for_updates: bool = False
    update_feed: str = ""
    cluster: ClusterChoices = ClusterChoices()


def load_preferences(path: Path) -> Preferences:
    """What cannot be read is as if it had never been written."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Preferences)
    except FileNotFoundError:
        return Preferences()
    except (OSError, msgspec.DecodeError) as error:
        log.warning("preferences in %s are not usable: %s", path, error)
        return Preferences()


def save_preferences(path: Path, preferences: Preferences) -> None:
    """Whole or not at all. A disk that is full is no reason to trouble the user."""
    write_private(path, msgspec.json.format(msgspec.json.encode(preferences)))
