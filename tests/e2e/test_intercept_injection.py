"""Injection: refused with one clear sentence and nothing changed, or rolled back with the pod's own reason."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from helper.cluster.api import SIDECAR_CONTAINER
from tests.e2e import accounts
from tests.e2e.bookinfo import Bookinfo, differences, shape
from tests.e2e.driver import Kubeferry
from tests.lab.cluster import Cluster
from tests.lab.kubeconfig import for_user
from tests.lab.laptop import DEV
from tests.lab.workloads import bookinfo as workloads
from tests.lab.workloads.bookinfo import BOOKINFO, HTTP

STRICT = "kubeferry-e2e-strict"
MESH = ("--header", "x-user=alice", "--port", str(HTTP), "--yes")
FILE = "/home/dev/kube/limited"
MISSING_IMAGE = "kubeferry.local/missing:1"


def deployment(name: str, namespace: str = BOOKINFO, **pod_spec: Any) -> dict[str, Any]:
    """One quick pod; its rollout keeps the old pod until the new one is ready."""
    command = ["sh", "-c", "trap exit TERM; sleep infinity & wait"]
    container: dict[str, Any] = {
        "name": name,
        "image": workloads.IMAGE,
        "imagePullPolicy": "IfNotPresent",
        "command": command,
    }
    container["ports"] = [{"containerPort": HTTP}]
    spec = {"terminationGracePeriodSeconds": 1, "containers": [container], **pod_spec}
    template = {"metadata": {"labels": {"app": name}}, "spec": spec}
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    made = workloads.workload("Deployment", name, template, replicas=1, strategy=strategy)
    made["metadata"]["namespace"] = namespace
    return made


@contextmanager
def unchanged(cluster: Cluster, workload: str, namespace: str = BOOKINFO) -> Iterator[None]:
    """Object and generation: the server has not even been asked to change it."""
    before = cluster.get(workload, "-n", namespace)
    yield
    after = cluster.get(workload, "-n", namespace)
    assert differences(shape(before), shape(after)) == []
    assert after["metadata"].get("generation") == before["metadata"].get("generation")
    _no_secrets(cluster, namespace)


@contextmanager
def rolled_back(cluster: Cluster, workload: str) -> Iterator[None]:
    """Object as before, and its pod is the one of before."""
    app = workload.partition("/")[2]
    selector = ("-n", BOOKINFO, "-l", f"app={app}")

    def pods() -> list[str]:
        found = cluster.get("pods", *selector)["items"]
        return [one["metadata"]["name"] for one in found if "deletionTimestamp" not in one["metadata"]]

    before, names = shape(cluster.get(workload, "-n", BOOKINFO)), pods()
    yield
    assert differences(before, shape(cluster.get(workload, "-n", BOOKINFO))) == []
    cluster.kubectl("-n", BOOKINFO, "rollout", "status", workload, "--timeout=30s")
    assert pods() == names
    _no_secrets(cluster, BOOKINFO)


def _no_secrets(cluster: Cluster, namespace: str) -> None:
    names = [item["metadata"]["name"] for item in cluster.get("secrets", "-n", namespace)["items"]]
    assert [name for name in names if name.startswith("kubeferry")] == []


@contextmanager
def there(bookinfo: Bookinfo, made: dict[str, Any]) -> Iterator[str]:
    workload = f"deployment/{made['metadata']['name']}"
    with bookinfo.created(made):
        bookinfo.cluster.kubectl("-n", made["metadata"]["namespace"], "rollout", "status", workload, "--timeout=60s")
        yield workload


def test_host_network_is_refused(dev: Kubeferry, bookinfo: Bookinfo) -> None:
    made = deployment("hostly", hostNetwork=True)
    made["spec"]["replicas"] = 0
    with bookinfo.created(made), unchanged(bookinfo.cluster, "deployment/hostly"):
        code, error = dev.fails("proxy", "deploy/hostly", "-n", BOOKINFO, "--yes")
    assert (code, error["code"]) == (10, "workload_unsuitable"), error
    assert "host" in error["what"]


def test_jobs_are_refused(dev: Kubeferry, bookinfo: Bookinfo) -> None:
    template = deployment("once")["spec"]["template"]
    template["spec"]["restartPolicy"] = "Never"
    metadata = {"name": "once", "namespace": BOOKINFO}
    job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": {"template": template}}
    with bookinfo.created(job):
        bookinfo.kubectl("wait", "--for=condition=Ready", "pod", "-l", "app=once", "--timeout=30s")
        (pod,) = bookinfo.pods("once")
        for workload in ("job/once", f"pod/{pod}"):
            code, error = dev.fails("proxy", workload, "-n", BOOKINFO, "--yes")
            assert code == 10, error
            assert "Job" in error["what"], error


@pytest.mark.parametrize("kind", ["pod", "replicaset"])
def test_what_is_owned_names_its_owner(dev: Kubeferry, bookinfo: Bookinfo, kind: str) -> None:
    items = bookinfo.cluster.get(kind, "-n", BOOKINFO, "-l", "app=ratings")["items"]
    name = next(one["metadata"]["name"] for one in items if kind == "pod" or one["spec"]["replicas"])
    with unchanged(bookinfo.cluster, "deployment/ratings"):
        code, error = dev.fails("proxy", f"{kind}/{name}", "-n", BOOKINFO, "--yes")
    assert code == 10, error
    assert "deployment/ratings" in error["what"] + error["next_step"]


def test_what_is_not_there(dev: Kubeferry) -> None:
    code, error = dev.fails("mesh", "deploy/nobody", "-n", BOOKINFO, *MESH)
    assert (code, error["code"]) == (10, "workload_missing"), error
    assert "nobody" in error["what"]


def test_missing_rights_are_named(dev: Kubeferry, bookinfo: Bookinfo) -> None:
    """Somebody who may use the manager and look at everything, and change nothing."""
    cluster = bookinfo.cluster
    token = accounts.create(cluster, "looker", role="view")
    name = f"{accounts.NAMESPACE}-forward"
    forward: dict[str, Any] = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": name},
    }
    forward["rules"] = [{"apiGroups": [""], "resources": ["pods/portforward"], "verbs": ["create", "get"]}]
    subject = {"kind": "ServiceAccount", "name": "looker", "namespace": accounts.NAMESPACE}
    dev.disconnect()
    try:
        cluster.apply([forward, accounts.binding(name, name, subject)])
        dev.laptop.write_file(FILE, for_user(cluster, user={"token": token}), DEV)
        dev.connect("--kubeconfig", FILE, namespace=BOOKINFO)
        with unchanged(cluster, "deployment/reviews"):
            code, error = dev.fails("mesh", "deploy/reviews", "-n", BOOKINFO, *MESH)
    finally:
        dev.disconnect()
        accounts.remove(cluster)
        cluster.kubectl("delete", "clusterrole", name, "--ignore-not-found")
        dev.connect(namespace=BOOKINFO)
    assert (code, error["code"]) == (20, "api_forbidden"), error
    told = error["what"] + error["next_step"]
    assert "patch" in told
    assert "deployments" in told
    assert "secrets" in told


@pytest.mark.parametrize("level", ["baseline", "restricted"])
def test_pod_security_is_found_before_anything_changes(dev: Kubeferry, bookinfo: Bookinfo, level: str) -> None:
    if bookinfo.cluster.server_version() < (1, 25):
        pytest.skip("the server has no Pod Security admission")
    labels = {"pod-security.kubernetes.io/enforce": level}
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": STRICT, "labels": labels}}
    made = deployment("tight", STRICT, securityContext={"runAsNonRoot": True, "runAsUser": 1000})
    made["spec"]["template"]["spec"]["securityContext"]["seccompProfile"] = {"type": "RuntimeDefault"}
    (container,) = made["spec"]["template"]["spec"]["containers"]
    container["securityContext"] = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    bookinfo.cluster.apply([namespace])
    with there(bookinfo, made), unchanged(bookinfo.cluster, "deployment/tight", STRICT):
        code, error = dev.fails("mesh", "deploy/tight", "-n", STRICT, *MESH)
    if level == "restricted":
        bookinfo.cluster.kubectl("delete", "namespace", STRICT, "--wait=false")
    assert (code, error["code"]) == (20, "pod_security_forbids"), error
    assert "NET_ADMIN" in error["what"] + error["detail"]
    assert "pod-security.kubernetes.io/enforce" in error["next_step"]


def test_quota_is_found(dev: Kubeferry, bookinfo: Bookinfo) -> None:
    """Found by the dry run, or told by the rollout that could not make a pod: the workload is as before."""
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "few", "namespace": BOOKINFO}}
    with there(bookinfo, deployment("quoted")) as workload:
        pods = len(bookinfo.cluster.get("pods", "-n", BOOKINFO)["items"])
        with bookinfo.created(quota | {"spec": {"hard": {"pods": str(pods)}}}), rolled_back(bookinfo.cluster, workload):
            code, error = dev.fails("mesh", "deploy/quoted", "-n", BOOKINFO, *MESH)
    assert (code, error["code"]) == (20, "quota_exceeded"), error
    assert "few" in error["what"]


def test_crash_of_the_new_pod_is_shown_and_rolled_back(dev: Kubeferry, bookinfo: Bookinfo) -> None:
    """The workload's own container does not bear the sidecar beside it: what it says is told, not that we waited."""
    made = deployment("crashing")
    (container,) = made["spec"]["template"]["spec"]["containers"]
    crash = "ip link show kubeferry0 2>&1 >/dev/null && { echo no database today; exit 7; }"
    script = f"{crash}; touch /tmp/up; sleep infinity & wait"
    container["readinessProbe"] = {"exec": {"command": ["test", "-e", "/tmp/up"]}, "periodSeconds": 1}
    container["command"] = ["sh", "-c", f"trap exit TERM; {script}"]
    with there(bookinfo, made) as workload, rolled_back(bookinfo.cluster, workload):
        code, error = dev.fails("mesh", "deploy/crashing", "-n", BOOKINFO, *MESH)
    assert (code, error["code"]) == (20, "sidecar_stuck"), error
    assert "no database today" in error["what"] + error["detail"]


