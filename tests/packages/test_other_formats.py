"""rpm and tar.gz on the same machine: installed, used, brought up to date, taken away, and nothing is left."""

from __future__ import annotations

import pytest

from tests.packages.app_in_machine import keeper
from tests.packages.machine import Machine
from tests.packages.test_deb_life import is_active

pytestmark = pytest.mark.built

_ACCOUNT_FILES = ("/etc/group", "/etc/gshadow", "/etc/.pwd.lock")


def left(machine: Machine, before: dict[str, str]) -> dict[str, str]:
    found = {name: kind for name, kind in machine.files().items() if before.get(name) != kind}
    return {name: kind for name, kind in found.items() if not name.startswith(_ACCOUNT_FILES)}


def test_rpm(fresh: Machine) -> None:
    fresh.run("rpm", "--initdb")
    before, groups = fresh.files(), fresh.run("getent", "group")
    fresh.run("rpm", "-i", "--nodeps", "/packages/kubeferry.rpm")
    assert fresh.run("rpm", "-V", "--nodeps", "kubeferry") == ""
    with keeper(fresh) as app:
        app.expect("connected")
        fresh.run("rpm", "-U", "--nodeps", "--replacepkgs", "/packages/kubeferry.rpm")
        app.expect("lost")
        app.expect("connected")
    fresh.run("rpm", "-e", "kubeferry")
    assert (left(fresh, before), fresh.run("getent", "group")) == ({}, groups)


def test_tarball(fresh: Machine) -> None:
    before, groups = fresh.files(), fresh.run("getent", "group")
    fresh.run("sh", "-c", "cd /tmp && tar -xf /packages/kubeferry.tar.gz && mv kubeferry-*/ kubeferry")
    fresh.run("/tmp/kubeferry/install.sh")
    assert is_active(fresh, "kubeferry-helper.socket")
    with keeper(fresh) as app:
        app.expect("connected")
        fresh.run("/tmp/kubeferry/install.sh")
        app.expect("lost")
        app.expect("connected")
    fresh.run("/usr/lib/kubeferry/uninstall", "--uninstall")
    assert (left(fresh, before), fresh.run("getent", "group")) == ({}, groups)
    assert fresh.code("/tmp/kubeferry/install.sh", "--frobnicate") == 2
