"""Quick tests of what packages are made from, always; those of built packages where KUBEFERRY_PACKAGES names them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.packages.machine import Machine, machine

PACKAGES = "KUBEFERRY_PACKAGES"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"built: wants built packages in the folder that {PACKAGES} names")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not os.environ.get(PACKAGES):
        skip = pytest.mark.skip(reason=f"{PACKAGES} is not set: `make packages-test` builds packages and tests them")
        for item in items:
            if item.get_closest_marker("built"):
                item.add_marker(skip)


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built packages, and `next.deb`: the same with a higher version."""
    if os.geteuid():
        pytest.fail("a machine of its own takes namespaces: run this as root")
    folder = tmp_path_factory.mktemp("packages")
    built = Path(os.environ[PACKAGES]).resolve()
    for path in built.glob("kubeferry*"):
        shutil.copy(path, folder)
    (deb,) = folder.glob("*.deb")
    deb.rename(folder / "kubeferry.deb")
    next(folder.glob("*.rpm")).rename(folder / "kubeferry.rpm")
    next(folder.glob("*.tar.gz")).rename(folder / "kubeferry.tar.gz")
    _make_next(folder)
    return folder


def _make_next(folder: Path) -> None:
    unpacked = folder / "unpacked"
    subprocess.run(["dpkg-deb", "-R", str(folder / "kubeferry.deb"), str(unpacked)], check=True)
    control = unpacked / "DEBIAN/control"
    lines = [line + ".1" if line.startswith("Version:") else line for line in control.read_text().splitlines()]
    control.write_text("\n".join(lines) + "\n")
    subprocess.run(
        ["dpkg-deb", "-b", "-Znone", str(unpacked), str(folder / "next.deb")], check=True, stdout=subprocess.DEVNULL
    )
    shutil.rmtree(unpacked)


@pytest.fixture
def fresh(packages: Path) -> Iterator[Machine]:
    """A machine on which nothing is installed yet."""
    with machine(packages) as made:
        yield made
