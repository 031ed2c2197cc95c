"""The fallback where systemd-resolved is not in charge: /etc/resolv.conf is replaced, and comes back exactly.

The file is the machine's only one, so one link of ours can have it at a time. Journalled before the change. When
somebody else (a DHCP client, NetworkManager) has written it meanwhile, their file stays and only our lines go.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import stat
import threading
from dataclasses import dataclass
from pathlib import Path

from helper.net.journal import Journal, ResolverFileReplaced
from helper.net.plain_file import read_plain
from helper.net.plan import DnsPlan, IpAddress
from helper.net.resolv_conf_text import MARKER, nameservers, with_server, without_server
from helper.net.resolver import LinkRef, ResolverFailed, without
from helper.protocol.helper_messages import ResolverBackend

RESOLV_CONF = Path("/etc/resolv.conf")

_log = logging.getLogger(__name__)


@dataclass
class _Held:
    link: LinkRef
    entry_number: int
    entry: ResolverFileReplaced
    server: IpAddress


class ResolvConf:
    backend = ResolverBackend.RESOLV_CONF

    def __init__(self, path: Path, journal: Journal) -> None:
        self._path = path
        self._journal = journal
        self._held: _Held | None = None
        self._lock = threading.Lock()

    def set_dns(self, link: LinkRef, dns: DnsPlan) -> None:
        with self._lock:
            held = self._held
            if held is not None and held.link != link:
                raise ResolverFailed(f"{self._path} already points to the connection on {held.link.name}")
            try:
                self._replace(held, link, dns)
            except (OSError, UnicodeError) as error:
                raise ResolverFailed(f"{self._path} cannot be written: {error}") from error

    def revert(self, link: LinkRef) -> tuple[str, ...]:
        with self._lock:
            held = self._held
            if held is None or held.link != link:
                return ()
            self._held = None
            left = restore(held.entry)
            if not left:
                self._journal.forget(held.entry_number)
            return left

    def upstreams(self, ours: frozenset[str]) -> tuple[str, ...]:
        held = self._held
        original = held.entry.original if held is not None else _read(self._path)
        text = (original or b"").decode(errors="replace")
        if held is None and MARKER in text.splitlines():
            return ()
        return without(nameservers(text), frozenset({held.server}) if held is not None else frozenset())

    def _replace(self, held: _Held | None, link: LinkRef, dns: DnsPlan) -> None:
        before = held.entry if held is not None and _is_ours(held.entry) else snapshot(self._path)
        text = (before.original or b"").decode(errors="surrogateescape")
        written = with_server(text, str(dns.server), dns.search_domains).encode(errors="surrogateescape")
        entry = ResolverFileReplaced(
            path=str(self._path),
            original=before.original,
            link_target=before.link_target,
            mode=before.mode,
            uid=before.uid,
            gid=before.gid,
            written=written,
            server=str(dns.server),
            search_domains=dns.search_domains,
            written_before=before.written or None,
        )
        if held is not None and written == held.entry.written and _is_ours(held.entry):
            return
        number = held.entry_number if held is not None else None
        if number is None:
            number = self._journal.record(entry)
        else:
            self._journal.replace(number, entry)
        self._held = _Held(link=link, entry_number=number, entry=entry, server=dns.server)
        put_file(self._path, written, entry.mode, entry.uid, entry.gid)


def restore(entry: ResolverFileReplaced) -> tuple[str, ...]:
    """Undoes a replacement, also in a later process. Returns what is left, in words. Does not raise."""
    path = Path(entry.path)
    try:
        if _is_ours(entry) or _is_half_written(entry):
            _put_back(path, entry)
        else:
            _remove_our_lines(path, entry)
    except OSError as error:
        _log.warning("%s could not be restored: %s", path, error)
        return (f"{path} could not be restored: {error.strerror or error}",)
    with contextlib.suppress(OSError):
        _draft(path).unlink(missing_ok=True)  # of a helper that was killed before it put it in place
    return ()


def _is_ours(entry: ResolverFileReplaced) -> bool:
    path = Path(entry.path)
    return not path.is_symlink() and _read(path) in (entry.written, entry.written_before or entry.written)


def _is_half_written(entry: ResolverFileReplaced) -> bool:
    """Was a helper killed while it overwrote the file in place: after writing, before what is too much was cut off?"""
    path = Path(entry.path)
    if entry.original is None or path.is_symlink():
        return False
    whole = (entry.original, entry.written, entry.written_before or entry.written)
    once = {_overwritten(below, above) for below in whole for above in whole}
    twice = {_overwritten(below, entry.original) for below in once}  # it was killed in the undoing as well
    return _read(path) in (once | twice) - {entry.original}


def _overwritten(below: bytes, above: bytes) -> bytes:
    return above + below[len(above) :]


def _put_back(path: Path, entry: ResolverFileReplaced) -> None:
    if entry.link_target is not None:
        partial = _draft(path)
        partial.unlink(missing_ok=True)
        partial.symlink_to(entry.link_target)
        partial.rename(path)
    elif entry.original is not None:
        put_file(path, entry.original, entry.mode, entry.uid, entry.gid)
    else:
        path.unlink()


def _remove_our_lines(path: Path, entry: ResolverFileReplaced) -> None:
    content = _read(path)
    if content is None or path.is_symlink():
        return
    text = content.decode(errors="surrogateescape")
    cleaned = without_server(text, entry.server, entry.search_domains)
    if cleaned != text:
        status = path.stat()
        mode = stat.S_IMODE(status.st_mode)
        put_file(path, cleaned.encode(errors="surrogateescape"), mode, status.st_uid, status.st_gid)


def snapshot(path: Path) -> ResolverFileReplaced:
    """The file as it is, for an entry that has yet to say what is written in its place."""
    target = os.readlink(path) if path.is_symlink() else None
    original = _read(path)
    mode, uid, gid = 0o644, 0, 0
    if original is not None and target is None:
        status = path.stat()
        mode, uid, gid = stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid
    return ResolverFileReplaced(
        path=str(path),
        original=original,
        link_target=target,
        mode=mode,
        uid=uid,
        gid=gid,
        written=b"",
        server="",
        search_domains=(),
    )


def _read(path: Path) -> bytes | None:
    """None where there is no file, or a symbolic link to none."""
    try:
        return read_plain(path)
    except FileNotFoundError:
        return None


def put_file(path: Path, content: bytes, mode: int, uid: int, gid: int) -> None:
    """Atomically; in place where the file is a mount point of its own (as in containers) and cannot be replaced."""
    partial = _draft(path)
    try:
        _write_new(partial, content, mode, uid, gid)
        partial.rename(path)
    except OSError as error:
        if error.errno not in (errno.EBUSY, errno.EXDEV, errno.EROFS):
            raise
        _overwrite(path, content)
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


def _draft(path: Path) -> Path:
    return path.with_name(f".{path.name}.kubeferry")


def _write_new(path: Path, content: bytes, mode: int, uid: int, gid: int) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fchown(file.fileno(), uid, gid)
        os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())


def _overwrite(path: Path, content: bytes) -> None:
    """A link is not followed: what it leads to is not ours, and would not be restored."""
    with os.fdopen(os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC), "r+b") as file:
        file.write(content)
        file.flush()
        file.truncate()
        os.fsync(file.fileno())
