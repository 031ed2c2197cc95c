"""TLS contexts from PEM texts, without leaving a key on the disk."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager


def client_tls_context(
    *,
    ca_pem: str | None = None,
    certificate_pem: str | None = None,
    key_pem: str | None = None,
    insecure_skip_verify: bool = False,
) -> ssl.SSLContext:
    """For HTTP/1.1. `ca_pem` None means the system's authorities. Raises ssl.SSLError for unusable PEM.

    Not `ssl.create_default_context`: that loads the system's authorities (20 ms) also where only the cluster's own
    are wanted, and from Python 3.13 on refuses the authorities of many clusters (VERIFY_X509_STRICT).
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    if insecure_skip_verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif ca_pem is not None:
        context.load_verify_locations(cadata=ca_pem)
    else:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    if certificate_pem is not None and key_pem is not None:
        with _as_file(f"{certificate_pem}\n{key_pem}\n") as path:
            # A password stops OpenSSL from asking for one on the terminal, where nobody may be.
            context.load_cert_chain(path, password="")
    return context


@contextmanager
def _as_file(text: str) -> Iterator[str]:
    """A path that OpenSSL can open: an anonymous file in memory, or where there is none, one of mode 0600, unlinked."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("kubeferry-credential", os.MFD_CLOEXEC)
        try:
            with open(descriptor, "w", closefd=False) as file:
                file.write(text)
            yield f"/proc/self/fd/{descriptor}"
        finally:
            os.close(descriptor)
        return
    import tempfile

    descriptor, path = tempfile.mkstemp(prefix="kubeferry-")
    try:
        with open(descriptor, "w") as file:
            file.write(text)
        yield path
    finally:
        os.unlink(path)
