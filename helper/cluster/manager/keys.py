"""The manager's keys: by what sidecars know it, and by what it knows them.

They come from a Secret, so that a manager that was restarted is the same to every sidecar. Tokens are computed, not
stored: HMAC (RFC 2104) over workload and injection, so that a token of one workload is worth nothing at another.
"""

from __future__ import annotations

import hashlib
import hmac
import ssl
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from helper.protocol.intercepts import JoinTicket, Workload

MIN_JOIN_KEY_BYTES = 32


class KeysMissing(Exception):
    """The Secret is not mounted, or is not one of ours."""


@dataclass(frozen=True)
class ManagerKeys:
    certificate_pem: str
    context: ssl.SSLContext
    join_key: bytes = field(repr=False)

    @classmethod
    def load(cls, folder: Path) -> ManagerKeys:
        """Raises KeysMissing."""
        try:
            join_key = (folder / "join.key").read_bytes()
            certificate = (folder / "tls.crt").read_text()
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.minimum_version = ssl.TLSVersion.TLSv1_3
            context.load_cert_chain(folder / "tls.crt", folder / "tls.key")
        except (OSError, ValueError) as error:
            raise KeysMissing(f"the keys in {folder} cannot be used: {error}") from error
        if len(join_key) < MIN_JOIN_KEY_BYTES:
            raise KeysMissing(f"join.key in {folder} is shorter than {MIN_JOIN_KEY_BYTES} bytes")
        return cls(certificate, context, join_key)

    def ticket(self, workload: Workload, injection_id: str) -> JoinTicket:
        return JoinTicket(self._token(workload, injection_id), self.certificate_pem)

    def is_token(self, token: str, workload: Workload, injection_id: str) -> bool:
        return hmac.compare_digest(token.encode(), self._token(workload, injection_id).encode())

    def _token(self, workload: Workload, injection_id: str) -> str:
        said = msgspec.json.encode([workload.kind, workload.namespace, workload.name, injection_id])
        return hmac.new(self.join_key, said, hashlib.sha256).hexdigest()
