"""A package's life on a Debian with systemd: installed, used, upgraded while connected, killed, removed, purged."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest

from tests.packages.app_in_machine import keeper
from tests.packages.machine import Machine

pytestmark = pytest.mark.built

RESOLV_CONF = "/etc/resolv.conf"
CLEANUP = "kubeferry-helper-cleanup.service"
CLEAN_S = 5.0
"""Within which nothing may be left of a connection, however it ends."""


def network(machine: Machine) -> str:
    links = [link["ifname"] for link in machine.json("ip", "-j", "link")]
    resolver = machine.run("cat", RESOLV_CONF)
    return json.dumps([sorted(links), machine.run("ip", "route"), resolver])


def until(holds: Callable[[], bool], within_s: float) -> float:
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < within_s
        time.sleep(0.05)
    return time.monotonic() - began


def install(machine: Machine, name: str = "kubeferry.deb") -> None:
    machine.run("dpkg", "-i", f"/packages/{name}")


def is_active(machine: Machine, unit: str) -> bool:
    return machine.run("systemctl", "is-active", unit, check=False).strip() == "active"


def add_member(machine: Machine, name: str = "ann") -> None:
    machine.run("useradd", "-m", name)
    machine.run("usermod", "-aG", "kubeferry", name)


def main_pid(machine: Machine) -> int:
    return int(machine.run("systemctl", "show", "-P", "MainPID", "kubeferry-helper.service"))


def test_the_helper_starts_when_it_is_first_used(fresh: Machine) -> None:
    install(fresh)
    add_member(fresh)
    assert is_active(fresh, "kubeferry-helper.socket")
    assert not is_active(fresh, "kubeferry-helper.service")
    with keeper(fresh, "ann") as app:
        connected = app.expect("connected")
        assert is_active(fresh, "kubeferry-helper.service")
        assert connected["resolver"] == "resolv.conf"
        (link,) = fresh.json("ip", "-j", "address", "show", "dev", connected["interface"])
        assert {one["local"] for one in link["addr_info"]} >= {"198.19.3.7", "fd6b:7562:6566::37"}
        assert "10.96.0.0/12" in fresh.run("ip", "route")
        assert "shop.svc.cluster.local" in fresh.run("cat", RESOLV_CONF)
        localnet = f"/proc/sys/net/ipv4/conf/{connected['interface']}/route_localnet"
        assert fresh.run("cat", localnet) == "1\n"
        status = fresh.run("cat", f"/proc/{connected['worker']}/status")
        assert f"Uid:\t{fresh.run('id', '-u', 'ann').strip()}\t" in status
        assert "CapEff:\t0000000000000000" in status
        assert "Seccomp:\t2" in status
    assert fresh.run("systemctl", "--failed", "--no-legend") == ""


def test_an_upgrade_while_connected_makes_the_connection_again(fresh: Machine) -> None:
    install(fresh)
    before = network(fresh)
    with keeper(fresh) as app:
        app.expect("connected")
        old = main_pid(fresh)
        began = time.monotonic()
        install(fresh, "next.deb")
        app.expect("lost")
        again = app.expect("connected")
        print(f"upgraded and connected again after {time.monotonic() - began:.2f} s")
        assert main_pid(fresh) != old
        assert [link["ifname"] for link in fresh.json("ip", "-j", "link") if "kubeferry" in link["ifname"]] == [
            again["interface"]
        ]
    until(lambda: network(fresh) == before, CLEAN_S)


def test_a_killed_helper_leaves_nothing_and_comes_back(fresh: Machine) -> None:
    install(fresh)
    before = network(fresh)
    with keeper(fresh) as app:
        app.expect("connected")
        fresh.run("systemctl", "stop", "kubeferry-helper.socket", check=False)
        fresh.run("systemctl", "start", "kubeferry-helper.socket")
    with keeper(fresh) as app:
        app.expect("connected")
        fresh.run("systemctl", "kill", "-s", "KILL", "--kill-who=main", "kubeferry-helper.service")
        app.expect("lost")
        again = app.expect("connected")
        print(f"connected again {again['after_s']:.2f} s after kill -9 of the helper")
    until(lambda: network(fresh) == before, CLEAN_S)
    log = fresh.run("journalctl", "-u", "kubeferry-helper.service", "-o", "cat")
    assert "of a helper that was killed; left: nothing" in log


def test_after_a_power_failure_the_resolver_file_is_restored_at_boot(fresh: Machine) -> None:
    """What is on the disk then: the file and its journal, and nothing of /run."""
    install(fresh)
    before = fresh.run("cat", RESOLV_CONF)
    journal = "/var/lib/kubeferry/journal"
    assert fresh.run("systemctl", "is-enabled", CLEANUP).strip() == "enabled"
    with keeper(fresh) as app:
        app.expect("connected")
        fresh.run("sh", "-c", f"mkdir /var/disk; cp -a {RESOLV_CONF} /var/disk/file; cp -a {journal} /var/disk/journal")
        fresh.run("systemctl", "stop", "kubeferry-helper.socket", "kubeferry-helper.service")
    fresh.run("sh", "-c", f"rm -rf /run/kubeferry {journal}")
    fresh.run("sh", "-c", f"cp -a /var/disk/journal {journal}; cat /var/disk/file > {RESOLV_CONF}; rm -r /var/disk")
    assert "shop.svc.cluster.local" in fresh.run("cat", RESOLV_CONF)
    fresh.run("systemctl", "start", CLEANUP)
    assert fresh.run("cat", RESOLV_CONF) == before
    assert fresh.run("ls", journal) == ""
    fresh.run("systemctl", "start", CLEANUP)
    result = fresh.run("systemctl", "show", "-P", "ConditionResult", CLEANUP)
    assert result.strip() == "no", "there is nothing to do any more, so nothing is started"


def test_removed_while_connected_and_purged_nothing_is_left(fresh: Machine) -> None:
    files, before, groups = fresh.files(), network(fresh), fresh.run("getent", "group")
    install(fresh)
    with keeper(fresh) as app:
        app.expect("connected")
        fresh.run("dpkg", "-r", "kubeferry")
        app.expect("lost")
        assert network(fresh) == before
        assert not is_active(fresh, "kubeferry-helper.socket")
    assert "kubeferry" in fresh.run("getent", "group")
    assert fresh.run("pgrep", "-f", "kubeferry-helper", check=False) == ""
    fresh.run("dpkg", "--purge", "kubeferry")
    assert fresh.run("getent", "group") == groups
    assert fresh.run("sh", "-c", "ls -d /run/kubeferry* 2>/dev/null", check=False) == ""
    left = {name: kind for name, kind in fresh.files().items() if files.get(name) != kind}
    assert not {name: kind for name, kind in left.items() if not name.startswith(("/etc/group", "/etc/gshadow"))}
    assert not files.keys() - fresh.files().keys()
    assert fresh.run("systemctl", "--failed", "--no-legend") == ""


def test_who_has_disabled_the_socket_keeps_it_disabled(fresh: Machine) -> None:
    install(fresh)
    fresh.run("systemctl", "disable", "--now", "kubeferry-helper.socket")
    install(fresh, "next.deb")
    assert not is_active(fresh, "kubeferry-helper.socket")
    fresh.run("dpkg", "-r", "kubeferry")
    install(fresh)
    assert fresh.run("systemctl", "is-enabled", "kubeferry-helper.socket", check=False).strip() == "disabled"


def test_removed_and_installed_again_it_works_as_before(fresh: Machine) -> None:
    install(fresh)
    fresh.run("dpkg", "-r", "kubeferry")
    install(fresh)
    with keeper(fresh) as app:
        app.expect("connected")


def test_a_helper_installed_from_source_gives_way_and_its_users_stay(fresh: Machine) -> None:
    fresh.run("useradd", "-m", "ann")
    # A script that root runs must not lie where others could write: /src is read-only and root's.
    script = "/src/resources/helper/install-helper"
    places = [
        "--code",
        "/src",
        "--packages",
        "/src/.venv/lib/python3.11/site-packages",
        "--python",
        "/usr/bin/python3.11",
    ]
    fresh.run("sh", script, *places, "--user", fresh.run("id", "-u", "ann").strip())
    assert is_active(fresh, "kubeferry-helper.socket")
    with keeper(fresh, "ann") as app:
        app.expect("connected")
    install(fresh)
    assert not fresh.run("sh", "-c", "ls /etc/systemd/system/kubeferry-helper.* 2>/dev/null", check=False)
    assert "/usr/lib/kubeferry/helper/kubeferry-helper" in fresh.run("systemctl", "cat", "kubeferry-helper.service")
    with keeper(fresh, "ann") as app:
        app.expect("connected")
    assert fresh.code("sh", script, *places) == 3
    fresh.run("dpkg", "--purge", "kubeferry")
    assert fresh.code("getent", "group", "kubeferry") == 2
