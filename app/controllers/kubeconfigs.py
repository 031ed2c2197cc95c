"""Which kubeconfigs this program reads: kubectl's, files that the user opened, texts that the user pasted.

kubectl's files are never changed. Of opened files the path is remembered, of pasted texts the name; the text itself is
in the keyring, or, where there is none, in memory until the program ends.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import msgspec

from app.controllers.first_run_views import Added, Source, SourceKind
from app.kube.contexts import kubeconfig_paths
from app.kube.kubeconfig import KubeconfigError, KubeconfigFile, KubeconfigProblem, parse_kubeconfig, read_kubeconfig
from app.kube.kubeconfig_check import look_at, require_whole
from app.kube.kubeconfig_sources import (
    ADDED,
    HELD,
    MAX_TEXT_BYTES,
    HeldTexts,
    file_reference,
    is_text,
    name_of,
    read_source,
    text_reference,
    told_apart,
    usable_name,
)
from app.platform.secrets import KeyringUnavailable
from app.session import messages as m
from app.settings.private_file import write_private

log = logging.getLogger(__name__)

_NOWHERE = "/nonexistent"


class NotTaken(Exception):
    """The text is for the user: why a kubeconfig was not taken, as the end of a sentence."""


class _Remembered(msgspec.Struct, frozen=True):
    files: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()


class KubeconfigLibrary:
    """Reads and writes files and the keyring, so everything but `value`, `environ` and `texts_for_session` may block.

    `path` None: nothing is remembered.
    """

    def __init__(self, path: Path | None, environ: Mapping[str, str], held: HeldTexts | None = None) -> None:
        self._path = path
        self._environ = environ
        self._held = held or HELD
        remembered = _load(path)
        self._files = list(remembered.files)
        self._texts = list(remembered.texts)
        self._unkept: list[str] = []
        self.environ: Mapping[str, str] = _LiveEnvironment(environ, self)

    def value(self) -> str | None:
        """What KUBECONFIG would hold, for the session: absolute paths and references. None: the default file."""
        added = [*(file_reference(path) for path in self._files), *map(text_reference, self._every_text())]
        if not added and not self._environ.get("KUBECONFIG"):
            return None
        return os.pathsep.join([*self._kubectls(), *added])

    def texts_for_session(self) -> tuple[m.HoldKubeconfig, ...]:
        """What the session is told before it is asked about a cluster. It could fetch texts from the keyring, but
        not those that no keyring keeps, and a keyring that asks its owner would ask twice."""
        every = ((name, self._held.known(name)) for name in self._every_text())
        return tuple(m.HoldKubeconfig(name, text) for name, text in every if text is not None)

    def ask_keyring_again(self) -> None:
        """The next reading may open the keyring's prompt, also where the last one failed."""
        self._held.ask_again()

    def sources(self) -> tuple[Source, ...]:
        """kubectl's files that there are, then what was added, each with its contexts or its problem."""
        found: list[Source] = []
        taken: set[str] = set()
        for reference in (*self._kubectls(), *(file_reference(path) for path in self._files)):
            try:
                file = told_apart(read_source(reference, self._held), taken)
            except FileNotFoundError:
                if reference.startswith(ADDED):
                    found.append(self._source(reference, problem="the file is not there any more"))
                continue
            except KubeconfigError as error:
                found.append(self._source(reference, problem=_words(error)))
                continue
            taken |= set(file.contexts)
            found.append(self._source(reference, tuple(file.contexts)))
        for name in self._every_text():
            reference = text_reference(name)
            try:
                file = told_apart(read_source(reference, self._held), taken)
            except KubeconfigError as error:
                found.append(self._source(reference, problem=error.problem.problem))
                continue
            taken |= set(file.contexts)
            found.append(self._source(reference, tuple(file.contexts)))
        return tuple(found)

    def add_file(self, path: str) -> Added:
        """Raises NotTaken."""
        path = os.path.abspath(os.path.expanduser(path))
        if os.pathsep in path:
            raise NotTaken(f"its path has a {os.pathsep} in it; move it to another folder")
        if path in self._kubectls() or path in self._files:
            raise NotTaken("it is read already")
        try:
            file = replace(read_kubeconfig(path), apart=os.path.basename(path))
            looked = look_at(file, self._taken())
        except FileNotFoundError:
            raise NotTaken("there is no such file") from None
        except KubeconfigError as error:
            raise NotTaken(_words(error)) from error
        self._files.append(path)
        self._save()
        return Added(self._source(file_reference(path), looked.contexts), looked.cautions)

    def add_text(self, text: str) -> Added:
        """Raises NotTaken; no sentence quotes the text, which has secrets in it."""
        text = text.strip() + "\n"
        if len(text.encode()) > MAX_TEXT_BYTES:
            raise NotTaken(f"it is larger than {MAX_TEXT_BYTES >> 10} KiB; save it as a file and open that")
        try:
            file = parse_kubeconfig(text.encode(), "the pasted text", folder=_NOWHERE)
            require_whole(file, _NOWHERE)
            name = usable_name(_likely_name(file), self._every_text())
            looked = look_at(replace(file, apart=name), self._taken())
        except KubeconfigError as error:
            raise NotTaken(_words(error)) from None
        unkept = self._keep(name, text)
        return Added(self._source(text_reference(name), looked.contexts), looked.cautions, unkept)

    def forget(self, reference: str) -> None:
        """Takes what was added out of the list, and a text out of the keyring. Files themselves stay."""
        if is_text(reference):
            name = name_of(reference)
            self._held.drop(name)
            self._unkept = [other for other in self._unkept if other != name]
            if name in self._texts:
                self._texts.remove(name)
                try:
                    self._held.store.remove(name)
                except KeyringUnavailable as error:
                    log.warning("the keyring still has %s: %s", name, error)
        elif reference.removeprefix(ADDED) in self._files:
            self._files.remove(reference.removeprefix(ADDED))
        self._save()

    def _keep(self, name: str, text: str) -> str:
        self._held.hold(name, text)
        try:
            self._held.store.set(name, text)
        except KeyringUnavailable as error:
            log.info("a pasted kubeconfig is held until the end only: %s", error)
            self._unkept.append(name)
            return str(error)
        self._texts.append(name)
        self._save()
        return ""

    def _every_text(self) -> tuple[str, ...]:
        return (*self._texts, *self._unkept)

    def _kubectls(self) -> tuple[str, ...]:
        return tuple(os.path.abspath(path) for path in kubeconfig_paths(self._environ))

    def _taken(self) -> frozenset[str]:
        return frozenset(name for source in self.sources() for name in source.contexts)

    def _source(self, reference: str, contexts: tuple[str, ...] = (), problem: str = "") -> Source:
        if is_text(reference):
            name = name_of(reference)
            return Source(SourceKind.PASTED, reference, name, contexts, problem, kept=name not in self._unkept)
        kind = SourceKind.OPENED if reference.startswith(ADDED) else SourceKind.KUBECTL
        return Source(kind, reference, reference.removeprefix(ADDED), contexts, problem)

    def _save(self) -> None:
        if self._path is not None:
            write_private(self._path, msgspec.json.encode(_Remembered(tuple(self._files), tuple(self._texts))))


class _LiveEnvironment(Mapping[str, str]):
    """The process's environment, with the library's list as KUBECONFIG."""

    def __init__(self, environ: Mapping[str, str], library: KubeconfigLibrary) -> None:
        self._environ = environ
        self._library = library

    def __getitem__(self, name: str) -> str:
        if name == "KUBECONFIG":
            value = self._library.value()
            if value is not None:
                return value
        return self._environ[name]

    def __iter__(self) -> Iterator[str]:
        yield from (name for name in self._environ if name != "KUBECONFIG")
        if self._library.value() is not None:
            yield "KUBECONFIG"

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _likely_name(file: KubeconfigFile) -> str:
    return file.current_context or next(iter(file.contexts), "")


def _words(error: KubeconfigError) -> str:
    problem: KubeconfigProblem = error.problem
    return problem.problem if problem.line is None else f"line {problem.line}: {problem.problem}"


def _load(path: Path | None) -> _Remembered:
    if path is None:
        return _Remembered()
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Remembered)
    except FileNotFoundError:
        return _Remembered()
    except (OSError, msgspec.DecodeError) as error:
        log.warning("the list of kubeconfigs in %s is not usable: %s", path, error)
        return _Remembered()
