"""Where this program's files of one user are; nothing secret is kept in any.

XDG Base Directory Specification; on macOS the folders of ~/Library that Apple's File System Programming Guide names.
"""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

from app.domain.errors import ErrorCode, KubeferryError


def runtime_dir() -> Path:
    """Sockets and what must not survive a reboot. Made if needed, 0700 and ours, or KubeferryError."""
    chosen = os.environ.get("KUBEFERRY_RUNTIME_DIR")
    if chosen:
        return _private(Path(chosen))
    if sys.platform == "darwin":
        return _private(Path.home() / "Library/Caches/Kubeferry/run")
    base = os.environ.get("XDG_RUNTIME_DIR")
    if base and Path(base).is_dir():
        return _private(Path(base) / "kubeferry")
    return _private(Path.home() / ".cache" / "kubeferry" / "run")


def state_dir() -> Path:
    """The log and the client id. Made if needed, 0700 and ours, or KubeferryError."""
    chosen = os.environ.get("KUBEFERRY_STATE_DIR")
    if chosen:
        return _private(Path(chosen))
    if sys.platform == "darwin":
        return _private(Path.home() / "Library/Application Support/Kubeferry")
    base = os.environ.get("XDG_STATE_HOME")
    return _private((Path(base) if base else Path.home() / ".local" / "state") / "kubeferry")


def session_socket() -> Path:
    return runtime_dir() / "session.sock"


def session_log() -> Path:
    return state_dir() / "session.log"


def _private(path: Path) -> Path:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = path.lstat()
        ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
        if ours and stat.S_IMODE(found.st_mode) & 0o077:
            path.chmod(0o700)
    except OSError as error:
        raise KubeferryError(ErrorCode.SESSION_FAILED, problem=f"{path}: {error.strerror}") from error
    if not ours:
        raise KubeferryError(ErrorCode.SESSION_FAILED, problem=f"{path} is not a directory of yours")
    return path
