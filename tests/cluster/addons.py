"""What the cluster begins with: its DNS, CoreDNS as a Deployment, with the names that every cluster's has."""

from __future__ import annotations

from typing import Any

from tests.cluster.plan import DNS_IMAGE, DOMAIN, Plan

Object = dict[str, Any]

COREFILE = f"""\
.:53 {{
    errors
    health
    ready
    hosts /etc/coredns/hosts {{
        ttl 5
        reload 2s
        fallthrough
    }}
    kubernetes {DOMAIN} in-addr.arpa ip6.arpa {{
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
        ttl 5
    }}
    prometheus :9153
    forward . 127.0.0.1:5353
    cache 5
    loop
    reload 2s 1s
    loadbalance
}}
# There is nothing outside that could be asked. A server of its own: in the one above, `template` would come first.
.:5353 {{
    bind 127.0.0.1
    template ANY ANY {{
        rcode NXDOMAIN
        authority ". 5 IN SOA ns.dns.{DOMAIN}. hostmaster.{DOMAIN}. 1 7200 1800 86400 5"
    }}
}}
"""

_NAMESPACE = "kube-system"
_LABELS = {"k8s-app": "kube-dns"}
_ROLE = "system:coredns"
_META = {"name": "coredns", "namespace": _NAMESPACE, "labels": _LABELS}
_RBAC = "rbac.authorization.k8s.io"


def objects(plan: Plan) -> list[Object]:
    rules = [
        {"apiGroups": [""], "resources": ["services", "pods", "namespaces"], "verbs": ["list", "watch"]},
        {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": ["list", "watch"]},
    ]
    return [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": _META},
        {"apiVersion": f"{_RBAC}/v1", "kind": "ClusterRole", "metadata": {"name": _ROLE}, "rules": rules},
        {
            "apiVersion": f"{_RBAC}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": _ROLE},
            "roleRef": {"apiGroup": _RBAC, "kind": "ClusterRole", "name": _ROLE},
            "subjects": [{"kind": "ServiceAccount", "name": "coredns", "namespace": _NAMESPACE}],
        },
        # `hosts`: names outside the cluster's domain for pods to resolve, as in /etc/hosts; tests may write it.
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": _META, "data": {"Corefile": COREFILE, "hosts": ""}},
        _service(plan),
        _deployment(plan),
    ]


def _service(plan: Plan) -> Object:
    ports = [
        {"name": "dns", "port": 53, "protocol": "UDP"},
        {"name": "dns-tcp", "port": 53, "protocol": "TCP"},
        {"name": "metrics", "port": 9153, "protocol": "TCP"},
    ]
    named = {"kubernetes.io/cluster-service": "true", "kubernetes.io/name": "CoreDNS"}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "kube-dns", "namespace": _NAMESPACE, "labels": _LABELS | named},
        "spec": {
            "clusterIP": plan.dns_addresses[0],
            "clusterIPs": list(plan.dns_addresses),
            "ipFamilyPolicy": "PreferDualStack",
            "selector": _LABELS,
            "ports": ports,
        },
    }


def _deployment(plan: Plan) -> Object:
    container = {
        "name": "coredns",
        "image": DNS_IMAGE,
        "imagePullPolicy": "Never",
        "args": ["-conf", "/etc/coredns/Corefile"],
        "ports": [
            {"name": "dns", "containerPort": 53, "protocol": "UDP"},
            {"name": "dns-tcp", "containerPort": 53, "protocol": "TCP"},
        ],
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"add": ["NET_BIND_SERVICE"], "drop": ["ALL"]},
        },
        "readinessProbe": {"httpGet": {"path": "/ready", "port": 8181}, "periodSeconds": 1},
        "livenessProbe": {"httpGet": {"path": "/health", "port": 8080}, "initialDelaySeconds": 30},
        "volumeMounts": [{"name": "config", "mountPath": "/etc/coredns", "readOnly": True}],
    }
    pod = {
        "serviceAccountName": "coredns",
        "priorityClassName": "system-cluster-critical",
        "dnsPolicy": "Default",
        "terminationGracePeriodSeconds": 1,
        # Beside the API server, so that further nodes can be killed without it; and at once, not when nodes are Ready.
        "nodeSelector": {"kubernetes.io/hostname": plan.nodes[0].name},
        "tolerations": [{"operator": "Exists"}],
        "containers": [container],
        "volumes": [{"name": "config", "configMap": {"name": "coredns"}}],
    }
    template = {"metadata": {"labels": _LABELS}, "spec": pod}
    spec = {"replicas": 1, "selector": {"matchLabels": _LABELS}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": _META, "spec": spec}
