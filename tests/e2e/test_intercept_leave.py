"""Leaving restores exactly, whatever others did; repair finds what vanished owners left; secrets stay secret."""

from __future__ import annotations

import base64
import copy
import json
import signal
import time
from collections.abc import Iterator
from typing import Any

import pytest

from app.domain.repairs import SETTLING_S
from helper.cluster.api import MANAGER_NAME, SIDECAR_PORT
from helper.protocol.intercepts import Workload
from helper.wire.frames import FrameKind, encode_frame
from helper.wire.hello import WIRE_VERSION, encode_hello
from helper.wire.sidecar_messages import SidecarHello
from tests.e2e.bookinfo import Bookinfo, Shape, differences
from tests.e2e.conftest import MANAGER_NAMESPACE
from tests.e2e.driver import Kubeferry
from tests.e2e.local_service import LAPTOP, LocalService
from tests.lab.workloads.bookinfo import BOOKINFO, HTTP

REVIEWS = ("deploy/reviews", "-n", BOOKINFO)
WORKLOAD = "deployment/reviews"


@pytest.fixture(scope="module")
def before(bookinfo: Bookinfo) -> dict[str, Shape]:
    return {WORKLOAD: bookinfo.shape(WORKLOAD)}


@pytest.fixture(scope="module")
def ratings(bookinfo: Bookinfo) -> dict[str, Shape]:
    return {"deployment/ratings": bookinfo.shape("deployment/ratings")}


@pytest.fixture(scope="module")
def cleared(before: dict[str, Shape], dev: Kubeferry, local: LocalService, bookinfo: Bookinfo) -> Iterator[Bookinfo]:
    yield bookinfo
    dev.run("leave", "--all")


@pytest.fixture
def meshed(cleared: Bookinfo, dev: Kubeferry) -> Bookinfo:
    """There still from the test before, or anew: a test need not leave."""
    if not dev.intercepts():
        dev.mesh("deploy/reviews", "--header", "x-user=alice", "--port", str(HTTP))
    return cleared


def test_foreign_pod_is_let_in_nowhere(meshed: Bookinfo) -> None:
    secrets = meshed.cluster.get("secrets", "-n", BOOKINFO)["items"]
    (secret,) = [one for one in secrets if one["metadata"]["name"].startswith("kubeferry")]
    join = json.loads(base64.b64decode(secret["data"]["join.json"]))
    token = base64.b64decode(secret["data"]["token"]).decode().strip()
    workload, injection = Workload("Deployment", BOOKINFO, "reviews"), join["injection_id"]
    manager = meshed.cluster.get("service", MANAGER_NAME, "-n", MANAGER_NAMESPACE)["spec"]["clusterIP"]

    def answer(workload: Workload, injection: str, shown: str) -> FrameKind | None:
        """Kind of the manager's first frame; None: it closed without one."""
        hello = encode_hello(SidecarHello(WIRE_VERSION, workload, injection, shown, "foreign"))
        frame = encode_frame(FrameKind.HELLO, hello)
        told = meshed.client.call(
            "exchange", host=manager, port=SIDECAR_PORT, tls=True, send=base64.b64encode(frame).decode(), quiet_s=1.0
        )
        received = base64.b64decode(told["received"])
        return FrameKind(received[0]) if received else None

    ratings = Workload("Deployment", BOOKINFO, "ratings")
    refused = {FrameKind.REFUSED, None}
    assert answer(workload, injection, "") in refused
    assert answer(workload, injection, "0" * len(token)) in refused
    assert answer(workload, "0" * 16, token) in refused
    assert answer(ratings, injection, token) in refused
    # The counter-test: the same words with the token are understood.
    assert answer(workload, injection, token) is FrameKind.WELCOME
    plain = meshed.client.call("exchange", host=manager, port=SIDECAR_PORT, send=base64.b64encode(b"hello").decode())
    assert FrameKind.WELCOME not in base64.b64decode(plain["received"])[:1]


def test_secrets_are_in_a_secret_only_and_go(meshed: Bookinfo, dev: Kubeferry) -> None:
    secrets = meshed.cluster.get("secrets", "-n", BOOKINFO)["items"]
    (secret,) = [one for one in secrets if one["metadata"]["name"].startswith("kubeferry")]
    assert secret["metadata"]["ownerReferences"][0]["name"] == "reviews"
    token = base64.b64decode(secret["data"]["token"]).decode().strip()
    assert len(token) >= 32
    kinds = "pods,deployments,replicasets,configmaps,events,controllerrevisions"
    everything = meshed.kubectl("get", kinds, "-o", "json")
    assert token not in everything
    assert secret["data"]["token"] not in everything
    assert token not in meshed.kubectl("logs", "-l", "app=reviews", "--all-containers", "--tail=-1")
    manager = meshed.cluster.kubectl("-n", MANAGER_NAMESPACE, "logs", f"deployment/{MANAGER_NAME}", "--tail=-1")
    assert token not in manager
    dev.leave(*REVIEWS)
    assert [name for name in meshed.secrets() if name.startswith("kubeferry")] == []


