"""Takes sidecars out of workloads whose owners are gone for good. Off, unless the installer gave the manager the right.

A claim counts as left when its owner was not known here for `after_s` on end: as seen by this process, so that a
manager that was just started, and has not heard of anybody yet, begins to count anew.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import msgspec

from helper.cluster.injection.json_patch import patch_between
from helper.cluster.injection.record import (
    CLAIMS,
    INJECTED_LABEL,
    injection_of_pod,
    pod_of,
    read_record,
    secret_name,
)
from helper.cluster.injection.sidecar_template import restore
from helper.cluster.manager.kube_api import KubeApi, KubeApiError

LOOKS_PER_LIMIT = 10
MIN_PAUSE_S, MAX_PAUSE_S = 1.0, 300.0
_KINDS = {"deployments": "Deployment", "statefulsets": "StatefulSet", "daemonsets": "DaemonSet"}
"""Those that replace their pods by themselves. Bare pods and ReplicaSets are left to `kubeferry repair`."""

log = logging.getLogger(__name__)


_MADE_UP = (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError)
"""What comes of objects that nobody's program wrote: they cost themselves, not the manager."""


class _Claim(msgspec.Struct, frozen=True):
    owner_id: str


class Reaper:
    """`owners`: who is known here now, there or away for less than a lease."""

    def __init__(self, api: KubeApi, after_s: float, owners: Callable[[], frozenset[str]]) -> None:
        self._api = api
        self._after_s = after_s
        self._owners = owners
        self._left_since: dict[str, float] = {}
        """By path of the workload: since when none of its owners is known."""

    async def run(self) -> None:
        """Until cancelled. What cannot be done is logged, and tried again."""
        loop = asyncio.get_running_loop()
        pause_s = min(max(self._after_s / LOOKS_PER_LIMIT, MIN_PAUSE_S), MAX_PAUSE_S)
        log.info("workloads that nobody intercepts any more are restored after %.0f s", self._after_s)
        while True:
            await asyncio.sleep(pause_s)
            try:
                await asyncio.to_thread(self.look, self._owners(), loop.time())
            except KubeApiError as error:
                log.warning("workloads could not be looked through: %s", error)

    def look(self, known: frozenset[str], now: float) -> None:
        """One round, blocking. `known`: ids of owners. Raises KubeApiError when the server cannot be asked."""
        for path, workload in self._due(self._injected(), known, now):
            try:
                self._restore(path, workload)
            except _MADE_UP as error:
                log.warning("%s cannot be restored: somebody changed what the injection left (%r)", path, error)

    def _injected(self) -> dict[str, Any]:
        """By path."""
        found: dict[str, Any] = {}
        for resource, kind in _KINDS.items():
            for item in self._api.get(f"/apis/apps/v1/{resource}?labelSelector={INJECTED_LABEL}%3Dtrue")["items"]:
                meta = item["metadata"]
                path = f"/apis/apps/v1/namespaces/{meta['namespace']}/{resource}/{meta['name']}"
                found[path] = {**item, "kind": kind, "apiVersion": "apps/v1"}
        return found

    def _due(self, found: dict[str, Any], known: frozenset[str], now: float) -> list[tuple[str, Any]]:
        left = {}
        for path, workload in found.items():
            owners = _owners_of(workload)
            if owners is not None and not owners & known:
                left[path] = workload
        self._left_since = {path: self._left_since.get(path, now) for path in left}
        return [(path, left[path]) for path, since in self._left_since.items() if now - since >= self._after_s]

    def _restore(self, path: str, workload: Any) -> None:
        injection_id = _injection_of(workload)
        restored = restore(workload)
        annotations = restored["metadata"].get("annotations") or {}
        annotations.pop(CLAIMS, None)
        if not annotations:
            restored["metadata"].pop("annotations", None)
        try:
            self._api.patch(path, patch_between(workload, restored))
            if injection_id is not None:
                # By the name that only injections make: with our rights nobody's annotation deletes another Secret.
                meta = workload["metadata"]
                name = secret_name(workload["kind"], meta["name"], injection_id)
                self._api.delete(f"/api/v1/namespaces/{meta['namespace']}/secrets/{name}")
        except KubeApiError as error:
            log.warning("%s could not be restored: %s", path, error)
            return
        log.info("%s is restored: its owners have been away for %.0f s", path, self._after_s)


def _injection_of(workload: Any) -> str | None:
    record = read_record(workload)
    return record.injection_id if record is not None else injection_of_pod(pod_of(workload))


def _owners_of(workload: Any) -> frozenset[str] | None:
    """None where it cannot be told: then it is not ours to take away."""
    text = (workload["metadata"].get("annotations") or {}).get(CLAIMS)
    if text is None:
        return frozenset()
    try:
        return frozenset(claim.owner_id for claim in msgspec.json.decode(text, type=list[_Claim]))
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
