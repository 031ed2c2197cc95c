"""Connect, from the command to the first HTTP answer: the session process running or not, the manager there or not."""

from __future__ import annotations

import json
import signal
import time
from typing import Any

from tests.bench import published
from tests.bench.figures import KUBEVPN, Beside, Report, Target, at_most, median
from tests.bench.pods import HTTP_PORT, MANAGER, NAMESPACE, WEB
from tests.bench.settings import Settings
from tests.bench.stage import ANEW_NAMESPACE, Stage
from tests.e2e.driver import Kubeferry
from tests.lab.processes import PYTHON, wait_until

_THERE = at_most(0.4)
_ANEW = at_most(3.5)
_DEFAULT_NAMESPACE = "kubeferry"
_FORMS = {"short": WEB, "full": "{}.{}.svc.cluster.local"}


class Runs:
    """Of one case: times of those that got an answer, and what went wrong with the others."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.failed: list[str] = []
        self.disconnect_s: list[float] = []

    def add(self, told: dict[str, Any]) -> None:
        if "answer_s" in told:
            self.told.append(told)
        else:
            said = "; ".join(line for _, line in told["steps"][-2:])
            self.failed.append(f"exit code {told['code']}: {said}")

    def middle(self) -> dict[str, Any] | None:
        ordered = sorted(self.told, key=lambda told: float(told["answer_s"]))
        return ordered[len(ordered) // 2] if ordered else None


def measure(stage: Stage, report: Report, settings: Settings) -> None:
    report.group(f"Connect: command to first HTTP answer by name, {settings.connects} times each")
    if stage.failure:
        for case, target in (("manager there", _THERE), ("manager installed anew", _ANEW)):
            report.missing(f"connect, {case}", "s", stage.failure, target)
        return
    disconnects: list[float] = []
    for case, published_s in (("cold", published.CONNECT_COLD_S), ("warm", published.CONNECT_WARM_S)):
        words = "no session process yet" if case == "cold" else "session process running"
        for form in _FORMS:
            runs = _repeat(stage, settings, NAMESPACE, form, end_session=case == "cold")
            disconnects += runs.disconnect_s
            _tell(report, f"connect, {words}, {form} name", runs, _THERE, {KUBEVPN: published_s[form]})
    _anew(stage, report, settings)
    beside = {KUBEVPN: published.DISCONNECT_S, "worst": max(disconnects, default=None)}
    report.add("disconnect", "s", median(disconnects), beside=beside)


def _anew(stage: Stage, report: Report, settings: Settings) -> None:
    name = "connect, manager installed anew"
    if _has_manager(stage, _DEFAULT_NAMESPACE):
        why = f"namespace {_DEFAULT_NAMESPACE} has a manager already, which would be used"
        report.missing(name, "s", why, _ANEW)
        return
    _second_namespace(stage)
    for form in _FORMS:
        runs = _repeat(stage, settings, ANEW_NAMESPACE, form, end_session=True)
        _tell(report, f"{name}, {form} name", runs, _ANEW, {KUBEVPN: published.CONNECT_ANEW_S})


def _repeat(stage: Stage, settings: Settings, namespace: str, form: str, *, end_session: bool) -> Runs:
    runs = Runs()
    kubeferry = Kubeferry(stage.second)
    name = _FORMS[form].format(WEB, namespace)
    command = [PYTHON, "-m", "app", "connect", "-n", namespace, "--manager-namespace", namespace]
    argv = [PYTHON, "-m", "tests.bench.first_answer", name, str(HTTP_PORT), *command]
    if not end_session:
        kubeferry.run(*command[3:])
        kubeferry.run("disconnect")
    for _ in range(settings.connects):
        if end_session:
            _end_session(stage)
        if namespace == ANEW_NAMESPACE:
            _remove_manager(stage)
        done = stage.second.run(argv, timeout_s=90)
        runs.add(json.loads(done.checked().out))
        began = time.perf_counter()
        kubeferry.run("disconnect").checked()
        runs.disconnect_s.append(time.perf_counter() - began)
    return runs


def _tell(report: Report, name: str, runs: Runs, target: Target, beside: Beside) -> None:
    times = [float(told["answer_s"]) for told in runs.told]
    ended = [float(told["ended_s"]) for told in runs.told]
    more: dict[str, float | str | None] = {"worst": max(times, default=None), "command ended": median(ended)}
    if runs.failed:
        more["failed"] = f"{len(runs.failed)}: {runs.failed[0]}"
    tries = sum(told["failed_tries"] for told in runs.told)
    if tries:
        more["failed requests"] = float(tries)
    report.add(name, "s", median(times), target, beside={**beside, **more})
    middle = runs.middle()
    if middle is not None:
        report.note(" · ".join(f"{at_s:.2f} {line.rstrip(' …')}" for at_s, line in middle["steps"]))


def _end_session(stage: Stage) -> None:
    stage.second.signal(signal.SIGTERM, "session")
    wait_until("the session process to end", lambda: not stage.second.pids("session"), 15)


def _remove_manager(stage: Stage) -> None:
    stage.cluster.kubectl("-n", ANEW_NAMESPACE, "delete", MANAGER, "--ignore-not-found", "--wait=true")
    stage.cluster.kubectl("-n", ANEW_NAMESPACE, "wait", "--for=delete", "pod", "--all", "--timeout=30s")


def _has_manager(stage: Stage, namespace: str) -> bool:
    return bool(stage.cluster.get("deployments", "-n", namespace, "-l", "app.kubernetes.io/name=kubeferry")["items"])


def _second_namespace(stage: Stage) -> None:
    """Without a manager, and with a service of the same name for the same server."""
    metadata = {"name": WEB, "namespace": ANEW_NAMESPACE}
    port = {"name": "http", "port": HTTP_PORT}
    stage.cluster.apply(
        [
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": ANEW_NAMESPACE}},
            {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {"ports": [port]}},
            {
                "apiVersion": "v1",
                "kind": "Endpoints",
                "metadata": metadata,
                "subsets": [{"addresses": [{"ip": stage.server.address}], "ports": [port]}],
            },
        ]
    )
