"""What a session that is started anew needs to take over its predecessor's connection. Nothing secret.

The helper holds a connection for three seconds after its session died; this file tells the next one what it was.
"""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec

from app.domain.connection import Target
from app.domain.errors import KubeferryError
from app.platform.paths import runtime_dir
from app.session.convert import request_from_target, target_from_request
from app.session.messages import Connect
from helper.protocol.helper_messages import ConnectionId

_log = logging.getLogger(__name__)


class _Memory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    connection_id: ConnectionId
    target: Connect


def remember(connection_id: str, target: Target) -> None:
    path = _path()
    draft = path.with_suffix(".new")
    draft.write_bytes(msgspec.json.encode(_Memory(connection_id, request_from_target(target))))
    draft.replace(path)


def forget(connection_id: str) -> None:
    """Forgets this connection; a later one stays remembered."""
    held = recall()
    if held is None or held[0] == connection_id:
        _path().unlink(missing_ok=True)


def recall() -> tuple[str, Target] | None:
    try:
        memory = msgspec.json.decode(_path().read_bytes(), type=_Memory)
        return memory.connection_id, target_from_request(memory.target)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError, KubeferryError) as error:
        _log.warning("what the last session left cannot be read: %s", error)
        return None


def _path() -> Path:
    return runtime_dir() / "connection.json"
