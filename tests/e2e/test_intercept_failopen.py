"""Whatever happens to laptop, manager or sidecar: within five seconds the original containers answer again.

Four clients ask 50 times a second throughout each fault: requests that match a mesh rule, those that do not, requests
to a proxied workload, and unmatched ones on one kept connection. What they saw is printed at the end of the run.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.bench import proc
from tests.e2e.bookinfo import Bookinfo
from tests.e2e.conftest import MANAGER_NAMESPACE
from tests.e2e.driver import Kubeferry
from tests.e2e.intercept_fixtures import tell
from tests.e2e.local_service import LAPTOP, LocalService
from tests.lab.cluster import LocalCluster
from tests.lab.lab import Lab
from tests.lab.pod_client import SteadyJob
from tests.lab.processes import ROOT, wait_until
from tests.lab.steady_report import Report
from tests.lab.workloads.bookinfo import BOOKINFO, HTTP

OPEN_S = 5.0
"""How long a fault may be felt."""
BACK_S = 20.0
"""How long it may take until the laptop has its traffic again, from the end of the fault."""
HELD_S = 3.0
"""How long a fault lasts that somebody has to end."""
ALICE = ("x-user", "alice")
_RESULTS = ROOT / "build" / "fail_open.json"
_MATCHED, _OTHERS, _PROXIED, _KEPT = "matched", "not matched", "proxied", "not matched, kept connection"


class Watched:
    """The clients of one fault."""

    def __init__(self, stack: ExitStack, bookinfo: Bookinfo) -> None:
        reviews, ratings = bookinfo.service("reviews")[0], bookinfo.service("ratings")[0]
        steady = bookinfo.client.steady
        self.jobs: dict[str, SteadyJob] = {
            _MATCHED: stack.enter_context(steady(reviews, HTTP, headers=[ALICE])),
            _OTHERS: stack.enter_context(steady(reviews, HTTP)),
            _PROXIED: stack.enter_context(steady(ratings, HTTP)),
            _KEPT: stack.enter_context(steady(reviews, HTTP, kept=True)),
        }
        self._originals = {app: tuple(bookinfo.pods(app)) for app in ("reviews", "ratings")}
        self.laptops_back(OPEN_S)
        self.began = 0.0

    def original(self, name: str) -> tuple[str, ...]:
        return self._originals["ratings" if name == _PROXIED else "reviews"]

    def mark(self) -> None:
        """The fault is about to begin."""
        self.began = self.jobs[_MATCHED].now()

    def opened(self) -> None:
        """Only the original containers answer, and did so within the time allowed."""
        for name, job in self.jobs.items():
            job.wait_until_only(*self.original(name), timeout_s=OPEN_S + 3)
        for name, job in self.jobs.items():
            settled_s = job.report(self.began).settled_s(self.original(name))
            assert settled_s <= OPEN_S, f"{name}: original only after {settled_s:.1f} s: {job.report(self.began)}"

    def served(self) -> None:
        """Nobody fails any more, whoever answers; those who were never ours were answered by the original alone."""
        time.sleep(OPEN_S)
        for name, job in self.jobs.items():
            report = job.report(self.began)
            anybody = (*self.original(name), LAPTOP)
            settled_s = report.settled_s(self.original(name) if name in (_OTHERS, _KEPT) else anybody)
            assert settled_s <= OPEN_S, f"{name}: {settled_s:.1f} s: {report}"

    def laptops_back(self, within_s: float = BACK_S) -> None:
        for name in (_MATCHED, _PROXIED):
            self.jobs[name].wait_until_only(LAPTOP, timeout_s=within_s)
        for name in (_OTHERS, _KEPT):
            self.jobs[name].wait_until_only(*self.original(name), timeout_s=within_s)

    def reports(self) -> dict[str, Report]:
        return {name: job.report(self.began) for name, job in self.jobs.items()}


@pytest.fixture(scope="module")
def taken(dev: Kubeferry, local: LocalService, bookinfo: Bookinfo) -> Iterator[Bookinfo]:
    """`reviews` meshed, `ratings` proxied."""
    dev.mesh("deploy/reviews", "--header", "x-user=alice", "--port", str(HTTP))
    dev.proxy("deploy/ratings")
    yield bookinfo
    dev.run("connect", "-n", BOOKINFO)
    dev.run("leave", "--all")


@pytest.fixture
def watched(taken: Bookinfo, request: pytest.FixtureRequest) -> Iterator[Watched]:
    """Afterwards: the same pods as before (no rollout), no restart of an original container, and the figures."""
    pods = {app: set(taken.pods(app)) for app in ("reviews", "ratings")}
    restarts = {app: taken.restarts(app) for app in pods}
    with ExitStack() as stack:
        found = Watched(stack, taken)
        yield found
        reports = found.reports()
    fault = request.node.name.removeprefix("test_").replace("_", " ")
    _tell(fault, reports, found)
    assert {app: set(taken.pods(app)) for app in pods} == pods
    assert {app: taken.restarts(app) for app in pods} == restarts


def _tell(fault: str, reports: dict[str, Report], watched: Watched) -> None:
    tell(fault)
    figures = {}
    for name, report in reports.items():
        tell(f"    {name + ':':<30} {report}")
        figures[name] = {
            "requests": report.sent,
            "failed": report.failed,
            "failures": report.failures,
            "longest_gap_s": round(report.longest_gap_s, 3),
            "original_after_s": report.first_from_s(watched.original(name)),
        }
    whole = json.loads(_RESULTS.read_text()) if _RESULTS.exists() else {}
    _RESULTS.write_text(json.dumps(whole | {fault: figures}, indent=1))


@contextmanager
def stopped(dev: Kubeferry) -> Iterator[None]:
    """All of ours on the laptop."""
    dev.laptop.signal(signal.SIGSTOP, "session", "worker", "helper", "guard")
    try:
        yield
    finally:
        dev.laptop.signal(signal.SIGCONT, "guard", "helper", "worker", "session")


def test_worker_killed(watched: Watched, dev: Kubeferry) -> None:
    watched.mark()
    dev.laptop.signal(signal.SIGKILL, "worker")
    watched.served()
    dev.connect(namespace=BOOKINFO)
    watched.laptops_back()


def test_app_killed(watched: Watched, dev: Kubeferry) -> None:
    """Nobody starts it again until somebody asks for something."""
    watched.mark()
    dev.laptop.signal(signal.SIGKILL, "session")
    watched.served()
    dev.connect(namespace=BOOKINFO)
    watched.laptops_back()
    assert sorted(one["workload"] for one in dev.intercepts()) == ["deployment/ratings", "deployment/reviews"]


def test_app_and_worker_killed(watched: Watched, dev: Kubeferry) -> None:
    watched.mark()
    dev.laptop.signal(signal.SIGKILL, "session", "worker")
    watched.opened()
    dev.connect(namespace=BOOKINFO)
    watched.laptops_back()


def test_helper_killed(watched: Watched, dev: Kubeferry) -> None:
    watched.mark()
    dev.laptop.signal(signal.SIGKILL, "helper")
    watched.served()
    dev.laptop.start_helper()
    dev.connect(namespace=BOOKINFO)
    watched.laptops_back()


def test_laptop_suspended(watched: Watched, dev: Kubeferry) -> None:
    watched.mark()
    with stopped(dev):
        watched.opened()
        time.sleep(HELD_S)  # the fault's length
    watched.laptops_back()


def test_laptop_unplugged(watched: Watched, dev: Kubeferry, lab: Lab) -> None:
    watched.mark()
    with lab.router.cut(lab.router_link(dev.laptop.name)):
        watched.opened()
        time.sleep(HELD_S)  # the fault's length
    watched.laptops_back()


def test_manager_deleted(watched: Watched, dev: Kubeferry, taken: Bookinfo) -> None:
    selector = ("-l", "app.kubernetes.io/component=manager")
    watched.mark()
    taken.cluster.kubectl(
        "-n", MANAGER_NAMESPACE, "delete", "pod", *selector, "--wait=false", "--grace-period=0", "--force"
    )
    watched.served()
    watched.laptops_back(30)


def test_sidecars_process_killed(watched: Watched, taken: Bookinfo) -> None:
    """Of every pod, with SIGKILL: what it has set in the pod's network must not outlive it."""
    found = _sidecar_processes(taken, "helper.cluster.sidecar")
    watched.mark()
    for pid in found:
        os.kill(pid, signal.SIGKILL)
    watched.served()
    watched.laptops_back(30)


