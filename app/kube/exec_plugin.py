"""Login commands: exec credential plugins of client.authentication.k8s.io v1 and v1beta1.

Source: https://kubernetes.io/docs/reference/config-api/client-authentication.v1/. The session has no terminal, so a
plugin is always told `interactive: false`; one that insists (interactiveMode Always) is refused with that reason.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from app.domain.errors import ErrorCode, KubeferryError
from app.kube.kubeconfig import ClusterEntry, ExecEntry
from app.kube.kubeconfig_sources import without_added

API_VERSIONS = ("client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1")
EXEC_TIMEOUT_S = 120.0
"""A person may have to find the browser window that the command opened."""

MAX_OUTPUT_BYTES = 1 << 20
STDERR_LINES = 5
STDERR_LINE_LIMIT = 300


@dataclass(frozen=True)
class ExecCredential:
    token: str | None = field(repr=False)
    certificate_pem: str | None = field(repr=False)
    key_pem: str | None = field(repr=False)
    expires_at: datetime.datetime | None


class _Status(msgspec.Struct, frozen=True, rename="camel"):
    token: str | None = None
    client_certificate_data: str | None = None
    client_key_data: str | None = None
    expiration_timestamp: str | None = None


class _Answer(msgspec.Struct, frozen=True, rename="camel"):
    api_version: str = ""
    kind: str = ""
    status: _Status | None = None


async def run_exec_plugin(
    plugin: ExecEntry,
    cluster: ClusterEntry,
    server_url: str,
    ca_pem: str | None,
    environ: Mapping[str, str],
    *,
    timeout_s: float = EXEC_TIMEOUT_S,
) -> ExecCredential:
    """Raises KubeferryError with one of the LOGIN_COMMAND codes."""
    _require_usable(plugin)
    env = {**without_added(environ), **{pair.name: pair.value for pair in plugin.env or ()}}
    env["KUBERNETES_EXEC_INFO"] = exec_info(plugin, cluster, server_url, ca_pem)
    try:
        process = await asyncio.create_subprocess_exec(
            plugin.command,
            *(plugin.args or ()),
            env=env,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
    except (FileNotFoundError, PermissionError) as error:
        hint = (plugin.install_hint or "").strip()
        raise KubeferryError(
            ErrorCode.LOGIN_COMMAND_MISSING, detail=str(error), command=plugin.command, hint=hint
        ) from error
    except OSError as error:
        raise _failed(plugin, f"it cannot be started ({os.strerror(error.errno or 0).lower()})") from error
    try:
        async with asyncio.timeout(timeout_s):
            stdout, stderr = await process.communicate()
    except TimeoutError as error:
        raise _failed(plugin, f"it did not end within {timeout_s:.0f} s") from error
    finally:
        await _end(process)
    last_lines = _last_lines(stderr)
    if process.returncode != 0:
        raise _failed(plugin, _ending(process.returncode or 0), last_lines)
    return parse_exec_answer(plugin, stdout, last_lines)


def exec_info(plugin: ExecEntry, cluster: ClusterEntry, server_url: str, ca_pem: str | None) -> str:
    """The text of KUBERNETES_EXEC_INFO."""
    import base64

    spec: dict[str, object] = {"interactive": False}
    if plugin.provide_cluster_info:
        told: dict[str, object] = {"server": server_url}
        if cluster.tls_server_name:
            told["tls-server-name"] = cluster.tls_server_name
        if cluster.insecure_skip_tls_verify:
            told["insecure-skip-tls-verify"] = True
        if ca_pem is not None:
            told["certificate-authority-data"] = base64.b64encode(ca_pem.encode()).decode()
        if cluster.proxy_url:
            told["proxy-url"] = cluster.proxy_url
        if cluster.exec_config is not None:
            told["config"] = cluster.exec_config
        spec["cluster"] = told
    info = {"apiVersion": plugin.api_version, "kind": "ExecCredential", "spec": spec}
    return msgspec.json.encode(info).decode()


def parse_exec_answer(plugin: ExecEntry, stdout: bytes, last_lines: str = "") -> ExecCredential:
    """Raises KubeferryError; no text of it quotes the answer, which may hold a secret."""
    if len(stdout) > MAX_OUTPUT_BYTES:
        raise _failed(plugin, "its answer is too long", last_lines)
    try:
        answer = msgspec.json.decode(stdout, type=_Answer)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _failed(plugin, "its answer is not an ExecCredential", last_lines) from None
    if answer.kind != "ExecCredential" or answer.status is None:
        raise _failed(plugin, "its answer is not an ExecCredential with a status", last_lines)
    if answer.api_version != plugin.api_version:
        problem = f"it answered as {answer.api_version[:80] or 'nothing'}, the kubeconfig asks for {plugin.api_version}"
        raise _failed(plugin, problem, last_lines)
    status = answer.status
    if (status.client_certificate_data is None) != (status.client_key_data is None):
        raise _failed(plugin, "it gave a certificate without its key, or a key without its certificate", last_lines)
    if not status.token and status.client_certificate_data is None:
        raise _failed(plugin, "it gave neither a token nor a certificate", last_lines)
    expires_at = None
    if status.expiration_timestamp:
        try:
            expires_at = parse_time(status.expiration_timestamp)
        except ValueError as error:
            raise _failed(plugin, "its expirationTimestamp is not a time of RFC 3339", last_lines) from error
    return ExecCredential(status.token, status.client_certificate_data, status.client_key_data, expires_at)


def parse_time(text: str) -> datetime.datetime:
    """A time of RFC 3339, as aware UTC. Raises ValueError."""
    time = datetime.datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError("without a zone")
    return time.astimezone(datetime.UTC)


def _require_usable(plugin: ExecEntry) -> None:
    if plugin.api_version not in API_VERSIONS:
        asked = plugin.api_version or "nothing"
        raise _failed(plugin, f"the kubeconfig asks for apiVersion {asked}; known are {' and '.join(API_VERSIONS)}")
    if plugin.interactive_mode == "Always":
        raise _failed(plugin, "it wants a terminal (interactiveMode: Always); log in with kubectl's own command first")


def _failed(plugin: ExecEntry, problem: str, last_lines: str = "") -> KubeferryError:
    return KubeferryError(ErrorCode.LOGIN_COMMAND_FAILED, detail=last_lines, command=plugin.command, problem=problem)


def _ending(code: int) -> str:
    if code < 0:
        return f"it was ended by {signal.Signals(-code).name}"
    return f"it ended with exit code {code}"


def _last_lines(stderr: bytes) -> str:
    lines = [line.strip()[:STDERR_LINE_LIMIT] for line in stderr.decode("utf-8", "replace").splitlines()]
    return "\n".join([line for line in lines if line][-STDERR_LINES:])


async def _end(process: asyncio.subprocess.Process) -> None:
    """The command and its children, when it did not end by itself (timed out, or nobody waits for it any more)."""
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
