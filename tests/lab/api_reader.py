"""`kubectl get … -o json` without kubectl: tests look at objects thousands of times, and each kubectl costs a third of
a second of processor."""

from __future__ import annotations

import dataclasses
import http
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import urllib3
from kubernetes import client, config

from tests.lab import kernel
from tests.lab.network import NetworkNamespace

_KINDS = {
    "v1": ("Pod", "Service", "Secret", "Node", "Namespace", "ConfigMap", "Event", "ServiceAccount"),
    "apps/v1": ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"),
}
_CLUSTER_WIDE = frozenset({"nodes", "namespaces"})
_TIMEOUT_S = 10


@dataclasses.dataclass(frozen=True)
class _Resource:
    """`plural` as in paths: "pods"."""

    plural: str
    kind: str
    version: str


_RESOURCES = {
    name: _Resource(f"{kind.lower()}s", kind, version)
    for version, kinds in _KINDS.items()
    for kind in kinds
    for name in (kind.lower(), f"{kind.lower()}s")
}


@dataclasses.dataclass(frozen=True)
class Asked:
    """`objects`: resource and name; the name empty: all that `selector` (if any) lets through. `namespace` empty:
    everywhere. `single`: one object was named, and is the answer; else a list is."""

    objects: tuple[tuple[_Resource, str], ...]
    namespace: str
    selector: str
    single: bool


class ApiReader:
    """With the administrator's kubeconfig, and connections that are kept. `netns`: from where the API server is asked,
    whatever becomes of the link to it."""

    def __init__(self, kubeconfig: Path, netns: NetworkNamespace | None) -> None:
        load: Any = config.new_client_from_config
        self._client = load(str(kubeconfig))
        # A network namespace is a thread's: sockets are made in this one.
        self._thread = ThreadPoolExecutor(1, "api-reader", _enter, (netns,))

    def get(self, arguments: Sequence[str]) -> Any:
        """What `kubectl get ARGUMENTS -o json` prints, decoded; None where that is more than is known here. Raises
        RuntimeError where kubectl fails."""
        asked = parse_arguments(arguments)
        if asked is None:
            return None
        answers = [self._thread.submit(self._read, asked, *one).result() for one in asked.objects]
        if asked.single:
            return answers[0]
        items = [item for answer in answers for item in answer.get("items", [answer])]
        return {"apiVersion": "v1", "kind": "List", "items": items}

    def _read(self, asked: Asked, resource: _Resource, name: str) -> Any:
        root = f"/api/{resource.version}" if resource.version == "v1" else f"/apis/{resource.version}"
        place = f"/namespaces/{asked.namespace}" if asked.namespace and resource.plural not in _CLUSTER_WIDE else ""
        path = f"{root}{place}/{resource.plural}" + (f"/{name}" if name else "")
        try:
            method, url, headers, *_ = self._client.param_serialize(
                "GET",
                path,
                query_params=[("labelSelector", asked.selector)] if asked.selector else [],
                header_params={"Accept": "application/json"},
                auth_settings=["BearerToken"],
            )
            answer = self._client.call_api(method, url, header_params=headers, _request_timeout=_TIMEOUT_S)
            data = answer.read()
            if answer.status != http.HTTPStatus.OK:
                raise RuntimeError(f"get {path}: {answer.status} {answer.reason}")
            found = json.loads(data)
        except (OSError, urllib3.exceptions.HTTPError, client.ApiException) as error:
            # A test may have the API server away just now.
            raise RuntimeError(f"get {path}: {error}") from error
        for item in found.get("items") or ():
            # A list's items do not say what they are; kubectl says it for them.
            item.update(apiVersion=resource.version, kind=resource.kind)
        return found


def _enter(netns: NetworkNamespace | None) -> None:
    if netns is not None:
        with open(netns.path, "rb") as there:
            kernel.setns(there.fileno())


def parse_arguments(arguments: Sequence[str]) -> Asked | None:
    """None: only kubectl knows what is meant."""
    words: list[str] = []
    namespace, selector = "default", ""
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word == "-n" and rest:
            namespace = rest.pop(0)
        elif word == "-l" and rest:
            selector = rest.pop(0)
        elif word == "-A":
            namespace = ""
        elif word.startswith("-"):
            return None
        else:
            words.append(word)
    objects = _objects(words)
    if not objects or any(kind.lower() not in _RESOURCES for kind, _ in objects):
        return None
    single = len(objects) == 1 and bool(objects[0][1])
    return Asked(tuple((_RESOURCES[kind.lower()], name) for kind, name in objects), namespace, selector, single)


def _objects(words: list[str]) -> list[tuple[str, str]]:
    """Kinds and names: of "pods,services", of "pod x", of "pod/x deployment/y"; of anything else none."""
    if words and all(word.count("/") == 1 for word in words):
        return [(kind, name) for kind, _, name in (word.partition("/") for word in words)]
    if any("/" in word for word in words) or not 1 <= len(words) <= 2:
        return []
    kinds = words[0].split(",")
    if len(words) == 1:
        return [(kind, "") for kind in kinds]
    return [(kinds[0], words[1])] if len(kinds) == 1 else []