def test_sidecars_process_stopped(watched: Watched, taken: Bookinfo) -> None:
    """It is there and does nothing: its Envoy would still take connections."""
    found = _sidecar_processes(taken, "helper.cluster.sidecar")
    watched.mark()
    for pid in found:
        os.kill(pid, signal.SIGSTOP)
    try:
        watched.opened()
    finally:
        for pid in found:
            os.kill(pid, signal.SIGCONT)
    watched.laptops_back(30)


def test_envoy_killed(watched: Watched, taken: Bookinfo) -> None:
    found = _sidecar_processes(taken, "envoy")
    watched.mark()
    for pid in found:
        os.kill(pid, signal.SIGKILL)
    watched.served()
    watched.laptops_back()


def test_kubelet_restarted(watched: Watched, taken: Bookinfo) -> None:
    if not isinstance(taken.cluster, LocalCluster):
        pytest.skip("only the kit's kubelet can be restarted by a test")
    watched.mark()
    taken.cluster.kill_daemon("kubelet")
    watched.served()
    wait_until("the nodes to be ready", lambda: _nodes_ready(taken), 30, every_s=0.5)
    watched.laptops_back(30)


def test_service_of_the_laptop_stopped(watched: Watched, local: LocalService) -> None:
    """Not a fault of ours: who is meant gets an error, and the others never notice."""
    watched.mark()
    local.stop()
    try:
        time.sleep(2)  # the fault's length
        now = watched.jobs[_OTHERS].now()
        for name in (_OTHERS, _KEPT):
            report = watched.jobs[name].report(watched.began)
            assert (report.failed, report.settled_s(watched.original(name))) == (0, 0.0), f"{now}: {report}"
    finally:
        local.start()
    watched.laptops_back()