def test_pod_that_cannot_be_scheduled_is_rolled_back(dev: Kubeferry, bookinfo: Bookinfo) -> None:
    node = bookinfo.cluster.node_names()[0]
    bookinfo.cluster.kubectl("label", "node", node, "kubeferry-e2e=here", "--overwrite")
    try:
        with there(bookinfo, deployment("placed", nodeSelector={"kubeferry-e2e": "here"})) as workload:
            bookinfo.cluster.kubectl("label", "node", node, "kubeferry-e2e-")
            with rolled_back(bookinfo.cluster, workload):
                code, error = dev.fails("mesh", "deploy/placed", "-n", BOOKINFO, *MESH)
    finally:
        bookinfo.cluster.kubectl("label", "node", node, "kubeferry-e2e-")
    assert (code, error["code"]) == (20, "unschedulable"), error


def test_sidecar_image_that_cannot_be_pulled_is_rolled_back(dev: Kubeferry, bookinfo: Bookinfo) -> None:
    dev.disconnect()
    try:
        dev.connect("--sidecar-image", MISSING_IMAGE, namespace=BOOKINFO)
        with there(bookinfo, deployment("imageless")) as workload, rolled_back(bookinfo.cluster, workload):
            code, error = dev.fails("mesh", "deploy/imageless", "-n", BOOKINFO, *MESH)
    finally:
        dev.disconnect()
        dev.connect(namespace=BOOKINFO)
    assert (code, error["code"]) == (20, "image_pull_failed"), error
    assert MISSING_IMAGE in error["what"]


