"""What app and cluster agree on: names, labels, ports. The only module of `helper.cluster` that the app imports."""

from __future__ import annotations

MANAGER_NAME = "kubeferry-manager"
DEFAULT_MANAGER_NAMESPACE = "kubeferry"
MANAGER_LABELS = {"app.kubernetes.io/name": "kubeferry", "app.kubernetes.io/component": "manager"}
MANAGER_PORT = 7070
"""On 127.0.0.1 of the manager's pod only: to reach it takes the right `pods/portforward`."""

DEFAULT_MANAGER_IMAGE = "kubeferry.local/manager:0.1.0"
VIRTUAL_SUBNET4 = "198.19.0.0/16"
VIRTUAL_SUBNET6 = "fd6b:7562:6566::/64"
