"""Which probes go to the pods directly, seen with what the real injection makes of a workload."""

from __future__ import annotations

import copy
from typing import Any

from app.session.injection_probes import bare_probe_ports
from helper.cluster.injection.sidecar_template import SidecarSpec, inject

WEB: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web", "namespace": "shop"},
    "spec": {
        "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {
                "containers": [
                    {
                        "name": "web",
                        "image": "web:1",
                        "ports": [{"name": "http", "containerPort": 9080}],
                        "readinessProbe": {"httpGet": {"path": "/", "port": "http"}},
                        "livenessProbe": {"tcpSocket": {"port": 9081}},
                        "startupProbe": {"exec": {"command": ["true"]}},
                    },
                    {
                        "name": "other",
                        "image": "other:1",
                        "readinessProbe": {"grpc": {"port": 9090}},
                        "livenessProbe": {"tcpSocket": {"port": 53, "host": "192.0.2.1"}},
                    },
                ]
            },
        }
    },
}


def injected() -> dict[str, Any]:
    return inject(WEB, SidecarSpec("sidecar:1"), "0" * 16, "secret")


def test_without_an_injection_all_are_bare() -> None:
    assert bare_probe_ports(WEB) == (9080, 9081, 9090)


def test_the_injection_leaves_none() -> None:
    assert bare_probe_ports(injected()) == ()


def test_one_that_was_put_back_is_found() -> None:
    """As `kubectl apply` of the original leaves it: its probes, and our sidecar."""
    changed = copy.deepcopy(injected())
    theirs = WEB["spec"]["template"]["spec"]["containers"][0]
    changed["spec"]["template"]["spec"]["containers"][0]["readinessProbe"] = theirs["readinessProbe"]
    assert bare_probe_ports(changed) == (9080,)
