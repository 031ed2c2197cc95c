"""Every kind of workload, all at once; and probes that keep meaning the original container."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator

import pytest

from tests.e2e.bookinfo import WORKLOADS, Bookinfo, Shape
from tests.e2e.driver import Kubeferry
from tests.e2e.local_service import LAPTOP, LocalService
from tests.lab.processes import wait_until
from tests.lab.workloads.bookinfo import HTTP, UNREADY

APPS = tuple(workload.partition("/")[2] for workload in WORKLOADS)
BREAKPOINT_S = 8.0
"""Probes that would go to the laptop would have failed often enough for restarts."""
SEEN_S = 6.0
"""Within which a probe that fails makes a pod unready: two periods of a second, and the kubelet's own time."""


def together(dev: Kubeferry, *commands: tuple[str, ...]) -> None:
    """Runs them at the same time."""
    running = [(command, dev.popen(*command, "-o", "json")) for command in commands]
    for command, process in running:
        out, err = process.communicate(timeout=150)
        assert process.returncode == 0, f"{command}: {out.decode()}{err.decode()}"


@pytest.fixture(scope="module")
def before(bookinfo: Bookinfo) -> dict[str, Shape]:
    return bookinfo.shapes()


@pytest.fixture(scope="module")
def proxied(before: dict[str, Shape], dev: Kubeferry, local: LocalService, bookinfo: Bookinfo) -> Iterator[Bookinfo]:
    together(dev, *(("proxy", workload, "-n", "bookinfo", "--yes") for workload in before))
    yield bookinfo
    dev.run("leave", "--all")


def test_all_pods_of_all_kinds(proxied: Bookinfo, dev: Kubeferry) -> None:
    answers = {app: proxied.who(app) for app in APPS}
    assert answers == {app: {LAPTOP} for app in APPS}
    assert {one["workload"]: one["health"] for one in dev.intercepts()} == dict.fromkeys(WORKLOADS, "active")


def test_nothing_restarts_while_the_laptop_stands_at_a_breakpoint(proxied: Bookinfo, local: LocalService) -> None:
    restarts = {app: proxied.restarts(app) for app in APPS}
    for stop, go_on in ((local.at_a_breakpoint, local.goes_on), (local.stop, local.start)):
        stop()
        try:
            time.sleep(BREAKPOINT_S)
            assert {app: proxied.restarts(app) for app in APPS} == restarts
            assert all(all(proxied.ready(app).values()) for app in APPS)
        finally:
            go_on()
    assert proxied.who("reviews") == {LAPTOP}


@pytest.mark.parametrize("app", ["reviews", "ratings", "details"], ids=["http", "grpc", "exec"])
def test_probes_still_see_the_original_container(proxied: Bookinfo, app: str) -> None:
    name = next(iter(proxied.pods(app)))
    proxied.kubectl("exec", name, "-c", app, "--", "touch", UNREADY)
    try:
        wait_until(f"{name} to be unready", lambda: not proxied.ready(app)[name], SEEN_S, every_s=0.2)
    finally:
        proxied.kubectl("exec", name, "-c", app, "--", "rm", "-f", UNREADY)
    wait_until(f"{name} to be ready again", lambda: proxied.ready(app).get(name), SEEN_S, every_s=0.2)


def test_tcp_probe_sees_that_the_original_container_ended(proxied: Bookinfo) -> None:
    """It restarts, as it would without us; and a laptop that answers does not hide it."""
    (name,) = proxied.pods("till")
    count = proxied.restarts("till")[name]
    proxied.kubectl("exec", name, "-c", "till", "--", "sh", "-c", "kill -TERM 1")
    wait_until("till's restart", lambda: proxied.restarts("till").get(name, count) > count, 15, every_s=0.2)
    wait_until("till to be ready", lambda: proxied.ready("till").get(name), 30, every_s=0.2)
    assert proxied.who("till") == {LAPTOP}


def test_leaving_all_restores_all(proxied: Bookinfo, dev: Kubeferry, before: dict[str, Shape]) -> None:
    dev.leave()
    proxied.wait_until_restored(before)
    assert dev.intercepts() == []
    for app in APPS:
        proxied.wait_for_who(None, app, within_s=10)


def test_interrupted_proxy_is_undone(before: dict[str, Shape], dev: Kubeferry, bookinfo: Bookinfo) -> None:
    process = dev.popen("proxy", "sts/details", "-n", "bookinfo", "--yes")
    wait_until("the injection", lambda: "kubeferry" in str(bookinfo.object("statefulset/details")["spec"]), 20)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, out + err
    bookinfo.wait_until_restored({"statefulset/details": before["statefulset/details"]})
    assert dev.intercepts() == []
    assert bookinfo.client.who(bookinfo.pods("details")["details-0"][0], HTTP) == "details-0"
