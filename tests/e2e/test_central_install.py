"""What `manager manifest` prints is enough for users who have its roles and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest
import yaml

from tests.e2e import accounts
from tests.e2e.bookinfo import Bookinfo
from tests.e2e.conftest import MANAGER_NAMESPACE, make_as_before
from tests.e2e.driver import Kubeferry
from tests.lab.cluster import Cluster
from tests.lab.kubeconfig import for_user
from tests.lab.laptop import DEV, Laptop
from tests.lab.workloads import SHOP
from tests.lab.workloads.bookinfo import BOOKINFO, HTTP

GROUP = f"system:serviceaccounts:{accounts.NAMESPACE}"


@pytest.fixture
def central(laptop: Laptop, cluster: Cluster, bookinfo: Bookinfo) -> Iterator[Kubeferry]:
    """A user of a central installation, who may intercept in bookinfo and not in shop."""
    make_as_before(laptop)
    admin = Kubeferry(laptop)
    admin.run("manager", "uninstall").checked()
    words = ("manager", "manifest", "--for-group", GROUP, "--in-namespace", BOOKINFO)
    objects = [item for item in yaml.safe_load_all(admin.run(*words).checked().out) if item]
    kubeconfig = f"{DEV.home}/.kube/config"
    shapes = bookinfo.shapes()
    cluster.apply(objects)
    try:
        cluster.kubectl("-n", MANAGER_NAMESPACE, "rollout", "status", "deployment/kubeferry-manager", "--timeout=60s")
        token = accounts.create(cluster, "jo", role=None)
        laptop.write_file(kubeconfig, for_user(cluster, user={"token": token}), DEV)
        yield admin
        make_as_before(laptop)
        bookinfo.wait_until_restored(shapes)
    finally:
        laptop.write_file(kubeconfig, for_user(cluster), DEV)
        accounts.remove(cluster)
        for item in objects:
            place = ("-n", item["metadata"]["namespace"]) if "namespace" in item["metadata"] else ()
            if item["kind"].startswith(("Role", "ClusterRole")):
                with suppress(RuntimeError):
                    cluster.kubectl("delete", item["kind"].lower(), item["metadata"]["name"], *place)
        admin.run("manager", "uninstall").checked()


def test_a_user_with_the_roles_alone(central: Kubeferry) -> None:
    central.connect(namespace=BOOKINFO)
    assert central.reach("http", f"http://productpage.{SHOP}:9080")["body"]["service"] == "productpage"
    central.mesh("deploy/reviews", "--header", "x-user=jo", "--port", str(HTTP))
    central.wait_for_health("active", 15)
    code, error = central.fails("proxy", "deploy/web", "-n", SHOP, "--yes")
    assert (code, error["code"]) == (20, "api_forbidden"), error
    assert SHOP in error["what"]
    central.leave()
    refused = central.run("manager", "install")
    assert refused.code, "who may connect may not install"
    central.disconnect()
