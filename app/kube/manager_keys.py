"""The manager's Secret: the certificate that sidecars pin, its key, and the key that their tokens are made with.

Made here, with the installing user's rights, because the manager itself has none. Made once: sidecars that are in
workloads already know this certificate and hold tokens of this key.
"""

from __future__ import annotations

import base64
import datetime
import secrets
from dataclasses import dataclass, field
from typing import Any

from helper.cluster.api import MANAGER_NAME, MANAGER_TLS_NAME

VALID_FOR = datetime.timedelta(days=3652)
"""It is pinned, not issued by an authority: its end protects nobody, and would cut every sidecar off."""

CLOCK_SKEW = datetime.timedelta(days=1)
JOIN_KEY_BYTES = 32
ENTRIES = ("tls.crt", "tls.key", "join.key")


@dataclass(frozen=True)
class ManagerKeys:
    certificate_pem: bytes
    key_pem: bytes = field(repr=False)
    join_key: bytes = field(repr=False)


def make_keys() -> ManagerKeys:
    """Takes some tens of milliseconds, most of them to import `cryptography`, which nothing else on the way needs."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, MANAGER_TLS_NAME)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_SKEW)
        .not_valid_after(now + VALID_FOR)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(MANAGER_TLS_NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return ManagerKeys(
        certificate_pem=certificate.public_bytes(serialization.Encoding.PEM),
        key_pem=key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
        join_key=secrets.token_bytes(JOIN_KEY_BYTES),
    )


def secret_object(namespace: str, labels: dict[str, str], keys: ManagerKeys) -> dict[str, Any]:
    values = (keys.certificate_pem, keys.key_pem, keys.join_key)
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": MANAGER_NAME, "namespace": namespace, "labels": labels},
        "type": "Opaque",
        "data": {name: base64.b64encode(value).decode() for name, value in zip(ENTRIES, values, strict=True)},
    }


def is_complete(secret: dict[str, Any]) -> bool:
    data = secret.get("data") or {}
    return all(data.get(name) for name in ENTRIES)
