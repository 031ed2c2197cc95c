"""The programs of a built package, on the real cluster: what was left out of them would show here."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.bookinfo import Bookinfo
from tests.lab import snapshot
from tests.lab.kubeconfig import for_user
from tests.lab.lab import Lab
from tests.lab.laptop import DEV, HELPER_SOCKET, Laptop
from tests.lab.processes import ROOT_USER, check, open_log, wait_until
from tests.lab.workloads.bookinfo import BOOKINFO

PACKAGES = os.environ.get("KUBEFERRY_PACKAGES", "")

pytestmark = pytest.mark.skipif(not PACKAGES, reason="`make packages-test` builds packages and names their folder")


@pytest.fixture(scope="module")
def installed() -> Iterator[Path]:
    """Where every user of a laptop can read it: a laptop has a /tmp of its own."""
    folder = Path(tempfile.mkdtemp(prefix="kubeferry-packaged-", dir="/var/tmp"))
    try:
        folder.chmod(0o755)
        (package,) = Path(PACKAGES).glob("*.deb")
        check(["dpkg-deb", "-x", str(package), str(folder)])
        yield folder / "usr/lib/kubeferry"
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def packaged_laptop(lab: Lab, bookinfo: Bookinfo, installed: Path) -> Iterator[Laptop]:
    laptop = lab.add_laptop()
    laptop.write_file(f"{DEV.home}/.kube/config", for_user(bookinfo.cluster, namespace=BOOKINFO), DEV)
    command = [str(installed / "helper/kubeferry-helper"), "--state-dir", "/run/kubeferry"]
    with open_log(lab.logs / "packaged-helper.log") as log:
        helper = laptop.popen(command, identity=ROOT_USER, stdout=log, stderr=log)
    wait_until("the packaged helper", lambda: laptop.listens_on(HELPER_SOCKET), 15)
    yield laptop
    helper.terminate()
    helper.wait(15)


def test_connect_mesh_leave_disconnect(packaged_laptop: Laptop, bookinfo: Bookinfo, installed: Path) -> None:
    def kubeferry(*arguments: str) -> str:
        return packaged_laptop.run([str(installed / "app/kubeferry"), *arguments], identity=DEV).checked().out

    before, shape = snapshot.take(packaged_laptop), bookinfo.shape("deployment/reviews")
    kubeferry("connect", "-n", BOOKINFO)
    assert packaged_laptop.run(["curl", "-sS", "--max-time", "5", "http://reviews:9080/"], identity=DEV).checked().out
    kubeferry("mesh", "deploy/reviews", "--header", "x-user=alice", "--yes")
    (mesh,) = json.loads(kubeferry("status", "-o", "json"))["intercepts"]
    assert (mesh["workload"], mesh["health"], mesh["mine"]) == ("deployment/reviews", "active", True)
    kubeferry("leave", "--all")
    assert bookinfo.shape("deployment/reviews") == shape
    kubeferry("disconnect")
    found: list[str] = []

    def as_before() -> bool:
        found[:] = snapshot.differences(before, snapshot.take(packaged_laptop))
        return not found

    try:
        wait_until("the laptop to be as before", as_before, 5)
    except TimeoutError:
        pytest.fail(f"left behind: {found}")
