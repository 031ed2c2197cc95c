"""The kubeconfig that kubectl would see: which files, how they merge, what a context means.

Rules: https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/#merging-kubeconfig-files.
Unlike kubectl, a broken file does not take the others down: it is a problem of its own, and only names that are
found nowhere else fail because of it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.errors import ErrorCode, KubeferryError
from app.kube.kubeconfig import (
    ClusterEntry,
    ContextEntry,
    KubeconfigError,
    KubeconfigFile,
    KubeconfigProblem,
    UserEntry,
)
from app.kube.kubeconfig_sources import read_source, told_apart

DEFAULT_NAMESPACE = "default"


@dataclass(frozen=True)
class ContextInfo:
    """One row of a list of contexts."""

    name: str
    cluster: str
    user: str
    namespace: str
    current: bool


@dataclass(frozen=True)
class ClusterContext:
    """A context with all that it refers to. The repr names things and shows nothing secret."""

    name: str
    namespace: str
    cluster: ClusterEntry
    user: UserEntry
    server_url: str
    path: str
    """The file that the context came from, for sentences."""


@dataclass(frozen=True)
class Kubeconfig:
    """Several files as one: whoever sets a name first wins, whole entries at a time. What the user added to them
    (see kubeconfig_sources) comes after them and is not merged."""

    files: tuple[KubeconfigFile, ...]
    problems: tuple[KubeconfigProblem, ...]
    paths: tuple[str, ...]

    @property
    def current_context(self) -> str:
        return next((file.current_context for file in self.files if file.current_context), "")

    def contexts(self) -> tuple[ContextInfo, ...]:
        current = self.current_context
        merged: dict[str, ContextEntry] = {}
        for file in self.files:
            for name, entry in file.contexts.items():
                merged.setdefault(name, entry)
        return tuple(
            ContextInfo(name, entry.cluster, entry.user, entry.namespace or DEFAULT_NAMESPACE, name == current)
            for name, entry in merged.items()
        )

    def select(self, name: str | None = None) -> ClusterContext:
        """The named context, or the current one. Raises KubeferryError with the sentence's code."""
        self._require_some_file()
        chosen = name or self.current_context
        if not chosen:
            raise self._because(ErrorCode.NO_CONTEXT)
        holder = next((file for file in self.files if chosen in file.contexts), None)
        if holder is None:
            known = ", ".join(context.name for context in self.contexts())
            raise self._because(ErrorCode.CONTEXT_UNKNOWN, context=chosen, known=known)
        context = holder.contexts[chosen]
        places = [holder] if holder.apart else [file for file in self.files if not file.apart]
        cluster = next((file.clusters[context.cluster] for file in places if context.cluster in file.clusters), None)
        if cluster is None:
            raise self._invalid(
                holder.path, f"context {chosen!r} names the cluster {context.cluster!r}, which is nowhere"
            )
        user = next((file.users[context.user] for file in places if context.user in file.users), None)
        if user is None and context.user:
            raise self._invalid(holder.path, f"context {chosen!r} names the user {context.user!r}, who is nowhere")
        if not cluster.server:
            raise self._invalid(holder.path, f"cluster {context.cluster!r} has no server")
        return ClusterContext(
            name=chosen,
            namespace=context.namespace or DEFAULT_NAMESPACE,
            cluster=cluster,
            user=user or UserEntry(),
            server_url=_server_url(cluster.server, cluster),
            path=holder.path,
        )

    def _require_some_file(self) -> None:
        if self.files:
            return
        if self.problems:
            first = self.problems[0]
            raise KubeferryError(ErrorCode.KUBECONFIG_INVALID, path=_place(first), problem=first.problem)
        raise KubeferryError(ErrorCode.NO_KUBECONFIG, path=os.pathsep.join(self.paths))

    def _because(self, code: ErrorCode, **params: str) -> KubeferryError:
        """`code`, or the broken file that may have held what was looked for."""
        if self.problems:
            first = self.problems[0]
            detail = f"{code}: {params}" if params else str(code)
            return KubeferryError(
                ErrorCode.KUBECONFIG_INVALID, path=_place(first), problem=first.problem, detail=detail
            )
        return KubeferryError(code, **params)

    def _invalid(self, path: str, problem: str) -> KubeferryError:
        others = "; ".join(str(other) for other in self.problems)
        return KubeferryError(ErrorCode.KUBECONFIG_INVALID, path=path, problem=problem, detail=others)


def kubeconfig_paths(environ: Mapping[str, str], explicit: str | None = None) -> tuple[str, ...]:
    """`--kubeconfig`, else the entries of $KUBECONFIG, else ~/.kube/config; in order, each once."""
    if explicit:
        return (os.path.expanduser(explicit),)
    listed = [entry for entry in environ.get("KUBECONFIG", "").split(os.pathsep) if entry]
    if listed:
        return tuple(dict.fromkeys(listed))
    home = environ.get("HOME") or os.path.expanduser("~")
    return (os.path.join(home, ".kube", "config"),)


def load_kubeconfig(environ: Mapping[str, str], explicit: str | None = None) -> Kubeconfig:
    """Never raises: what is wrong is in `problems`, and `select` says it when it matters."""
    paths = kubeconfig_paths(environ, explicit)
    files: list[KubeconfigFile] = []
    problems: list[KubeconfigProblem] = []
    for path in paths:
        try:
            taken = {name for file in files for name in file.contexts}
            files.append(told_apart(read_source(path), taken))
        except FileNotFoundError:
            if explicit:
                problems.append(KubeconfigProblem(path, "there is no such file"))
        except KubeconfigError as error:
            problems.append(error.problem)
    return Kubeconfig(tuple(files), tuple(problems), paths)


def _place(problem: KubeconfigProblem) -> str:
    return problem.path if problem.line is None else f"{problem.path}, line {problem.line}"


def _server_url(server: str, cluster: ClusterEntry) -> str:
    """Without a scheme, kubectl takes https where anything about TLS is configured (client-go, rest/url_utils.go)."""
    if "://" not in server:
        tls = (
            cluster.certificate_authority
            or cluster.certificate_authority_data
            or cluster.insecure_skip_tls_verify
            or cluster.tls_server_name
        )
        server = f"{'https' if tls else 'http'}://{server}"
    return server.rstrip("/")
