"""Reading a file that others may have put something else in the place of: it is a file, small, and never waited for."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

MAX_BYTES = 1 << 20
"""No honest resolv.conf, nsswitch.conf or helper.toml comes near."""


def open_plain(path: Path) -> BinaryIO:
    """Links are followed. Raises OSError, also for what is no regular file: a FIFO would be waited for."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))
    return os.fdopen(descriptor, "rb")


def read_plain(path: Path) -> bytes:
    """Raises OSError; EFBIG for more than MAX_BYTES."""
    with open_plain(path) as file:
        return read_all(file)


def read_all(file: BinaryIO) -> bytes:
    """Raises OSError (EFBIG)."""
    content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise OSError(errno.EFBIG, f"it is larger than {MAX_BYTES} bytes")
    return content
