"""What runs on every node: containerd, kubelet and kube-proxy, their command lines and configuration."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from tests.cluster.control_plane import Daemon, command
from tests.cluster.plan import DOMAIN, PAUSE_IMAGE, Node, Plan

CONTAINERD_SOCKET = "/run/containerd/containerd.sock"

CONTAINERD = """\
version = 4
root = "{folder}/containerd"
state = "/run/containerd"
oom_score = 0
disabled_plugins = [
  "io.containerd.snapshotter.v1.blockfile", "io.containerd.snapshotter.v1.erofs",
  "io.containerd.differ.v1.erofs", "io.containerd.mount-handler.v1.erofs",
]
[plugins."io.containerd.internal.v1.opt"]
path = "/run/containerd-opt"
[plugins."io.containerd.nri.v1.nri"]
disable = true
[plugins."io.containerd.cri.v1.images"]
snapshotter = "{snapshotter}"
[plugins."io.containerd.cri.v1.images".pinned_images]
sandbox = "{pause}"
[plugins."io.containerd.cri.v1.runtime"]
# Machines without CAP_SYS_RESOURCE cannot lower a container's score below containerd's own.
restrict_oom_score_adj = true
max_container_log_line_size = 262144
[plugins."io.containerd.cri.v1.runtime".cni]
bin_dirs = ["{programs}"]
conf_dir = "{folder}/cni"
use_internal_loopback = true
[plugins."io.containerd.cri.v1.runtime".containerd]
default_runtime_name = "runc"
[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
BinaryName = "{programs}/runc"
SystemdCgroup = false
"""


def daemons(plan: Plan, node: Node) -> list[Daemon]:
    kubelet = {
        "config": str(node.folder / "kubelet.yaml"),
        "kubeconfig": str(node.folder / "kubelet.kubeconfig"),
        "hostname-override": node.name,
        "node-ip": ",".join(node.addresses),
        "root-dir": "/var/lib/kubelet",
        "cert-dir": "/var/lib/kubelet/pki",
    }
    return [
        Daemon("containerd", command(plan, "containerd", {"config": str(node.folder / "containerd.toml")})),
        Daemon("kubelet", command(plan, "kubelet", kubelet)),
        Daemon(
            "kube-proxy",
            command(plan, "kube-proxy", {"config": str(node.folder / "kube-proxy.yaml")}),
            after_api=True,
        ),
    ]


def write(plan: Plan, node: Node) -> None:
    files = {
        "kubelet.yaml": json.dumps(_kubelet(plan, node), indent=1),
        "kube-proxy.yaml": json.dumps(_kube_proxy(node), indent=1),
        "cni/10-bridge.conflist": json.dumps(_pod_network(node), indent=1),
        "resolv.conf": "# Pods with the node's resolver (dnsPolicy Default) have none: nothing leaves the machine.\n",
        "containerd.toml": CONTAINERD.format(
            folder=node.folder, programs=plan.programs, pause=PAUSE_IMAGE, snapshotter=snapshotter(node)
        ),
    }
    for name, text in files.items():
        path = node.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def snapshotter(node: Node) -> str:
    """How layers become a container's files. overlayfs cannot stand on itself, which is what a container's root is."""
    node.folder.mkdir(parents=True, exist_ok=True)
    kind = subprocess.run(["stat", "-f", "-c", "%T", node.folder], capture_output=True, text=True, check=True)
    return "native" if kind.stdout.strip() == "overlayfs" else "overlayfs"


def _kubelet(plan: Plan, node: Node) -> dict[str, Any]:
    pki = plan.certificates
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": f"{pki}/ca.crt"},
        },
        "authorization": {"mode": "Webhook"},
        "tlsCertFile": f"{pki}/serving-{node.name}.crt",
        "tlsPrivateKeyFile": f"{pki}/serving-{node.name}.key",
        "containerRuntimeEndpoint": f"unix://{CONTAINERD_SOCKET}",
        "clusterDNS": [plan.dns_addresses[0]],
        "clusterDomain": DOMAIN,
        "resolvConf": str(node.folder / "resolv.conf"),
        "volumePluginDir": "/var/lib/kubelet/volumeplugins",
        "healthzBindAddress": "127.0.0.1",
        # The machine may have swap, and cgroups of the old kind.
        "cgroupDriver": "cgroupfs",
        "failCgroupV1": False,
        "failSwapOn": False,
        "oomScoreAdj": 0,
        # The machine's disk is somebody else's: images are removed, and pods evicted, only when it is all but full.
        "imageGCHighThresholdPercent": 100,
        "imageGCLowThresholdPercent": 99,
        "evictionHard": {"memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%"},
        # Quicker than upstream's, for tests that wait: a changed ConfigMap is in pods' volumes after 10 s at most.
        "syncFrequency": "10s",
        "nodeStatusUpdateFrequency": "4s",
        "kubeAPIQPS": 100,
        "kubeAPIBurst": 200,
        "eventRecordQPS": 50,
        "registryPullQPS": 0,
        "serializeImagePulls": False,
    }


def _kube_proxy(node: Node) -> dict[str, Any]:
    return {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "clientConnection": {"kubeconfig": str(node.folder / "kube-proxy.kubeconfig")},
        "hostnameOverride": node.name,
        "mode": "iptables",
        "iptables": {"minSyncPeriod": "200ms", "syncPeriod": "30s"},
        "clusterCIDR": ",".join(node.pods),
        "oomScoreAdj": 0,
        "healthzBindAddress": "127.0.0.1:10256",
        "metricsBindAddress": "127.0.0.1:10249",
        # These are sysctls of the whole machine; 0 leaves them alone.
        "conntrack": {"maxPerCore": 0, "min": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s"},
    }


def _pod_network(node: Node) -> dict[str, Any]:
    """Not masqueraded: nothing that a pod sends leaves the nodes."""
    everywhere = [{"dst": "::/0" if ":" in pods else "0.0.0.0/0"} for pods in node.pods]
    addresses = {
        "type": "host-local",
        "ranges": [[{"subnet": pods}] for pods in node.pods],
        "routes": everywhere,
        "dataDir": "/run/cni/addresses",
    }
    bridge = {"type": "bridge", "bridge": "cni0", "isGateway": True, "ipMasq": False, "hairpinMode": True}
    ports = {"type": "portmap", "capabilities": {"portMappings": True}}
    return {"cniVersion": "1.0.0", "name": "pods", "plugins": [bridge | {"ipam": addresses}, ports]}
