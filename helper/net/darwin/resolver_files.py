"""Names on macOS: one file in /etc/resolver for each match domain (resolver(5)); the system's own resolvers stay.

mDNSResponder sends the questions for a file's name, and for what ends in it, to the file's nameserver. A file with
`search` alone adds to the list of domains that are appended to single labels, whatever the file's name; it is named
after the link, so that two links do not share one. configd watches the folder, so that files count as they are
written; what was answered before is forgotten by a signal to mDNSResponder, as mDNSResponder(8) says.

All files of a link are one journal entry, written before the first of them.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from dataclasses import dataclass
from pathlib import Path

from helper.net.darwin.system_calls import SystemCalls
from helper.net.journal import Journal, ResolverFileReplaced, ResolverFolderChanged
from helper.net.plan import DnsPlan
from helper.net.resolv_conf import put_file, restore, snapshot
from helper.net.resolv_conf_text import MARKER, nameservers
from helper.net.resolver import LinkRef, ResolverFailed
from helper.protocol.helper_messages import ResolverBackend

RESOLVER_FOLDER = Path("/etc/resolver")
FLUSH_COMMANDS = (("/usr/bin/dscacheutil", "-flushcache"), ("/usr/bin/killall", "-HUP", "mDNSResponder"))
"""What Apple tells administrators to do; fixed words, no shell."""

_log = logging.getLogger(__name__)


@dataclass
class _Held:
    number: int
    entry: ResolverFolderChanged

    @property
    def by_path(self) -> dict[str, ResolverFileReplaced]:
        return {file.path: file for file in self.entry.files}


class ResolverFiles:
    backend = ResolverBackend.MACOS_RESOLVER

    def __init__(self, folder: Path, resolv_conf: Path, journal: Journal, calls: SystemCalls) -> None:
        """`resolv_conf`: the file in which configd tells the primary resolvers; it is read only."""
        self._folder = folder
        self._resolv_conf = resolv_conf
        self._journal = journal
        self._calls = calls
        self._held: dict[LinkRef, _Held] = {}
        self._lock = threading.Lock()

    def set_dns(self, link: LinkRef, dns: DnsPlan) -> None:
        texts = {str(self._folder / name): text for name, text in file_texts(link, dns).items()}
        with self._lock:
            self._refuse_conflict(link, texts)
            try:
                changed = self._replace(link, dns, texts)
            except (OSError, UnicodeError) as error:
                for left in self._undo(link):
                    _log.warning("%s", left)
                raise ResolverFailed(f"{self._folder} cannot be written: {error}") from error
            if changed:
                flush_cache(self._calls)

    def revert(self, link: LinkRef) -> tuple[str, ...]:
        with self._lock:
            return self._undo(link)

    def upstreams(self, ours: frozenset[str]) -> tuple[str, ...]:
        """The primary resolvers: they are not replaced here, so none of them is ours."""
        try:
            return nameservers(self._resolv_conf.read_text(errors="replace"))
        except OSError:
            return ()

    def _refuse_conflict(self, link: LinkRef, texts: dict[str, str]) -> None:
        for other, held in self._held.items():
            shared = texts.keys() & held.by_path.keys()
            if other != link and shared:
                domain = Path(min(shared)).name
                raise ResolverFailed(f"names in {domain} are answered by the connection on {other.name}")

    def _replace(self, link: LinkRef, dns: DnsPlan, texts: dict[str, str]) -> bool:
        """Whether anything had to be written."""
        held = self._held.get(link)
        before = held.by_path if held is not None else {}
        wanted = {path: _wish(path, text, dns, before.get(path)) for path, text in texts.items()}
        outdated = {path: file for path, file in before.items() if path not in wanted}
        if not outdated and all(before.get(path) == file and _is_there(file) for path, file in wanted.items()):
            return False
        made = held.entry.folder_made if held is not None else not self._folder.is_dir()
        # While files are being changed the entry names the old ones and the new ones.
        self._keep(link, made, (*wanted.values(), *outdated.values()))
        self._folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        for path, file in wanted.items():
            if not _is_there(file):
                put_file(Path(path), file.written, file.mode, file.uid, file.gid)
        left = tuple(file for file in outdated.values() if restore(file))
        self._keep(link, made, (*wanted.values(), *left))
        return True

    def _keep(self, link: LinkRef, made: bool, files: tuple[ResolverFileReplaced, ...]) -> None:
        entry = ResolverFolderChanged(str(self._folder), made, files)
        held = self._held.get(link)
        if held is None:
            self._held[link] = _Held(self._journal.record(entry), entry)
        else:
            self._journal.replace(held.number, entry)
            held.entry = entry

    def _undo(self, link: LinkRef) -> tuple[str, ...]:
        held = self._held.pop(link, None)
        if held is None:
            return ()
        left = restore_folder(held.entry, self._calls)
        if not left:
            self._journal.forget(held.number)
        return left


def restore_folder(entry: ResolverFolderChanged, calls: SystemCalls) -> tuple[str, ...]:
    """Undoes all files of an entry, also in a later process. Returns what is left, in words. Does not raise."""
    left = tuple(words for file in entry.files for words in restore(file))
    if entry.folder_made:
        with contextlib.suppress(OSError):  # another program's files are in it by now
            Path(entry.folder).rmdir()
    flush_cache(calls)
    return left


def flush_cache(calls: SystemCalls) -> None:
    """Old answers end by themselves after their time to live, so a failure is told and nothing more."""
    for command in FLUSH_COMMANDS:
        try:
            calls.run(command)
        except OSError as error:
            _log.warning("%s did not work: %s", " ".join(command), error)


def file_texts(link: LinkRef, dns: DnsPlan) -> dict[str, str]:
    """File names and contents. Search domains are match domains as well: who appends them must find the server."""
    domains = dict.fromkeys((*dns.match_domains, *dns.search_domains))
    texts = {domain: f"{MARKER}\nnameserver {dns.server}\n" for domain in domains}
    if dns.search_domains:
        texts[f"search.{link.name}"] = f"{MARKER}\nsearch {' '.join(dns.search_domains)}\n"
    return texts


def _wish(path: str, text: str, dns: DnsPlan, before: ResolverFileReplaced | None) -> ResolverFileReplaced:
    original = before or snapshot(Path(path))
    written = text.encode()
    written_before = before.written if before is not None and before.written != written else original.written_before
    return ResolverFileReplaced(
        path=path,
        original=original.original,
        link_target=original.link_target,
        mode=original.mode,
        uid=original.uid,
        gid=original.gid,
        written=written,
        server=str(dns.server),
        search_domains=dns.search_domains,
        written_before=written_before,
    )


def _is_there(file: ResolverFileReplaced) -> bool:
    path = Path(file.path)
    try:
        return not path.is_symlink() and path.read_bytes() == file.written
    except FileNotFoundError:
        return False
