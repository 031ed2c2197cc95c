"""A secret where OpenSSL can open it: ssl.SSLContext reads certificates with keys from files alone."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def credential_file(text: str) -> Iterator[str]:
    """An anonymous file in memory. On macOS, which has none, one of mode 0600 for the moment. Raises OSError."""
    if hasattr(os, "memfd_create"):
        memory = os.memfd_create("client")  # closed on exec
        try:
            os.write(memory, text.encode())
            yield f"/proc/self/fd/{memory}"
        finally:
            os.close(memory)
        return
    descriptor, path = tempfile.mkstemp(prefix="kubeferry-")
    try:
        with open(descriptor, "w") as file:
            file.write(text)
        yield path
    finally:
        os.unlink(path)