def edit(deployment: dict[str, Any]) -> None:
    """What colleagues do: scale, another environment, resources, another probe, another container, labels."""
    deployment["metadata"].setdefault("annotations", {})["team/owner"] = "reviews"
    deployment["metadata"].setdefault("labels", {})["tier"] = "backend"
    deployment["spec"]["replicas"] = 3
    template = deployment["spec"]["template"]
    template["metadata"].setdefault("annotations", {})["team/build"] = "17"
    (container,) = [one for one in template["spec"]["containers"] if one["name"] == "reviews"]
    container["env"].append({"name": "BUILD", "value": "17"})
    container["resources"] = {"requests": {"cpu": "11m"}}
    container["livenessProbe"]["failureThreshold"] = 7
    other = {key: container[key] for key in ("image", "imagePullPolicy", "volumeMounts", "env")}
    beside = {"name": "beside", "command": ["sleep", "infinity"], "resources": {}}
    policies = {"terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File"}
    template["spec"]["containers"].append({**other, **beside, **policies})
    template["spec"].setdefault("volumes", []).append({"name": "scratch", "emptyDir": {}})


def replace(bookinfo: Bookinfo, wanted: dict[str, Any]) -> None:
    """Whatever its controller has written meanwhile."""
    wanted["metadata"].pop("resourceVersion", None)
    bookinfo.kubectl("replace", "-f", "-", stdin=json.dumps(wanted))


def test_edited_meanwhile(meshed: Bookinfo, dev: Kubeferry, before: dict[str, Shape]) -> None:
    """Afterwards the object is what it would be had only the colleagues been there."""
    original = meshed.object(WORKLOAD)
    edited = copy.deepcopy(original)
    edit(edited)
    expected: dict[str, Any] = {
        "metadata": {key: copy.deepcopy(before[WORKLOAD][key]) or {} for key in ("annotations", "labels")},
        "spec": copy.deepcopy(before[WORKLOAD]["spec"]),
    }
    edit(expected)
    try:
        replace(meshed, edited)
        meshed.wait_until_rolled_out(WORKLOAD)
        meshed.wait_for_who({LAPTOP}, "reviews", ("x-user", "alice"), within_s=10)
        dev.leave(*REVIEWS)
        found = meshed.shape(WORKLOAD)
        assert differences(expected["spec"], found["spec"]) == []
        # `kubectl replace` writes down in it what it was given.
        for annotations in (found["annotations"], expected["metadata"]["annotations"]):
            annotations.pop("kubectl.kubernetes.io/last-applied-configuration", None)
        assert (found["annotations"], found["labels"]) == tuple(
            expected["metadata"][key] for key in ("annotations", "labels")
        )
        assert meshed.with_sidecar("reviews") == []
    finally:
        undone = meshed.object(WORKLOAD)
        undone["spec"] = before[WORKLOAD]["spec"]
        undone["metadata"]["annotations"] = before[WORKLOAD]["annotations"]
        undone["metadata"]["labels"] = before[WORKLOAD]["labels"] or {}
        if not undone["metadata"]["labels"]:
            del undone["metadata"]["labels"]
        replace(meshed, undone)
        meshed.wait_until_rolled_out(WORKLOAD)


def test_workload_deleted_meanwhile(meshed: Bookinfo, dev: Kubeferry) -> None:
    """Nothing is left to restore, and nothing of ours is left."""
    original = meshed.object(WORKLOAD)
    meshed.kubectl("delete", WORKLOAD)
    dev.leave(*REVIEWS)
    assert dev.intercepts() == []
    from tests.lab.workloads import bookinfo as workloads

    assert original["metadata"]["name"] == "reviews"
    meshed.cluster.apply([workloads.reviews()])
    meshed.wait_until_rolled_out(WORKLOAD)
    assert [name for name in meshed.secrets() if name.startswith("kubeferry")] == []


def test_disconnect_leaves(meshed: Bookinfo, dev: Kubeferry, before: dict[str, Shape]) -> None:
    assert dev.disconnect()["left"] == []
    meshed.wait_until_restored(before)
    dev.connect(namespace=BOOKINFO)
    assert dev.intercepts() == []


def test_repair_removes_what_a_vanished_owner_left(
    meshed: Bookinfo, dev: Kubeferry, eve: Kubeferry, before: dict[str, Shape], ratings: dict[str, Shape]
) -> None:
    """One who is there keeps what is theirs; where nobody is left, the workload is restored."""
    dev.mesh("deploy/ratings", "--header", "x-user=alice", "--port", str(HTTP))
    dev.laptop.signal(signal.SIGKILL, "session", "worker")
    meshed.wait_for_who(None, "reviews", ("x-user", "alice"), within_s=5)
    meshed.wait_for_who(None, "ratings", ("x-user", "alice"), within_s=5)
    eve.mesh("deploy/reviews", "--header", "x-user=bob", "--port", str(HTTP))
    try:
        # A lease is ten minutes; a manager that begins anew knows only those who are there.
        selector = ("-l", "app.kubernetes.io/component=manager")
        meshed.cluster.kubectl("-n", MANAGER_NAMESPACE, "delete", "pod", *selector, "--grace-period=0", "--force")
        eve.wait_for("active without dev", lambda found: [o["health"] for o in found["intercepts"]] == ["active"], 30)
        time.sleep(SETTLING_S)  # a claim so young may be one that is just about to be declared
        done = eve.run("repair", "-n", BOOKINFO)
        shown = done.out + done.err
        assert all(text in shown for text in ("deployment/reviews", "deployment/ratings", "dev@")), shown
        assert meshed.with_sidecar("ratings"), "removed without having asked"
        eve.repair("-n", BOOKINFO, "--yes")
        assert set(meshed.with_sidecar("reviews")) == set(meshed.pods("reviews"))
        eve.leave(*REVIEWS)
        meshed.wait_until_restored(before | ratings)
    finally:
        eve.run("leave", "--all")
        dev.connect(namespace=BOOKINFO)
    assert dev.intercepts() == [], "they were removed, and are not declared again"
