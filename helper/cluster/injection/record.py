"""What an injection changed in a workload, written down at the workload itself, so that anybody can undo it.

It stands in the annotation RECORD of the object's metadata. Where somebody removed that, what matters of it is read
from the sidecar itself: its arguments tell which probe port stands for which.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import msgspec

from helper.cluster.api import SIDECAR_CONTAINER
from helper.protocol.intercepts import InjectionId

RECORD = "kubeferry.io/injection"
CLAIMS = "kubeferry.io/intercepts"
"""Annotation beside it: whose the workload's traffic is."""

INJECTED_LABEL = "kubeferry.io/injected"
"""On the object alone, not on its pods: by it injected workloads are found."""

INJECTION_ID = "kubeferry.io/injection-id"
"""Annotation of the pods: by it a pod of this injection is told from those of before and after."""

PROBE_FLAG = "--probe"
_PORT_PAIR = re.compile(r"([0-9]{1,5})=([0-9]{1,5})")
_INJECTION_ID = re.compile(r"[0-9a-f]{16}")
MANIFEST_MARK = "kubernetes.io/config.mirror"
"""Annotation of pods that are files on a node."""


class MovedProbe(msgspec.Struct, frozen=True, omit_defaults=True):
    """`port` is what stood in `container`'s `probe` under `action` (httpGet, …), and `moved` what stands there now."""

    container: str
    probe: str
    action: str
    port: int | str
    moved: int


class Record(msgspec.Struct, frozen=True, omit_defaults=True):
    """`created`: keys that were not there before, as paths of the object; they go when they are empty again.

    `pull_secret`: its name, where it was added. `secret` is for people to read: whoever may change the workload may
    write any name there, so what is deleted or written is `secret_name` alone.
    """

    injection_id: InjectionId
    secret: str
    probes: tuple[MovedProbe, ...] = ()
    created: tuple[str, ...] = ()
    pull_secret: str = ""


def read_record(workload: Mapping[str, Any]) -> Record | None:
    """None: there is no injection, or somebody took its record away (see `is_injected`)."""
    text = (workload["metadata"].get("annotations") or {}).get(RECORD)
    if text is None:
        return None
    try:
        return msgspec.json.decode(text, type=Record)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def secret_name(kind: str, name: str, injection_id: str) -> str:
    """Of the Secret beside a workload. Another for every injection, so that two that start at once do not write over
    each other's. `injection_id` is one (see `injection_of`): it becomes part of a path."""
    return f"kubeferry-{kind.lower()}-{name[:200].rstrip('.-')}-{injection_id}"


def write_record(record: Record) -> str:
    return msgspec.json.encode(record).decode()


def pod_of(workload: Mapping[str, Any]) -> Any:
    """The part that has `metadata` and `spec` of the pods: the template, or a bare pod itself."""
    return workload if workload.get("kind") == "Pod" else workload["spec"]["template"]


def containers_of(pod_spec: Mapping[str, Any]) -> Iterator[Any]:
    """All of them but ours, in the order in which they start."""
    for key in ("initContainers", "containers"):
        for container in pod_spec.get(key) or ():
            if container.get("name") != SIDECAR_CONTAINER:
                yield container


def sidecar_of(pod_spec: Mapping[str, Any]) -> Any:
    """Our container; None where there is none."""
    for key in ("initContainers", "containers"):
        for container in pod_spec.get(key) or ():
            if container.get("name") == SIDECAR_CONTAINER:
                return container
    return None


def injection_of(workload: Mapping[str, Any]) -> str | None:
    """The id of the injection that is in force: its sidecar is in the pods. None: a new one has to be made."""
    pod = pod_of(workload)
    if sidecar_of(pod["spec"]) is None:
        return None
    record = read_record(workload)
    if record is not None:
        return record.injection_id
    return injection_of_pod(pod)


def injection_of_pod(pod: Mapping[str, Any]) -> str | None:
    """Of a template or of a pod that was made from it."""
    found = ((pod.get("metadata") or {}).get("annotations") or {}).get(INJECTION_ID)
    return found if isinstance(found, str) and _INJECTION_ID.fullmatch(found) else None


def is_injected(workload: Mapping[str, Any]) -> bool:
    """Is there anything of ours, also if somebody removed half of it?"""
    metadata, pod = workload["metadata"], pod_of(workload)
    return (
        RECORD in (metadata.get("annotations") or {})
        or INJECTED_LABEL in (metadata.get("labels") or {})
        or sidecar_of(pod["spec"]) is not None
    )


def probe_ports(pod_spec: Mapping[str, Any]) -> dict[int, int]:
    """Probe port to original port, as the sidecar is told."""
    sidecar = sidecar_of(pod_spec)
    arguments: list[str] = list(sidecar.get("args") or ()) if sidecar is not None else []
    ports: dict[int, int] = {}
    for flag, value in pairwise(arguments):
        pair = _PORT_PAIR.fullmatch(value) if flag == PROBE_FLAG else None
        if pair is not None:
            ports[int(pair[1])] = int(pair[2])
    return ports
