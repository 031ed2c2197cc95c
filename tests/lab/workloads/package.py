"""The demo application's programs as one zip file with their libraries, which pods find in a ConfigMap."""

from __future__ import annotations

import base64
import datetime
import importlib.util
import io
import py_compile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.lab.processes import ROOT

CONFIG_MAP = "shop-code"
MOUNTED = "/code"
ARCHIVE = "shop.zip"
CERTIFICATE = "tls.pem"
TLS_FILE = ROOT / "build" / "lab" / CERTIFICATE
"""Certificate and key of the lab's TLS ports; everybody may read them."""

_PROGRAMS = ROOT / "tests" / "lab" / "shop"
_LIBRARIES = ("h2", "hpack", "hyperframe")
_LIFETIME = datetime.timedelta(days=365)


def _sources() -> Iterator[tuple[str, Path]]:
    """Name in the archive, and file."""
    for package in ("tests", "tests/lab"):
        yield f"{package}/__init__.py", ROOT / package / "__init__.py"
    for path in sorted(_PROGRAMS.glob("*.py")):
        yield str(path.relative_to(ROOT)), path
    for library in _LIBRARIES:
        spec = importlib.util.find_spec(library)
        if spec is None or spec.origin is None:
            raise RuntimeError(f"{library} is not installed")
        for path in sorted(Path(spec.origin).parent.glob("*.py")):
            yield f"{library}/{path.name}", path


def archive() -> bytes:
    """Compiled too: a pod's Python takes that if it is of our version, and else the sources."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archived, TemporaryDirectory() as folder:
        for name, path in _sources():
            archived.write(path, name)
            compiled = py_compile.compile(
                str(path),
                str(Path(folder) / "compiled"),
                dfile=f"{MOUNTED}/{ARCHIVE}/{name}",
                doraise=True,
                invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
            )
            if compiled is not None:
                archived.write(compiled, f"{name}c")
    return made.getvalue()


def certificate() -> Path:
    """Made when it is not there yet, or soon out of date."""
    if (
        TLS_FILE.exists()
        and TLS_FILE.stat().st_mtime + _LIFETIME.total_seconds() / 2 > datetime.datetime.now().timestamp()
    ):
        return TLS_FILE
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "reviews.bookinfo")])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    signed = builder.not_valid_before(now).not_valid_after(now + _LIFETIME).sign(key, hashes.SHA256())
    pem = signed.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    TLS_FILE.parent.mkdir(parents=True, exist_ok=True)
    TLS_FILE.write_bytes(pem)
    TLS_FILE.chmod(0o644)
    return TLS_FILE


def config_map(namespace: str) -> dict[str, Any]:
    content = {ARCHIVE: archive(), CERTIFICATE: certificate().read_bytes()}
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": CONFIG_MAP, "namespace": namespace},
        "binaryData": {name: base64.b64encode(data).decode() for name, data in content.items()},
    }
