"""One kubeconfig file: parsed into frozen records, with its relative paths made absolute.

The format is https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/; unknown fields are ignored, as kubectl
does. A file that cannot be used becomes one `KubeconfigProblem` that names the file and, where known, the line.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

MAX_FILE_BYTES = 64 << 20
"""Thousands of clusters with their certificates stay far below."""

EXEC_EXTENSION = "client.authentication.k8s.io/exec"
"""The cluster extension that goes to exec plugins with `provideClusterInfo`."""


@dataclass(frozen=True)
class KubeconfigProblem:
    """Why a file cannot be used, in words for its owner. `line` counts from 1."""

    path: str
    problem: str
    line: int | None = None

    def __str__(self) -> str:
        where = self.path if self.line is None else f"{self.path}, line {self.line}"
        return f"{where}: {self.problem}"


class KubeconfigError(Exception):
    """The file cannot be used. Stays inside this package: the outside sees KubeferryError."""

    def __init__(self, problem: KubeconfigProblem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class _Record(msgspec.Struct, frozen=True, rename="kebab"):
    """kubeconfig's field names are kebab-case, apart from those of exec plugins."""


class ClusterEntry(_Record, frozen=True):
    server: str | None = None
    certificate_authority: str | None = None
    certificate_authority_data: str | None = None
    insecure_skip_tls_verify: bool = False
    tls_server_name: str | None = None
    proxy_url: str | None = None
    extensions: list[_Extension] | None = None

    @property
    def exec_config(self) -> Any:
        """What the cluster says to exec plugins, in the plugin's own form."""
        return next((e.extension for e in self.extensions or () if e.name == EXEC_EXTENSION), None)


class _Extension(_Record, frozen=True):
    name: str
    extension: Any = None


class ExecEnv(msgspec.Struct, frozen=True):
    name: str
    value: str = ""

    def __repr__(self) -> str:
        return f"ExecEnv({self.name})"


class ExecEntry(msgspec.Struct, frozen=True, rename="camel"):
    command: str
    api_version: str = ""
    args: list[str] | None = None
    env: list[ExecEnv] | None = None
    install_hint: str | None = None
    interactive_mode: str | None = None
    provide_cluster_info: bool = False

    def __repr__(self) -> str:
        return f"ExecEntry({self.command})"


class AuthProviderEntry(_Record, frozen=True):
    name: str
    config: dict[str, str] | None = None

    def __repr__(self) -> str:
        return f"AuthProviderEntry({self.name})"


class UserEntry(_Record, frozen=True):
    client_certificate: str | None = None
    client_certificate_data: str | None = None
    client_key: str | None = None
    client_key_data: str | None = None
    token: str | None = None
    token_file: str | None = msgspec.field(default=None, name="tokenFile")
    username: str | None = None
    password: str | None = None
    impersonate: str | None = msgspec.field(default=None, name="as")
    impersonate_uid: str | None = msgspec.field(default=None, name="as-uid")
    impersonate_groups: list[str] | None = msgspec.field(default=None, name="as-groups")
    impersonate_extra: dict[str, list[str]] | None = msgspec.field(default=None, name="as-user-extra")
    exec: ExecEntry | None = None
    auth_provider: AuthProviderEntry | None = None

    def __repr__(self) -> str:
        return "UserEntry(…)"


class ContextEntry(_Record, frozen=True):
    cluster: str = ""
    user: str = ""
    namespace: str | None = None


class _NamedCluster(_Record, frozen=True):
    name: str
    cluster: ClusterEntry | None = None


class _NamedUser(_Record, frozen=True):
    name: str
    user: UserEntry | None = None


class _NamedContext(_Record, frozen=True):
    name: str
    context: ContextEntry | None = None


class _File(_Record, frozen=True):
    clusters: list[_NamedCluster] | None = None
    users: list[_NamedUser] | None = None
    contexts: list[_NamedContext] | None = None
    current_context: str | None = None


@dataclass(frozen=True)
class KubeconfigFile:
    """The usable content of one file. `apart`: what its source is called, where it is not merged with others."""

    path: str
    clusters: dict[str, ClusterEntry]
    users: dict[str, UserEntry]
    contexts: dict[str, ContextEntry]
    current_context: str
    apart: str = ""


