"""What the sidecar was given: its Secret, mounted as files. Read anew at every attempt: the app may have renewed it."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from helper.protocol.intercepts import JoinConfig


class JoinMissing(Exception):
    """The Secret is not there (any more), or is not one of ours."""


@dataclass(frozen=True)
class Join:
    config: JoinConfig
    context: ssl.SSLContext
    token: str = field(repr=False)


def read_join(folder: Path) -> Join:
    """Raises JoinMissing. The manager's certificate is trusted for itself, and nothing else is."""
    try:
        config = msgspec.json.decode((folder / "join.json").read_bytes(), type=JoinConfig)
        token = (folder / "token").read_text().strip()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        context.load_verify_locations(cadata=(folder / "manager.crt").read_text())
    except (OSError, ValueError, msgspec.DecodeError) as error:
        raise JoinMissing(str(error)) from error
    return Join(config, context, token)
