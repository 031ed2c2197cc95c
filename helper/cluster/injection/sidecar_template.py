"""Puts the sidecar into a workload's object, and takes it out again. Pure: the objects given are never changed.

`restore` does not put back what was read once: others may have changed the workload meanwhile, and their changes
stay. It takes away what `inject` added, and turns back what `inject` turned, where that still is as `inject` left it.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from helper.cluster.api import FIRST_PROBE_PORT, JOIN_DIR, SIDECAR_CONTAINER, SIDECAR_READY_FILE
from helper.cluster.injection.record import (
    INJECTED_LABEL,
    INJECTION_ID,
    PROBE_FLAG,
    RECORD,
    MovedProbe,
    Record,
    containers_of,
    injection_of,
    pod_of,
    probe_ports,
    read_record,
    write_record,
)

Object = dict[str, Any]

RUN_VOLUME = "kubeferry-run"
JOIN_VOLUME = "kubeferry-join"
COMMAND = ("python3", "-m", "helper.cluster.sidecar")

READY_TENTHS = 100
"""How long other containers wait for the sidecar, in tenths of a second; then they start without it."""

_PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
_ACTIONS = ("httpGet", "tcpSocket", "grpc")
_OUR_SUFFIX = f"/{SIDECAR_CONTAINER}"
_RUN_DIR = SIDECAR_READY_FILE.rpartition("/")[0]
_WAIT_UNTIL_READY = (
    f"n=0; while [ ! -e {SIDECAR_READY_FILE} ] && [ $n -lt {READY_TENTHS} ]; do sleep 0.1; n=$((n+1)); done; exit 0"
)


@dataclass(frozen=True)
class SidecarSpec:
    """What can be chosen about a sidecar. `native`: the server has init containers that go on (from 1.29).

    `command`: something else in its place, for tests.
    """

    image: str
    pull_policy: str = "IfNotPresent"
    pull_secret: str | None = None
    native: bool = True
    command: tuple[str, ...] = COMMAND


def inject(workload: Object, sidecar: SidecarSpec, injection_id: str, secret: str) -> Object:
    """What the workload is with the sidecar; it itself where it has it already."""
    if injection_of(workload) is not None:
        return workload
    changed = restore(workload)
    created: list[str] = []
    pod = pod_of(changed)
    probes = tuple(_move_probes(pod["spec"]))
    arguments = [
        word
        for moved, original in sorted({probe.moved: _resolved(pod["spec"], probe) for probe in probes}.items())
        for word in (PROBE_FLAG, f"{moved}={original}")
    ]
    place = "initContainers" if sidecar.native else "containers"
    at = "" if pod is changed else "spec.template."
    _ensure(changed, f"{at}spec.{place}", list, created).insert(0, _container(sidecar, arguments))
    _ensure(changed, f"{at}spec.volumes", list, created).extend(_volumes(secret))
    added = _add_pull_secret(changed, f"{at}spec", sidecar.pull_secret, created)
    _ensure(changed, f"{at}metadata", dict, created)
    _ensure(changed, f"{at}metadata.annotations", dict, created)[INJECTION_ID] = injection_id
    _ensure(changed, "metadata.labels", dict, created)[INJECTED_LABEL] = "true"
    annotations = _ensure(changed, "metadata.annotations", dict, created)
    annotations[RECORD] = write_record(Record(injection_id, secret, probes, tuple(created), added))
    return changed


def restore(workload: Object) -> Object:
    """What the workload is without the sidecar, also where the record of the injection is lost or half gone."""
    restored = copy.deepcopy(workload)
    record = read_record(restored)
    pod = pod_of(restored)
    spec = pod["spec"]
    _put_probes_back(spec, record.probes if record is not None else ())
    for key in ("initContainers", "containers"):
        _remove(spec, key, lambda container: container.get("name") == SIDECAR_CONTAINER)
    _remove(spec, "volumes", lambda volume: volume.get("name") in (RUN_VOLUME, JOIN_VOLUME))
    if record is not None and record.pull_secret:
        _remove(spec, "imagePullSecrets", lambda secret: secret.get("name") == record.pull_secret)
    # Old servers add one of their own about our container (container.seccomp.security.alpha.kubernetes.io/…).
    about_ours = [key for key in (pod.get("metadata") or {}).get("annotations") or () if key.endswith(_OUR_SUFFIX)]
    for holder, key, name in (
        *((pod["metadata"], "annotations", name) for name in (INJECTION_ID, *about_ours) if pod.get("metadata")),
        (restored["metadata"], "labels", INJECTED_LABEL),
        (restored["metadata"], "annotations", RECORD),
    ):
        if name in (holder.get(key) or {}):
            del holder[key][name]
    # Children before their parents: a template's metadata may have been made for its annotations alone.
    for path in reversed(record.created if record is not None else ()):
        _drop_if_empty(restored, path)
    return restored


def _container(sidecar: SidecarSpec, arguments: list[str]) -> Object:
    container: Object = {
        "name": SIDECAR_CONTAINER,
        "image": sidecar.image,
        "imagePullPolicy": sidecar.pull_policy,
        "command": list(sidecar.command),
        "lifecycle": {"postStart": {"exec": {"command": ["sh", "-c", _WAIT_UNTIL_READY]}}},
        "resources": {"requests": {"cpu": "10m", "memory": "48Mi"}, "limits": {"memory": "256Mi"}},
        "securityContext": {
            "runAsUser": 0,
            "runAsGroup": 0,
            "runAsNonRoot": False,
            "privileged": False,
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "seccompProfile": {"type": "RuntimeDefault"},
            # NET_ADMIN: the TUN device and the pod's nftables. MKNOD: /dev/net/tun.
            "capabilities": {"drop": ["ALL"], "add": ["NET_ADMIN", "MKNOD"]},
        },
        "volumeMounts": [
            {"name": RUN_VOLUME, "mountPath": _RUN_DIR},
            {"name": JOIN_VOLUME, "mountPath": JOIN_DIR, "readOnly": True},
        ],
    }
    if arguments:
        container["args"] = arguments
    if sidecar.native:
        container["restartPolicy"] = "Always"
    return container


def _volumes(secret: str) -> list[Object]:
    """A pod that starts when the Secret is gone already (the rollout that takes the sidecar away is held up, say) has
    to start all the same: the sidecar then does nothing."""
    return [
        {"name": RUN_VOLUME, "emptyDir": {"medium": "Memory", "sizeLimit": "16Mi"}},
        {"name": JOIN_VOLUME, "secret": {"secretName": secret, "defaultMode": 0o400, "optional": True}},
    ]


def _add_pull_secret(workload: Object, spec_path: str, name: str | None, created: list[str]) -> str:
    if not name or name in {secret.get("name") for secret in _at(workload, spec_path).get("imagePullSecrets") or ()}:
        return ""
    _ensure(workload, f"{spec_path}.imagePullSecrets", list, created).append({"name": name})
    return name


def _move_probes(pod_spec: Object) -> Iterator[MovedProbe]:
    """Sends probes to ports that no intercept takes: one for each original port of the pod."""
    moved: dict[int, int] = {}
    for container, name, action, target in _probe_targets(pod_spec):
        port = target["port"]
        number = port_number(container, port)
        if number is None or target.get("host"):
            # Of another host, or of a port that nobody can tell: it does not come through the pod's inbound traffic.
            continue
        target["port"] = moved.setdefault(number, FIRST_PROBE_PORT + len(moved))
        yield MovedProbe(container["name"], name, action, port, target["port"])


def _put_probes_back(pod_spec: Object, probes: tuple[MovedProbe, ...]) -> None:
    """Those that still go where we sent them. One that was copied into another container or probe goes back too."""
    ports = probe_ports(pod_spec)
    known = {(probe.container, probe.probe, probe.action): probe for probe in probes}
    for container, name, action, target in _probe_targets(pod_spec):
        ours = known.get((container["name"], name, action))
        if ours is not None and target["port"] == ours.moved:
            target["port"] = ours.port
        elif target["port"] in ports:
            target["port"] = ports[target["port"]]


def _probe_targets(pod_spec: Object) -> Iterator[tuple[Object, str, str, Object]]:
    for container in containers_of(pod_spec):
        for name in _PROBES:
            for action in _ACTIONS:
                target = (container.get(name) or {}).get(action)
                if target and "port" in target:
                    yield container, name, action, target


def _resolved(pod_spec: Object, probe: MovedProbe) -> int:
    container = next(one for one in containers_of(pod_spec) if one["name"] == probe.container)
    return port_number(container, probe.port) or 0


def port_number(container: Object, port: int | str) -> int | None:
    """As the kubelet does: a name is one of the container's own ports. None: it has no such port."""
    if isinstance(port, int):
        return port
    for declared in container.get("ports") or ():
        if declared.get("name") == port:
            return int(declared["containerPort"])
    return int(port) if port.isdigit() else None


def _at(workload: Object, path: str) -> Any:
    found: Any = workload
    for key in path.split("."):
        found = found[key]
    return found


def _ensure(workload: Object, path: str, kind: type[Any], created: list[str]) -> Any:
    """The list or dict at `path`, made where there is none."""
    parent, _, key = path.rpartition(".")
    holder = _at(workload, parent) if parent else workload
    if holder.get(key) is None:
        holder[key] = kind()
        created.append(path)
    return holder[key]


def _drop_if_empty(workload: Object, path: str) -> None:
    parent, _, key = path.rpartition(".")
    try:
        holder = _at(workload, parent) if parent else workload
    except (KeyError, TypeError):
        return
    if isinstance(holder, dict) and key in holder and not holder[key]:
        del holder[key]


def _remove(holder: Object, key: str, ours: Any) -> None:
    found = holder.get(key)
    if found and any(map(ours, found)):
        holder[key] = [item for item in found if not ours(item)]
