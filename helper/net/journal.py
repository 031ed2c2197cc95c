"""The undo journal: what would outlive us, written down before it is changed.

One file per entry in a directory of root's. An entry is on disk (fsync of file and directory) before `record`
returns, and goes when its change has been undone. `Journal.entries` needs nothing but the directories, so that a
process started after a crash can undo what it finds. There are two: what the kernel forgets when the machine goes down
(links) is written where that is forgotten too (/run), what is on a disk (the resolver's files) where it lasts.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

import msgspec

_log = logging.getLogger(__name__)


class LinkOpened(msgspec.Struct, frozen=True, tag=True):
    """A TUN device and the worker on it. The device outlives its worker if somebody kept a descriptor of it.

    `worker_started` is field 22 of /proc/PID/stat: with the pid it names one process, not its successor.
    """

    interface: str
    worker_pid: int = 0
    worker_started: int | None = None


class ResolverFileReplaced(msgspec.Struct, frozen=True, tag=True):
    """`original` is the file's bytes, or None where it did not exist; `link_target` where it was a symbolic link.

    `written_before` is what we had written earlier: after a crash between journal and file it is still there.
    """

    path: str
    original: bytes | None
    link_target: str | None
    mode: int
    uid: int
    gid: int
    written: bytes
    server: str
    search_domains: tuple[str, ...]
    written_before: bytes | None = None


class ResolverFolderChanged(msgspec.Struct, frozen=True, tag=True):
    """Files of one link in a folder of resolver files (macOS). `folder_made`: the folder did not exist before."""

    folder: str
    folder_made: bool
    files: tuple[ResolverFileReplaced, ...]


Entry = LinkOpened | ResolverFileReplaced | ResolverFolderChanged


class Journal:
    """Whoever makes one holds the helper's lock: what is half written there is of a helper that was killed."""

    def __init__(self, directory: Path, lasting: Path | None = None) -> None:
        """`lasting`: for changes that outlive a reboot; by default `directory` has those as well."""
        self._directory = directory
        self._lasting = lasting or directory
        for folder in (self._directory, self._lasting):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for partial in folder.glob("*.partial"):
                partial.unlink()
        self._next = 1 + max((int(path.stem) for path in self._files()), default=0)

    def record(self, entry: Entry) -> int:
        """Returns the entry's number. Raises OSError, and then the change must not be made."""
        number = self._next
        self._next += 1
        self._write(number, entry)
        return number

    def replace(self, number: int, entry: Entry) -> None:
        """Puts `entry` in the place of an older one, atomically. Raises OSError."""
        self._write(number, entry)

    def forget(self, number: int) -> None:
        for folder in (self._directory, self._lasting):
            (folder / _file_name(number)).unlink(missing_ok=True)

    def entries(self) -> list[tuple[int, Entry]]:
        """Newest first: the order in which to undo. What cannot be read is set aside with a warning."""
        decoder: msgspec.json.Decoder[Entry] = msgspec.json.Decoder(Entry)
        found: list[tuple[int, Entry]] = []
        for path in sorted(self._files(), key=lambda path: int(path.stem), reverse=True):
            try:
                found.append((int(path.stem), decoder.decode(path.read_bytes())))
            except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
                _log.warning("Journal entry %s cannot be read: %s", path.name, error)
                path.rename(path.with_suffix(".unreadable"))
        return found

    def _files(self) -> list[Path]:
        folders = {self._directory, self._lasting}
        return [path for folder in folders for path in folder.glob("*.json") if path.stem.isdigit()]

    def _write(self, number: int, entry: Entry) -> None:
        folder = self._directory if isinstance(entry, LinkOpened) else self._lasting
        path = folder / _file_name(number)
        partial = path.with_suffix(".partial")
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(entry))
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
        directory = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


def _file_name(number: int) -> str:
    return f"{number:08}.json"
