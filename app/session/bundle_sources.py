"""What goes into the diagnostics bundle, and where it comes from. Every source may fail, and then says so itself.

Read without privileges and without asking anything of the network but the API server.
"""

from __future__ import annotations

import asyncio
import platform
import sys
from collections.abc import Callable, Iterable
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

import msgspec

from app.domain.catalogue import explain
from app.domain.checks import Check
from app.domain.errors import KubeferryError, Problem
from app.domain.redaction import redact_value
from app.kube.api import ApiClient
from app.kube.contexts import load_kubeconfig
from app.kube.credentials import Login
from app.kube.kubeconfig import UserEntry
from app.kube.manager_pods import MANAGER_SELECTOR
from app.platform.paths import session_log, state_dir
from app.session import bundle
from app.session import messages as m
from app.session.bundle import Content
from app.session.cluster_link import environment, places_to_look
from app.session.helper_link import HelperLink
from app.session.machine_facts import network_text

LOG_TAIL_BYTES = 1 << 20
MANAGER_LOG_LINES = 400
CLUSTER_S = 15.0
"""How long the cluster has for its part: a bundle is wanted most when it does not answer."""

_POD_LABELS = ("app.kubernetes.io/name", "app.kubernetes.io/version", "pod-template-hash")


async def collect(
    context: str | None,
    kubeconfig: str | None,
    namespace: str | None,
    checks: Iterable[Check],
    snapshot: m.Snapshot | None,
) -> bytes:
    """Returns the archive. `snapshot`: what the session says; None when none runs."""
    secrets = await asyncio.to_thread(_known_secrets, kubeconfig)
    contents = [
        Content(bundle.VERSIONS, await asyncio.to_thread(_versions)),
        Content(bundle.DOCTOR, await asyncio.to_thread(_json, list(checks), secrets)),
        Content(bundle.STATUS, await asyncio.to_thread(_json, None if snapshot is None else snapshot.status, secrets)),
        Content(
            bundle.RECONNECTS, await asyncio.to_thread(_json, () if snapshot is None else snapshot.reconnects, secrets)
        ),
        Content(bundle.SESSION_LOG, await asyncio.to_thread(_log_tail)),
        Content(bundle.HELPER, await _helper(snapshot)),
        Content(bundle.NETWORK, await asyncio.to_thread(network_text)),
        *await _cluster(context, kubeconfig, namespace, secrets),
    ]
    return await asyncio.to_thread(bundle.packed, contents, secrets)


def _json(value: Any, secrets: Iterable[str]) -> str:
    """Made safe text by text, so that it stays JSON."""
    safe = redact_value(msgspec.to_builtins(value), secrets)
    return msgspec.json.format(msgspec.json.encode(safe), indent=2).decode() + "\n"


def _versions() -> str:
    lines = [
        f"kubeferry {_installed('kubeferry')}",
        f"session protocol {m.SESSION_PROTOCOL_VERSION}",
        f"python {platform.python_version()} ({sys.platform}, {platform.machine()})",
        f"kernel {platform.system()} {platform.release()}",
        *(f"{name} {_installed(name)}" for name in ("PySide6-Essentials", "picows", "msgspec", "cryptography")),
    ]
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        lines.append("distribution unknown")
    else:
        lines.append(f"distribution {release.get('PRETTY_NAME', release.get('ID', 'unknown'))}")
    return "\n".join(lines) + "\n"


def _installed(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "unknown"


def _log_tail() -> str:
    """A log that cannot be read is worth a line, not a failure."""
    try:
        with session_log().open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - LOG_TAIL_BYTES))
            return file.read(LOG_TAIL_BYTES).decode("utf-8", "replace")
    except FileNotFoundError:
        return "there is no log yet\n"
    except (OSError, KubeferryError) as error:
        return f"cannot be read: {error}\n"


async def _helper(snapshot: m.Snapshot | None) -> str:
    lines = []
    if snapshot is not None and snapshot.status.facts.connection_id:
        facts = snapshot.status.facts
        lines.append(f"the session holds connection {facts.connection_id} on {facts.interface}")
    try:
        helper = await HelperLink.connect()
    except KubeferryError as error:
        return "\n".join([*lines, f"does not serve: {error.code}: {explain(Problem.of(error)).what}", ""])
    try:
        lines.append(f"answers, version {helper.version}")
        if snapshot is not None and snapshot.status.facts.connection_id:
            holds = await helper.holds(snapshot.status.facts.connection_id)
            lines.append(f"{'holds' if holds else 'does not hold'} that connection")
    except KubeferryError as error:
        lines.append(f"failed: {error.code}")
    finally:
        helper.close()
    return "\n".join([*lines, ""])


