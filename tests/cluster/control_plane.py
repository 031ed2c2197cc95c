"""etcd and the control plane's daemons: command lines and configuration (flags: kubernetes.io, "Component tools")."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import msgspec

from tests.cluster.plan import API_PORT, DOMAIN, PODS, Plan

ETCD = "http://127.0.0.1:2379"
_ETCD_PEER = "http://127.0.0.1:2380"


class Daemon(msgspec.Struct, frozen=True):
    """`after_api`: is started when the API server is ready; started before, it would complain, and try again later."""

    name: str
    argv: tuple[str, ...]
    after_api: bool = False


def command(plan: Plan, program: str, flags: Mapping[str, str]) -> tuple[str, ...]:
    return (str(plan.programs / program), *(f"--{name}={value}" for name, value in flags.items()))


def daemons(plan: Plan) -> list[Daemon]:
    """In the order of their start."""
    later = {"kube-controller-manager": _controller_manager(plan), "kube-scheduler": _scheduler(plan)}
    return [
        Daemon("etcd", command(plan, "etcd", _etcd())),
        Daemon("kube-apiserver", command(plan, "kube-apiserver", _apiserver(plan))),
        *(Daemon(name, command(plan, name, flags), after_api=True) for name, flags in later.items()),
    ]


def _etcd() -> dict[str, str]:
    """Its data are in memory: /run of a node is a tmpfs. A cluster whose first node ended starts anew."""
    return {
        "data-dir": "/run/etcd",
        "listen-client-urls": ETCD,
        "advertise-client-urls": ETCD,
        "listen-peer-urls": _ETCD_PEER,
        "initial-advertise-peer-urls": _ETCD_PEER,
        "initial-cluster": f"default={_ETCD_PEER}",
        "log-level": "warn",
        "unsafe-no-fsync": "true",
    }


def _apiserver(plan: Plan) -> dict[str, str]:
    pki = plan.certificates
    return {
        "advertise-address": plan.api_addresses[0],
        "bind-address": "::" if plan.ipv6 else "0.0.0.0",
        "secure-port": str(API_PORT),
        "etcd-servers": ETCD,
        "service-cluster-ip-range": ",".join(plan.services),
        "allow-privileged": "true",
        "authorization-mode": "Node,RBAC",
        "enable-admission-plugins": "NodeRestriction",
        "client-ca-file": f"{pki}/ca.crt",
        "tls-cert-file": f"{pki}/apiserver.crt",
        "tls-private-key-file": f"{pki}/apiserver.key",
        "kubelet-certificate-authority": f"{pki}/ca.crt",
        "kubelet-client-certificate": f"{pki}/kubelet-client.crt",
        "kubelet-client-key": f"{pki}/kubelet-client.key",
        "kubelet-preferred-address-types": "InternalIP",
        "service-account-issuer": f"https://kubernetes.default.svc.{DOMAIN}",
        "service-account-key-file": f"{pki}/service-accounts.pub",
        "service-account-signing-key-file": f"{pki}/service-accounts.key",
        "proxy-client-cert-file": f"{pki}/front-proxy-client.crt",
        "proxy-client-key-file": f"{pki}/front-proxy-client.key",
        "requestheader-client-ca-file": f"{pki}/front-proxy-ca.crt",
        "requestheader-allowed-names": "front-proxy-client",
        "requestheader-username-headers": "X-Remote-User",
        "requestheader-group-headers": "X-Remote-Group",
        "requestheader-extra-headers-prefix": "X-Remote-Extra-",
        "profiling": "false",
    }


def _access(plan: Plan, name: str) -> dict[str, str]:
    kubeconfig = str(plan.nodes[0].folder / f"{name}.kubeconfig")
    return {
        "authentication-kubeconfig": kubeconfig,
        "authorization-kubeconfig": kubeconfig,
        "bind-address": "127.0.0.1",
        "cert-dir": f"/run/{name}",
    }


def _controller_manager(plan: Plan) -> dict[str, str]:
    name, pki = "kube-controller-manager", plan.certificates
    # The controller hands out ranges of pods in an order of its own; nodes have routes to each other's ranges before
    # they register, so theirs are written by whoever starts the cluster.
    return _access(plan, name) | {
        "kubeconfig": str(plan.nodes[0].folder / f"{name}.kubeconfig"),
        "leader-elect": "false",
        "use-service-account-credentials": "true",
        "root-ca-file": f"{pki}/ca.crt",
        "service-account-private-key-file": f"{pki}/service-accounts.key",
        "cluster-signing-cert-file": f"{pki}/ca.crt",
        "cluster-signing-key-file": f"{pki}/ca.key",
        "allocate-node-cidrs": "false",
        "cluster-cidr": ",".join(str(PODS[family]) for family in plan.families),
        "service-cluster-ip-range": ",".join(plan.services),
        "flex-volume-plugin-dir": "/var/lib/kubelet/volumeplugins",
        "kube-api-qps": "200",
        "kube-api-burst": "400",
        "profiling": "false",
    }


def _scheduler(plan: Plan) -> dict[str, str]:
    return _access(plan, "kube-scheduler") | {"config": str(plan.nodes[0].folder / "kube-scheduler.yaml")}


def write(plan: Plan) -> None:
    """JSON is YAML."""
    folder = plan.nodes[0].folder
    scheduler: dict[str, Any] = {
        "apiVersion": "kubescheduler.config.k8s.io/v1",
        "kind": "KubeSchedulerConfiguration",
        "clientConnection": {"kubeconfig": str(folder / "kube-scheduler.kubeconfig"), "qps": 200, "burst": 400},
        "leaderElection": {"leaderElect": False},
    }
    (folder / "kube-scheduler.yaml").write_text(json.dumps(scheduler, indent=1))
