"""Who this laptop is to a manager: a random id that keeps its virtual address across reconnects, and a name."""

from __future__ import annotations

import getpass
import os
import re
import secrets
import socket

from app.platform.paths import state_dir

_CLIENT_ID = re.compile(r"[0-9a-f]{32}")


def client_id() -> str:
    """Returns this user's id on this machine; made at first use, 0600, 32 hex digits."""
    path = state_dir() / "client-id"
    try:
        known = path.read_text(encoding="ascii", errors="replace").strip()
        if _CLIENT_ID.fullmatch(known):
            return known
    except FileNotFoundError:
        pass
    made = secrets.token_hex(16)
    draft = path.with_name(f"client-id.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(made + "\n")
    draft.replace(path)
    return made


def client_name() -> str:
    """Returns `user@host`, as colleagues would recognise it."""
    return f"{user_name()}@{socket.gethostname()}"[:64]


def user_name() -> str:
    """Returns the login name, or the uid where there is none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
