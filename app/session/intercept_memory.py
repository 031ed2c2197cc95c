"""Own intercepts on disk, per cluster: after a crash or a new connection they are declared again. Nothing secret."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import msgspec

from app.domain.errors import KubeferryError
from app.platform.paths import state_dir
from helper.protocol.intercepts import MAX_INTERCEPTS, Intercept

_log = logging.getLogger(__name__)


class _Memory(msgspec.Struct, frozen=True):
    clusters: dict[str, tuple[Intercept, ...]] = {}


class InterceptMemory:
    """Of one cluster, told by its server's address: contexts have names that people change."""

    def __init__(self, server: str) -> None:
        self._server = server

    def recall(self) -> tuple[Intercept, ...]:
        """What cannot be read is as good as forgotten: the workloads' claims are still there for `repair`."""
        return _read().clusters.get(self._server, ())[:MAX_INTERCEPTS]

    def remember(self, intercepts: tuple[Intercept, ...]) -> None:
        """The whole set. What cannot be written is told in the log: the intercepts work all the same."""
        clusters = {server: known for server, known in _read().clusters.items() if server != self._server}
        if intercepts:
            clusters[self._server] = intercepts
        try:
            _write(_Memory(clusters))
        except (OSError, KubeferryError) as error:
            _log.warning("the intercepts cannot be remembered: %s", error)


def _read() -> _Memory:
    try:
        return msgspec.json.decode(_path().read_bytes(), type=_Memory)
    except FileNotFoundError:
        return _Memory()
    except (OSError, msgspec.DecodeError, KubeferryError) as error:
        _log.warning("the remembered intercepts cannot be read: %s", error)
        return _Memory()


def _write(memory: _Memory) -> None:
    path = _path()
    if not memory.clusters:
        path.unlink(missing_ok=True)
        return
    draft = path.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(memory))
    draft.replace(path)


def _path() -> Path:
    return state_dir() / "intercepts.json"
