"""What app and cluster agree on: names, labels, ports. The only module of `helper.cluster` that the app imports."""

from __future__ import annotations

import hashlib

MANAGER_NAME = "kubeferry-manager"
"""Of the Deployment, the Service for sidecars and the Secret with the manager's keys."""

DEFAULT_MANAGER_NAMESPACE = "kubeferry"
MANAGER_LABELS = {"app.kubernetes.io/name": "kubeferry", "app.kubernetes.io/component": "manager"}
MANAGER_PORT = 7070
"""On 127.0.0.1 of the manager's pod only: to reach it takes the right `pods/portforward`."""

SIDECAR_PORT = 7071
"""On the pod network, TLS: for sidecars that have a token."""

MANAGER_KEYS_DIR = "/etc/kubeferry"
"""Where the manager's Secret is mounted: tls.crt and tls.key (PEM), join.key (32 bytes or more)."""

REAP_AFTER_VARIABLE = "KUBEFERRY_REAP_AFTER_S"
"""Of the manager's environment: after so many seconds it restores workloads whose owners are gone. Unset: never."""

MANAGER_TLS_NAME = "kubeferry-manager"
"""The name in the manager's certificate, whatever address it is reached by."""

JOIN_DIR = "/etc/kubeferry-join"
"""Where a sidecar's Secret is mounted: `token`, `manager.crt` (PEM, pinned) and `join.json`."""

ENVOY_PROGRAM = "/opt/kubeferry/bin/envoy"
"""In the sidecar's image."""

SIDECAR_CONTAINER = "kubeferry-sidecar"
SIDECAR_READY_FILE = "/run/kubeferry/ready"
"""There once the probes' way to the original containers is set: other containers need not wait any longer."""

FIRST_PROBE_PORT = 15700
"""Probes of the original containers are sent to ports from here on, which no intercept ever takes."""

ENVOY_PORT = 15690
RELAY_PORT = 15691
"""The sidecar's own listeners."""

DEFAULT_MANAGER_IMAGE = "kubeferry.local/manager:0.1.0"
DEFAULT_SIDECAR_IMAGE = "kubeferry.local/sidecar:0.1.0"
VIRTUAL_SUBNET4 = "198.19.0.0/16"
VIRTUAL_SUBNET6 = "fd6b:7562:6566::/64"


def owner_id(client_id: str) -> str:
    """What others may know of an installation. The client id itself re-claims leases, and stays secret."""
    return hashlib.sha256(b"kubeferry owner " + client_id.encode()).hexdigest()[:12]