def test_owner_gone_for_good(taken: Bookinfo, dev: Kubeferry) -> None:
    """Inert, without anybody's doing, and it stays so: until repair, or until the owner comes back."""
    dev.laptop.signal(signal.SIGKILL, "session", "worker")
    taken.wait_for_who(None, "reviews", ALICE, within_s=OPEN_S)
    taken.wait_for_who(None, "ratings", within_s=OPEN_S)
    assert set(taken.with_sidecar("reviews")) == set(taken.pods("reviews"))
    dev.connect(namespace=BOOKINFO)
    taken.wait_for_who({LAPTOP}, "reviews", ALICE, within_s=BACK_S)


def _sidecar_processes(bookinfo: Bookinfo, word: str) -> list[int]:
    """Of all pods of both workloads. `word`: what an argument of theirs is, or its file's name."""
    if not isinstance(bookinfo.cluster, LocalCluster):
        pytest.skip("only the kit's pods have processes on this machine")
    found = []
    for app in ("reviews", "ratings"):
        for pod in bookinfo.living_pods(app):
            for pid, argv in proc.in_pod(pod["metadata"]["uid"]):
                if word in (os.path.basename(argv[0]), *argv):
                    found.append(pid)
    assert found, f"no {word} runs in the pods"
    return found


def _nodes_ready(bookinfo: Bookinfo) -> bool:
    nodes = bookinfo.cluster.get("nodes")["items"]
    conditions = [one for node in nodes for one in node["status"]["conditions"] if one["type"] == "Ready"]
    return all(one["status"] == "True" for one in conditions)
