"""Workloads as an API server gives them, for these tests; and a strategy that makes up others."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

Object = dict[str, Any]


def container(name: str = "app", **more: Any) -> Object:
    return {"name": name, "image": "app:1", "ports": [{"name": "http", "containerPort": 9080}], **more}


def deployment(*containers: Object, pod: Object | None = None, **metadata: Any) -> Object:
    spec = {"containers": list(containers) or [container()], **(pod or {})}
    template = {"metadata": {"labels": {"app": "web"}}, "spec": spec}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "shop", "uid": "u1", "resourceVersion": "7", **metadata},
        "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": template},
    }


def bare_pod(*containers: Object, **metadata: Any) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "till", "namespace": "shop", "uid": "u2", "resourceVersion": "7", **metadata},
        "spec": {"containers": list(containers) or [container()], "nodeName": "node1"},
        "status": {"phase": "Running"},
    }


def probed(action: str = "httpGet", port: int | str = 9080, **more: Any) -> Object:
    return {action: {"port": port, **more}, "periodSeconds": 3}


_NAMES = st.sampled_from(["app", "log", "cache", "wait", "seed"])
_PORTS = st.one_of(st.integers(1, 65535), st.sampled_from(["http", "admin", "8080", "nowhere"]))
_TEXTS = st.dictionaries(st.sampled_from(["a", "b.example.com/c", "team"]), st.sampled_from(["", "x", "1"]))
_ACTIONS = st.one_of(
    st.fixed_dictionaries({"httpGet": st.fixed_dictionaries({"port": _PORTS}, optional={"host": st.just("h")})}),
    st.fixed_dictionaries({"tcpSocket": st.fixed_dictionaries({"port": _PORTS})}),
    st.fixed_dictionaries({"grpc": st.fixed_dictionaries({"port": st.integers(1, 65535)})}),
    st.just({"exec": {"command": ["true"]}}),
)
_CONTAINERS = st.fixed_dictionaries(
    {"name": _NAMES, "image": st.just("i:1")},
    optional={
        "ports": st.lists(
            st.fixed_dictionaries(
                {"containerPort": st.integers(1, 65535)}, optional={"name": st.sampled_from(["http", "admin"])}
            ),
            max_size=3,
        ),
        "livenessProbe": _ACTIONS,
        "readinessProbe": _ACTIONS,
        "startupProbe": _ACTIONS,
        "args": st.lists(st.sampled_from(["--probe", "15700=1", "x"]), max_size=3),
    },
)


def _unique() -> st.SearchStrategy[list[Object]]:
    return st.lists(_CONTAINERS, unique_by=lambda one: str(one["name"]), max_size=3)


_POD_SPECS = st.fixed_dictionaries(
    {"containers": st.lists(_CONTAINERS, unique_by=lambda one: str(one["name"]), min_size=1, max_size=3)},
    optional={
        "initContainers": _unique().map(
            lambda found: [one | {"name": f"init-{one['name']}", "restartPolicy": "Always"} for one in found]
        ),
        "volumes": st.lists(st.sampled_from([{"name": "data", "emptyDir": {}}, {"name": "more", "emptyDir": {}}])),
        "imagePullSecrets": st.lists(st.sampled_from([{"name": "registry"}, {"name": "other"}]), max_size=2),
        "securityContext": st.just({"runAsNonRoot": True}),
    },
)
_METADATA = st.fixed_dictionaries({}, optional={"annotations": _TEXTS, "labels": _TEXTS})


@st.composite
def any_workload(draw: st.DrawFn) -> Object:
    """A Deployment or a bare Pod, with any of the keys missing, empty or full."""
    made = draw(st.sampled_from([deployment(), bare_pod()]))
    made = copy.deepcopy(made)
    made["metadata"] |= draw(_METADATA)
    spec = draw(_POD_SPECS)
    if made["kind"] == "Pod":
        made["spec"] = spec
    else:
        made["spec"]["template"] = draw(st.sampled_from([{}, {"metadata": {}}])) | {"spec": spec}
        if draw(st.booleans()):
            made["spec"]["template"]["metadata"] = draw(_METADATA)
    return made
