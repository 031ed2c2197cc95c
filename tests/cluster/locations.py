"""Where things lie on this machine: the cache that outlives clusters, and each cluster's own folder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from tests.cluster.progress import say

HERE = Path(__file__).resolve().parent
STATES = Path("/var/lib/kubeferry-testcluster")
"""A folder for each cluster. On a file system that overlayfs can stand on; not below /run, which is each node's own."""


def cache() -> Path:
    """Programs and images, shared by all clusters: $XDG_CACHE_HOME/kubeferry/testcluster, below ~/.cache without it."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "kubeferry" / "testcluster"


@contextmanager
def locked(path: Path, busy: str) -> Iterator[None]:
    """One process at a time; whoever comes second is told `busy` and waits. The kernel unlocks when a holder dies.

    A holder may remove the file: whoever waited for it then takes the new one."""
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            file = path.open("w")
        except FileNotFoundError:  # the folder went in between
            continue
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say(busy)
                fcntl.flock(file, fcntl.LOCK_EX)
            if _is_still(path, file):
                yield
                return


def _is_still(path: Path, file: TextIO) -> bool:
    try:
        return path.stat().st_ino == os.fstat(file.fileno()).st_ino
    except FileNotFoundError:
        return False
