"""What the window remembers between runs: how it looks and where it was. Nothing secret, nothing that must be right."""

from __future__ import annotations

import logging
import os
import tempfile
from pathlib import Path
from typing import Annotated

import msgspec

log = logging.getLogger(__name__)


class Preferences(msgspec.Struct, frozen=True):
    """Unknown fields are ignored, so that an older version can read what a newer one wrote."""

    theme: str = "system"
    geometry: Annotated[str, msgspec.Meta(max_length=4096)] = ""
    dock_height: Annotated[int, msgspec.Meta(ge=0, le=4096)] = 176
    dock_folded: bool = False
    context: str | None = None
    namespaces: dict[str, str] = {}


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
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(preferences)))
        os.replace(name, path)
    except OSError as error:
        log.warning("preferences are not saved in %s: %s", path, error)
