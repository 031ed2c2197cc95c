"""A look at a kubeconfig before it is taken: is it one, and what should its owner know of it?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.domain.kubeconfig_cautions import Caution, CautionKind
from app.kube.kubeconfig import KubeconfigError, KubeconfigFile, KubeconfigProblem, UserEntry
from app.kube.kubeconfig_sources import renamed


@dataclass(frozen=True)
class Looked:
    contexts: tuple[str, ...]
    cautions: tuple[Caution, ...]


def look_at(file: KubeconfigFile, taken: Collection[str] = ()) -> Looked:
    """`taken`: names of contexts that there are already. Raises KubeconfigError when there is nothing to connect to."""
    if not file.contexts:
        problem = "it has no contexts, so it is no kubeconfig"
        raise KubeconfigError(KubeconfigProblem(file.path, problem))
    others = renamed(file, taken)
    cautions = [
        *(Caution(CautionKind.RENAMED, old, new) for old, new in others.items()),
        *_of_contexts(file),
        *_of_users(file),
        *_of_clusters(file),
    ]
    return Looked(tuple(others.get(name, name) for name in file.contexts), tuple(dict.fromkeys(cautions)))


def require_whole(file: KubeconfigFile, folder: str) -> None:
    """For a text that has no folder: it must not name files beside it. `folder` is where its relative paths lead.

    Raises KubeconfigError.
    """
    for path in _paths(file):
        if path.startswith(f"{folder}/"):
            name = path.removeprefix(f"{folder}/")
            problem = f"it names the file {name}, which a pasted text cannot have beside it; open the file instead"
            raise KubeconfigError(KubeconfigProblem(file.path, problem))


def _paths(file: KubeconfigFile) -> list[str]:
    found: list[str | None] = [cluster.certificate_authority for cluster in file.clusters.values()]
    for user in file.users.values():
        found += [user.client_certificate, user.client_key, user.token_file, user.exec.command if user.exec else None]
    return [path for path in found if path]


def _of_contexts(file: KubeconfigFile) -> list[Caution]:
    found = []
    for name, context in file.contexts.items():
        if context.cluster not in file.clusters:
            found.append(Caution(CautionKind.NO_CLUSTER, name, context.cluster or "—"))
        elif context.user and context.user not in file.users:
            found.append(Caution(CautionKind.NO_USER, name, context.user))
    return found


def _of_users(file: KubeconfigFile) -> list[Caution]:
    return [
        Caution(CautionKind.RUNS_COMMAND, name, _command(user)) for name, user in file.users.items() if _command(user)
    ]


def _command(user: UserEntry) -> str:
    """Its first word alone: arguments may hold what is nobody's business."""
    return user.exec.command if user.exec is not None else ""


def _of_clusters(file: KubeconfigFile) -> list[Caution]:
    found = []
    for name, cluster in file.clusters.items():
        server = cluster.server or ""
        if urlsplit(server).scheme == "http":
            found.append(Caution(CautionKind.NOT_ENCRYPTED, name, server))
        elif cluster.insecure_skip_tls_verify:
            found.append(Caution(CautionKind.NOT_VERIFIED, name, server))
    return found
