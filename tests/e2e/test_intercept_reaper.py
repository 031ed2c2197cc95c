"""A manager that was given the right restores what its owners have left for good, and nobody else's."""

from __future__ import annotations

import signal

from helper.cluster.api import MANAGER_NAME
from tests.e2e.bookinfo import Bookinfo
from tests.e2e.conftest import MANAGER_NAMESPACE
from tests.e2e.driver import Kubeferry
from tests.e2e.local_service import LocalService
from tests.lab.processes import wait_until
from tests.lab.workloads.bookinfo import BOOKINFO, HTTP

REAP_S = 10


def test_the_manager_restores_what_nobody_wants_any_more(
    dev: Kubeferry, eve: Kubeferry, local: LocalService, bookinfo: Bookinfo
) -> None:
    cluster = bookinfo.cluster
    roles = ("clusterrole,clusterrolebinding", f"{MANAGER_NAME}-{MANAGER_NAMESPACE}")
    before = {name: bookinfo.shape(name) for name in ("deployment/reviews", "deployment/ratings")}
    dev.run("manager", "install", "--reap-after", f"{REAP_S}s").checked()
    try:
        dev.mesh("deploy/ratings", "--header", "x-user=alice", "--port", str(HTTP))
        dev.mesh("deploy/reviews", "--header", "x-user=alice", "--port", str(HTTP))
        eve.mesh("deploy/reviews", "--header", "x-user=bob", "--port", str(HTTP))
        dev.laptop.signal(signal.SIGKILL, "session", "worker")
        # Known for as long as its lease; a manager that begins anew has never heard of it.
        selector = ("-l", "app.kubernetes.io/component=manager")
        cluster.kubectl("-n", MANAGER_NAMESPACE, "delete", "pod", *selector, "--grace-period=0", "--force")
        wait_until(
            "ratings to be restored", lambda: bookinfo.shape("deployment/ratings") == before["deployment/ratings"], 60
        )
        eve.wait_for("active", lambda status: [one["health"] for one in status["intercepts"]] == ["active"], 15)
        assert bookinfo.with_sidecar("reviews"), "eve is there"
        assert [name for name in bookinfo.secrets() if name.startswith("kubeferry-deployment-ratings")] == []
        eve.leave("deploy/reviews", "-n", BOOKINFO)
        bookinfo.wait_until_restored(before)
    finally:
        eve.run("leave", "--all")
        dev.connect(namespace=BOOKINFO)
        dev.run("leave", "--all")
        dev.run("manager", "install").checked()
        for kind in roles[0].split(","):
            cluster.kubectl("delete", kind, roles[1], "--ignore-not-found")
