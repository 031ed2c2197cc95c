"""Kubeconfigs that the user added beside those that kubectl reads: opened files and pasted texts.

In a list of kubeconfigs `@/absolute/path` is a file and `@keyring/NAME` a text. Both are taken for themselves: their
contexts find clusters and users in the same source only, because every k3s calls everything "default", and an entry of
another file would send one cluster's credentials to another. A text is held in memory and in the keyring; it is never
written to a file, and no path of it exists.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from app.kube.kubeconfig import (
    KubeconfigError,
    KubeconfigFile,
    KubeconfigProblem,
    parse_kubeconfig,
    read_kubeconfig,
)
from app.platform.secrets import DesktopKeyring, KeyringUnavailable, SecretStore

ADDED = "@"
KEYRING = "@keyring/"
MAX_TEXT_BYTES = 256 << 10
"""Of a pasted text: some hundred clusters with their certificates. It has to pass to the session in one message."""

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
_NOWHERE = "/nonexistent"
"""Relative paths of a pasted text have no folder to start from."""


def is_text(reference: str) -> bool:
    return reference.startswith(KEYRING)


def file_reference(path: str) -> str:
    """`path` is absolute."""
    return f"{ADDED}{path}"


def text_reference(name: str) -> str:
    return f"{KEYRING}{name}"


def name_of(reference: str) -> str:
    return reference.removeprefix(KEYRING)


def usable_name(wanted: str, taken: Container[str]) -> str:
    """Returns a name for a text that is not `taken`, as like `wanted` as the keyring and a list of paths allow."""
    base = re.sub(r"[^a-z0-9._-]+", "-", wanted.lower()).strip("-._")[:48] or "pasted"
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base}-{number}"
    return name


@dataclass
class HeldTexts:
    """Texts by name, in this process's memory; what is not held yet is fetched from the keyring, once.

    What could not be fetched is not asked for again until `ask_again`: kubeconfigs are read at every turn, and each
    could open the keyring's prompt anew. Safe to use in several threads, which wait for one another's prompts.
    """

    store: SecretStore = field(default_factory=DesktopKeyring)
    _texts: dict[str, str] = field(default_factory=dict, repr=False)
    _failed: dict[str, KubeconfigProblem] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def hold(self, name: str, text: str) -> None:
        self._failed.pop(name, None)
        self._texts[name] = text

    def ask_again(self) -> None:
        """The user looks: a keyring that was locked may be open now."""
        self._failed.clear()

    def drop(self, name: str) -> None:
        self._texts.pop(name, None)

    def known(self, name: str) -> str | None:
        """The text, if it is in memory."""
        return self._texts.get(name)

    def text(self, name: str) -> str:
        """Blocks when it has to be fetched. Raises KubeconfigError."""
        with self._lock:
            held = self._texts.get(name)
            if held is not None:
                return held
            if name not in self._failed:
                try:
                    found = self._texts[name] = self._fetched(name)
                except KubeconfigError as error:
                    self._failed[name] = error.problem
                else:
                    return found
            raise KubeconfigError(self._failed[name])

    def _fetched(self, name: str) -> str:
        try:
            found = self.store.get(name) if _NAME.fullmatch(name) else None
        except KeyringUnavailable as error:
            problem = "the keyring that keeps it cannot be read"
            raise KubeconfigError(KubeconfigProblem(_title(name), problem)) from error
        if found is None:
            raise KubeconfigError(KubeconfigProblem(_title(name), "the keyring does not have it any more"))
        return found


HELD = HeldTexts()
"""Of this process: kubeconfigs are read in many places, and texts have no path by which each could find them."""


def fetch_texts(kubeconfig: str | None) -> None:
    """Reads from the keyring what a list of kubeconfigs names, so that reading it then does not block."""
    for reference in split_list(kubeconfig or ""):
        if is_text(reference):
            try:
                HELD.text(name_of(reference))
            except KubeconfigError:
                continue  # Whoever reads the list says so.


def without_added(environ: Mapping[str, str]) -> dict[str, str]:
    """For other programs: KUBECONFIG without what only this one understands."""
    kept = dict(environ)
    files = [entry for entry in split_list(environ.get("KUBECONFIG", "")) if not entry.startswith(ADDED)]
    if files:
        kept["KUBECONFIG"] = ":".join(files)
    else:
        kept.pop("KUBECONFIG", None)
    return kept


def split_list(kubeconfig: str, separator: str = ":") -> tuple[str, ...]:
    return tuple(entry for entry in kubeconfig.split(separator) if entry)


def read_source(path: str, held: HeldTexts | None = None) -> KubeconfigFile:
    """A path as KUBECONFIG has it, or a reference to what was added. Raises KubeconfigError, FileNotFoundError."""
    if is_text(path):
        name = name_of(path)
        text = (held or HELD).text(name)
        return replace(parse_kubeconfig(text.encode(), _title(name), folder=_NOWHERE), apart=name)
    if path.startswith(f"{ADDED}/"):
        found = read_kubeconfig(path.removeprefix(ADDED))
        return replace(found, apart=found.path.rpartition("/")[2])
    return read_kubeconfig(path)


def told_apart(file: KubeconfigFile, taken: Container[str]) -> KubeconfigFile:
    """`file` with other names for its contexts where they are taken: "default" becomes "default (lab)"."""
    if not file.apart:
        return file
    names = {name: _other(name, file.apart, taken) for name in file.contexts}
    if all(old == new for old, new in names.items()):
        return file
    contexts = {names[old]: entry for old, entry in file.contexts.items()}
    return replace(file, contexts=contexts, current_context=names.get(file.current_context, file.current_context))


def renamed(file: KubeconfigFile, taken: Container[str]) -> Mapping[str, str]:
    """Old to new names of the contexts that `told_apart` would rename."""
    return MappingProxyType(
        {name: _other(name, file.apart, taken) for name in file.contexts if file.apart and name in taken}
    )


def _other(name: str, label: str, taken: Container[str]) -> str:
    if name not in taken:
        return name
    other, number = f"{name} ({label})", 1
    while other in taken:
        number += 1
        other = f"{name} ({label} {number})"
    return other


def _title(name: str) -> str:
    """For sentences: "The kubeconfig pasted as lab cannot be used"."""
    return f"pasted as {name}"