def read_kubeconfig(path: str) -> KubeconfigFile:
    """Raises KubeconfigError; FileNotFoundError when there is no such file (kubectl passes over those)."""
    try:
        data = Path(path).read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        problem = f"the file cannot be read ({error.strerror or type(error).__name__})"
        raise KubeconfigError(KubeconfigProblem(path, problem)) from error
    if len(data) > MAX_FILE_BYTES:
        raise KubeconfigError(KubeconfigProblem(path, f"the file is larger than {MAX_FILE_BYTES >> 20} MiB"))
    return parse_kubeconfig(data, path)


def parse_kubeconfig(data: bytes, path: str, *, folder: str | None = None) -> KubeconfigFile:
    """`path` names the file in problems, and its folder is where relative paths start, unless `folder` is."""
    try:
        content = yaml.load(data, Loader=_Loader)  # noqa: S506 (a SafeLoader without timestamps)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = None if mark is None else mark.line + 1
        problem = f"this is not valid YAML ({error.problem or error.context})"
        raise KubeconfigError(KubeconfigProblem(path, problem, line)) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise KubeconfigError(KubeconfigProblem(path, "this is not a YAML text")) from error
    try:
        file = msgspec.convert(content if content is not None else {}, _File)
    except msgspec.ValidationError as error:
        raise KubeconfigError(_shape_problem(error, data, path)) from error
    folder = folder or os.path.dirname(os.path.abspath(path))
    return KubeconfigFile(
        path=path,
        clusters=_first_wins(
            (c.name, _absolute_cluster(c.cluster or ClusterEntry(), folder)) for c in file.clusters or ()
        ),
        users=_first_wins((u.name, _absolute_user(u.user or UserEntry(), folder)) for u in file.users or ()),
        contexts=_first_wins((c.name, c.context or ContextEntry()) for c in file.contexts or ()),
        current_context=file.current_context or "",
    )


def decode_data(encoded: str, field: str) -> str:
    """The PEM text in a `…-data` field. Raises ValueError with a sentence that does not show the content."""
    try:
        return base64.b64decode("".join(encoded.split()), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        # No chaining: the cause's text could quote the secret.
        raise ValueError(f"{field} is not base64 of a PEM text") from None


_SAFE_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SAFE_LOADER):  # type: ignore[misc]
    """Without timestamps: `expiry: 2026-01-01` is a text to kubectl."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


T = TypeVar("T")


def _first_wins(pairs: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        found.setdefault(name, value)
    return found


def _absolute(path: str | None, folder: str) -> str | None:
    return os.path.join(folder, path) if path else None


def _absolute_cluster(cluster: ClusterEntry, folder: str) -> ClusterEntry:
    return msgspec.structs.replace(cluster, certificate_authority=_absolute(cluster.certificate_authority, folder))


def _absolute_user(user: UserEntry, folder: str) -> UserEntry:
    plugin = user.exec
    if plugin is not None and os.sep in plugin.command:
        # A bare name is looked up in PATH; a path is relative to the file (client-go, clientcmd/loader.go).
        plugin = msgspec.structs.replace(plugin, command=os.path.join(folder, plugin.command))
    return msgspec.structs.replace(
        user,
        client_certificate=_absolute(user.client_certificate, folder),
        client_key=_absolute(user.client_key, folder),
        token_file=_absolute(user.token_file, folder),
        exec=plugin,
    )


_PATH = re.compile(r" - at `(\$[^`]*)`$")
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")


def _shape_problem(error: msgspec.ValidationError, data: bytes, path: str) -> KubeconfigProblem:
    """The sentence and line of a value of the wrong kind. msgspec names kinds, never values: no secret is quoted."""
    text = str(error)
    found = _PATH.search(text)
    if found is None:
        return KubeconfigProblem(path, f"this is not a kubeconfig ({text})")
    place = found[1].removeprefix("$").lstrip(".") or "the file"
    line = _line_of(data, [(name, index) for name, index in _STEP.findall(found[1])])
    return KubeconfigProblem(path, f"{place}: {text[: found.start()]}", line)


def _line_of(data: bytes, steps: list[tuple[str, str]]) -> int | None:
    node: Any = yaml.compose(data, Loader=_Loader)
    for name, index in steps:
        if name and isinstance(node, yaml.MappingNode):
            node = next((value for key, value in node.value if key.value == name), node)
        elif index.isdigit() and isinstance(node, yaml.SequenceNode):
            node = node.value[int(index)]
    return None if node is None else int(node.start_mark.line) + 1
