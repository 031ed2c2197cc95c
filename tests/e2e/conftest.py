"""One cluster and one lab for the whole run; laptops that are as they were after every test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import KEEP
from tests.e2e.desktop_fixtures import accessibility, desktop, shots, window  # noqa: F401 - pytest finds fixtures here
from tests.e2e.driver import Kubeferry
from tests.e2e.intercept_fixtures import (  # noqa: F401 - pytest finds fixtures and hooks here
    bookinfo,
    dev,
    eve,
    local,
    pytest_terminal_summary,
    third,
    third_laptop,
)
from tests.lab import snapshot, workloads
from tests.lab.cluster import Cluster, LocalCluster
from tests.lab.kubeconfig import for_user
from tests.lab.lab import Lab
from tests.lab.laptop import DEV, EVE, MALLORY, Laptop
from tests.lab.processes import PYTHON, ROOT, check, wait_until

IMAGES = tuple(ROOT / "build" / "image" / f"{name}.tar" for name in ("manager", "sidecar"))
MANAGER_NAMESPACE = "kubeferry"
LAB = os.environ.get("KUBEFERRY_LAB", "kfe2e")

_running: dict[str, Any] = {}


@pytest.fixture(scope="session")
def cluster(running_cluster: Cluster) -> Iterator[Cluster]:
    opened = running_cluster
    _running["cluster"] = opened
    if isinstance(opened, LocalCluster):
        for image in IMAGES:
            if not image.exists():
                pytest.fail(f"{image} is not there: run `make image`")
            opened.load_image(image)
    workloads.deploy(opened)
    yield opened
    _running.pop("cluster")
    if os.environ.get(KEEP) or (isinstance(opened, LocalCluster) and opened.started_here):
        return
    workloads.remove(opened)
    opened.kubectl("delete", "namespace", MANAGER_NAMESPACE, "--ignore-not-found", "--wait=false")


@pytest.fixture(scope="session")
def lab(cluster: Cluster) -> Iterator[Lab]:
    # So that users who cannot write here do not compile everything anew at each start.
    check([PYTHON, "-m", "compileall", "-q", str(ROOT / "app"), str(ROOT / "helper"), str(ROOT / "tests" / "lab")])
    with Lab(LAB, number=int(os.environ.get("KUBEFERRY_LAB_NUMBER", "1"))) as made:
        made.up(cluster)
        _running["lab"] = made
        yield made
        _running.pop("lab")


def prepared_laptop(lab: Lab, cluster: Cluster, *, resolved: bool) -> Laptop:
    laptop = lab.add_laptop(resolved=resolved)
    for identity in (DEV, EVE, MALLORY):
        laptop.write_file(f"{identity.home}/.kube/config", for_user(cluster), identity)
    laptop.start_helper()
    return laptop


@pytest.fixture(scope="session")
def laptop(lab: Lab, cluster: Cluster) -> Laptop:
    """With systemd-resolved. Its helper runs; tests that end the helper start it again."""
    return prepared_laptop(lab, cluster, resolved=True)


@pytest.fixture(scope="session")
def plain_laptop(lab: Lab, cluster: Cluster) -> Laptop:
    """Without systemd-resolved: /etc/resolv.conf is a file."""
    return prepared_laptop(lab, cluster, resolved=False)


def make_as_before(laptop: Laptop) -> None:
    """Nothing of ours runs but the helper, and nobody is connected."""
    for pid in laptop.pids("client"):
        os.kill(pid, 9)
    for identity in (DEV, EVE):
        if laptop.pids("session", identity):
            Kubeferry(laptop, identity).run("disconnect")
    if not laptop.pids("helper"):
        laptop.start_helper()


@pytest.fixture
def kubeferry(laptop: Laptop) -> Iterator[Kubeferry]:
    """A laptop that is not connected; afterwards it must be exactly as before."""
    make_as_before(laptop)
    before = snapshot.take(laptop)
    yield Kubeferry(laptop)
    make_as_before(laptop)
    assert_as_before(laptop, before)


@pytest.fixture(scope="module")
def connected(laptop: Laptop) -> Iterator[Kubeferry]:
    """Connected for the whole module; afterwards the laptop must be exactly as before."""
    make_as_before(laptop)
    before = snapshot.take(laptop)
    kubeferry = Kubeferry(laptop)
    kubeferry.connect()
    yield kubeferry
    make_as_before(laptop)
    assert_as_before(laptop, before)


def assert_as_before(laptop: Laptop, before: dict[str, Any], within_s: float = 5.0) -> None:
    differences: list[str] = []

    def same() -> bool:
        differences[:] = snapshot.differences(before, snapshot.take(laptop))
        return not differences

    try:
        wait_until("the laptop to be as before", same, within_s, every_s=0.2)
    except TimeoutError:
        raise AssertionError(f"not as before after {within_s:g} s:\n" + "\n".join(differences)) from None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    report = yield
    if report.failed:
        report.sections += _logs()
    return report


def _logs() -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    lab: Lab | None = _running.get("lab")
    for laptop in lab.laptops if lab is not None else []:
        for user in (DEV, EVE):
            path = laptop.path(f"{user.home}/.local/state/kubeferry/session.log")
            if path.exists():
                lines = path.read_text(errors="replace").splitlines()[-60:]
                found.append((f"session of {user.name} on {laptop.name}", "\n".join(lines)))
        found.append((f"helper and workers on {laptop.name}", laptop.log("helper", 60)))
    cluster: Cluster | None = _running.get("cluster")
    if cluster is not None:
        try:
            selector = ("-l", "app.kubernetes.io/component=manager", "--tail=60", "--prefix")
            found.append(("manager", cluster.kubectl("-n", MANAGER_NAMESPACE, "logs", *selector)))
        except RuntimeError as error:
            found.append(("manager", f"(no log: {error})"))
    return found