def test_paused_deployment_is_refused(dev: Kubeferry, bookinfo: Bookinfo) -> None:
    """Nothing would come of it until somebody unpauses it."""
    made = deployment("resting")
    made["spec"] |= {"replicas": 0, "paused": True}
    with bookinfo.created(made), unchanged(bookinfo.cluster, "deployment/resting"):
        code, error = dev.fails("mesh", "deploy/resting", "-n", BOOKINFO, *MESH)
    assert (code, error["code"]) == (10, "workload_unsuitable"), error
    assert "paused" in error["what"]


@pytest.mark.parametrize(
    ("where", "key", "text", "word"),
    [
        ("annotations", "argocd.argoproj.io/tracking-id", "shop:apps/Deployment:bookinfo/managed", "Argo CD"),
        ("labels", "kustomize.toolkit.fluxcd.io/name", "shop", "Flux"),
        ("template", "sidecar.istio.io/inject", "true", "Istio"),
        ("template", "linkerd.io/inject", "enabled", "Linkerd"),
    ],
)
def test_warned_first(dev: Kubeferry, bookinfo: Bookinfo, where: str, key: str, text: str, word: str) -> None:
    """Without a terminal and without --yes, a warning is a refusal that tells it."""
    made = deployment("managed")
    made["spec"]["replicas"] = 0
    place = made["spec"]["template"]["metadata"] if where == "template" else made["metadata"]
    place.setdefault("annotations" if where == "template" else where, {})[key] = text
    with bookinfo.created(made), unchanged(bookinfo.cluster, "deployment/managed"):
        done = dev.run("mesh", "deploy/managed", "-n", BOOKINFO, *MESH[:-1])
        assert done.code == 10, done
        assert word in done.out + done.err


def test_sidecar_has_the_least_it_needs(dev: Kubeferry, bookinfo: Bookinfo) -> None:
    """Capabilities, file system, privilege; native where the server has it, and first."""
    with there(bookinfo, deployment("plain")) as workload:
        dev.mesh("deploy/plain", *MESH[:-1])
        spec = bookinfo.object(workload)["spec"]["template"]["spec"]
        dev.leave("deploy/plain", "-n", BOOKINFO)
    native = bookinfo.cluster.server_version() >= (1, 29)
    first = (spec["initContainers"] if native else spec["containers"])[0]
    assert first["name"] == SIDECAR_CONTAINER
    assert first.get("restartPolicy") == ("Always" if native else None)
    context = first["securityContext"]
    assert set(context["capabilities"]["add"]) <= {"NET_ADMIN", "MKNOD"}
    assert context["capabilities"]["drop"] == ["ALL"]
    assert context["allowPrivilegeEscalation"] is False
    assert context["readOnlyRootFilesystem"] is True
    assert not context.get("privileged")
    assert "env" not in first or all("valueFrom" in one for one in first["env"])