async def _cluster(
    context: str | None, kubeconfig: str | None, namespace: str | None, secrets: Iterable[str]
) -> list[Content]:
    try:
        async with asyncio.timeout(CLUSTER_S):
            environ = environment(kubeconfig)
            chosen = (await asyncio.to_thread(load_kubeconfig, environ)).select(context)
            async with ApiClient(Login(chosen, environ)) as api:
                return await _manager(api, places_to_look(None, namespace or chosen.namespace), secrets)
    except KubeferryError as error:
        told = explain(Problem.of(error)).what
    except TimeoutError:
        told = f"no answer within {CLUSTER_S:.0f} s"
    return [Content(bundle.MANAGER, _json({"problem": told}, secrets))]


async def _manager(api: ApiClient, places: tuple[str, ...], secrets: Iterable[str]) -> list[Content]:
    query: dict[str, str | int | bool] = {"tailLines": MANAGER_LOG_LINES, "container": "manager", "timestamps": True}
    pods: list[dict[str, Any]] = []
    logs: list[str] = []
    problems: list[str] = []
    for place in places:
        path = f"/api/v1/namespaces/{place}/pods"
        try:
            found, _ = await api.list_all(path, query={"labelSelector": MANAGER_SELECTOR})
            pods += [_pod_state(pod) for pod in found]
            for pod in found:
                name = pod.get("metadata", {}).get("name", "")
                logs.append(f"== {place}/{name}\n{await api.get_text(f'{path}/{name}/log', query=query)}")
        except KubeferryError as error:
            problems.append(f"{place}: {explain(Problem.of(error)).what}")
    told = {"looked_in": places, "problems": problems, "pods": pods}
    text = "\n".join(logs) or "no log could be read\n"
    return [Content(bundle.MANAGER, _json(told, secrets)), Content(bundle.MANAGER_LOG, text)]


def _pod_state(pod: dict[str, Any]) -> dict[str, Any]:
    """Its state and not its template: an environment is nobody's business."""
    meta, spec = pod.get("metadata", {}), pod.get("spec", {})
    labels = meta.get("labels") or {}
    return {
        "name": meta.get("name"),
        "namespace": meta.get("namespace"),
        "created": meta.get("creationTimestamp"),
        "deleted": meta.get("deletionTimestamp"),
        "labels": {name: labels[name] for name in _POD_LABELS if name in labels},
        "node": spec.get("nodeName"),
        "images": [container.get("image") for container in spec.get("containers") or ()],
        "status": pod.get("status", {}),
    }


def _known_secrets(kubeconfig: str | None) -> tuple[str, ...]:
    """What is secret on this machine and might have found its way into a text."""
    found: list[str] = []
    for read in (_client_id, partial(_kubeconfig_secrets, kubeconfig)):
        found += _or_nothing(read)
    return tuple(dict.fromkeys(secret for secret in found if secret))


def _or_nothing(read: Callable[[], list[str]]) -> list[str]:
    try:
        return read()
    except (OSError, KubeferryError, ValueError):
        return []


def _client_id() -> list[str]:
    path: Path = state_dir() / "client-id"
    return [path.read_text(encoding="ascii", errors="replace").strip()]


def _kubeconfig_secrets(kubeconfig: str | None) -> list[str]:
    config = load_kubeconfig(environment(kubeconfig))
    return [secret for file in config.files for user in file.users.values() for secret in _user_secrets(user)]


def _user_secrets(user: UserEntry) -> list[str]:
    found: list[str | None] = [user.token, user.password, user.client_key_data, user.client_certificate_data]
    if user.token_file:
        found += _or_nothing(lambda: [Path(user.token_file or "").read_text(encoding="utf-8").strip()])
    if user.exec is not None:
        found += [pair.value for pair in user.exec.env or () if len(pair.value) >= 12]
    if user.auth_provider is not None:
        found += [str(value) for value in (user.auth_provider.config or {}).values() if len(str(value)) >= 16]
    return [secret for secret in found if secret]
