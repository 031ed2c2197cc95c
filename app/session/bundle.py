"""The diagnostics bundle: what is in it, how it is made safe, and how it is written. Collecting: `bundle_sources`."""

from __future__ import annotations

import gzip
import io
import os
import stat
import tarfile
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.domain.errors import ErrorCode, KubeferryError
from app.domain.redaction import redact

MAX_BUNDLE_BYTES = 10 << 20
"""Of all texts together, before they are compressed: mail and issue trackers take that much."""
MAX_FILE_BYTES = 2 << 20
MAX_LINE_CHARS = 8192
"""A longer line is not a log line; it is cut before anything looks at it."""

FOLDER = "kubeferry-diagnostics"
_CUT = "[shortened: the beginning is left out]\n"


@dataclass(frozen=True)
class Part:
    """One file of the bundle. `what`: one phrase for people who decide whether to hand it on."""

    name: str
    what: str


README = Part("README.txt", "what is in here, and what was taken out")
VERSIONS = Part("versions.txt", "versions of Kubeferry, Python and the operating system")
DOCTOR = Part("doctor.json", "the results of all checks")
STATUS = Part("status.json", "the connection: addresses, routes, names, own intercepts")
RECONNECTS = Part("reconnects.json", "when the tunnel was lost, why, and for how long")
SESSION_LOG = Part("session.log", "the end of the background process's log")
HELPER = Part("helper.txt", "whether the helper answers, and what it holds for you")
NETWORK = Part("network.txt", "this machine's interfaces, routes and resolvers")
MANAGER = Part("manager.json", "the traffic manager's pods and how they are")
MANAGER_LOG = Part("manager.log", "the last lines of the traffic manager's log")

PARTS = (README, VERSIONS, DOCTOR, STATUS, RECONNECTS, SESSION_LOG, HELPER, NETWORK, MANAGER, MANAGER_LOG)

_INTRODUCTION = """\
Kubeferry diagnostics

Taken out, and replaced by "[removed]": tokens, passwords, keys, certificates, cookies, logins in URLs, the
environment of login commands, join tickets and lease ids.
Left in, because they are what a fault is found by: names of hosts, users, clusters, namespaces, workloads and pods,
and addresses. Look through the files before you hand them on.

"""


@dataclass(frozen=True)
class Content:
    part: Part
    text: str


def packed(contents: Iterable[Content], known_secrets: Iterable[str] = ()) -> bytes:
    """Returns the archive (tar, gzip). Every text is made safe here, whatever its collector did: nobody can forget."""
    secrets = tuple(known_secrets)
    safe = {content.part.name: _safe(content.text, secrets) for content in contents}
    listed = "".join(f"{part.name:<16}{part.what}\n" for part in PARTS if part is README or part.name in safe)
    safe[README.name] = _INTRODUCTION + listed
    buffer = io.BytesIO()
    # No time in it: the same contents make the same archive.
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as zipped, tarfile.open(fileobj=zipped, mode="w") as archive:
        left = MAX_BUNDLE_BYTES
        for part in PARTS:
            if part.name not in safe:
                continue
            data = _tail(safe[part.name], min(MAX_FILE_BYTES, left))
            left -= len(data)
            info = tarfile.TarInfo(f"{FOLDER}/{part.name}")
            info.size = len(data)
            info.mode = 0o600
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def write_bundle(path: Path, data: bytes) -> None:
    """Whole or not at all, for the owner's eyes only. A link is not followed. Raises KubeferryError."""
    try:
        _require_writable(path)
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise _unwritable(path, error.strerror or "it cannot be written") from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except OSError as error:
        with suppress(OSError):
            os.unlink(draft)
        raise _unwritable(path, error.strerror or "it cannot be written") from error


def _require_writable(path: Path) -> None:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    if stat.S_ISLNK(found.st_mode):
        raise _unwritable(path, "it is a link, and links are not followed")
    if not stat.S_ISREG(found.st_mode):
        raise _unwritable(path, "there is something else of that name")


def _unwritable(path: Path, problem: str) -> KubeferryError:
    return KubeferryError(ErrorCode.INVALID_OPTION, option=str(path), problem=problem)


def _safe(text: str, secrets: tuple[str, ...]) -> str:
    clipped = "\n".join(line[:MAX_LINE_CHARS] for line in text.split("\n"))
    return redact(clipped, secrets)


def _tail(text: str, limit: int) -> bytes:
    """The end is what matters of a log; it begins with a whole line. Cut only after secrets are out."""
    data = text.encode("utf-8", "replace")
    if len(data) <= limit:
        return data
    room = limit - len(_CUT)
    if room <= 0:
        return b""
    kept = data[-room:]
    return _CUT.encode() + kept[kept.find(b"\n") + 1 :]
