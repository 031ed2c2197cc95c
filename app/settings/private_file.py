"""Small files that only their owner reads, written whole or not at all."""

from __future__ import annotations

import logging
import os
import tempfile
from pathlib import Path

log = logging.getLogger(__name__)


def write_private(path: Path, content: bytes) -> bool:
    """0600. A disk that refuses is logged, not raised: nothing that is kept this way is worth stopping for."""
    name = ""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(name, path)
    except OSError as error:
        log.warning("%s cannot be written: %s", path, error)
        if name:
            Path(name).unlink(missing_ok=True)
        return False
    return True
