"""Process 1 of a laptop: makes its mounts, starts D-Bus and systemd-resolved, reaps orphans.

Run in fresh mount and pid namespaces, inside the laptop's network namespace, with a JSON `LaptopSetup` as its
argument. When it ends the kernel ends every process of the laptop, and its mounts go with it. The laptop has an /etc,
/run, /home and /tmp of its own; everything else is the machine's.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from tests.lab import kernel

READY = "/run/laptop-ready"
SYSTEM_BUS = "/run/dbus/system_bus_socket"


class User(msgspec.Struct, frozen=True):
    name: str
    uid: int
    groups: tuple[str, ...] = ()


class LaptopSetup(msgspec.Struct, frozen=True):
    """`resolved`: the folder Debian's systemd-resolved was unpacked into; None: /etc/resolv.conf is a plain file.

    `reachable`: paths that unprivileged users must be able to reach, wherever they lie (a checkout below /root).
    """

    resolved: str | None
    nameserver: str
    search_domain: str
    link: str
    users: tuple[User, ...]
    groups: dict[str, int]
    reachable: tuple[str, ...]


def private_folder(path: str, mode: int = 0o755) -> None:
    os.makedirs(path, exist_ok=True)
    kernel.mount("tmpfs", path, "tmpfs", options=f"mode={mode:o}")


PRIVATE_FOLDERS = {"/home": 0o755, "/tmp": 0o1777}
"""Which the laptop has for itself, and their modes."""


def expose(paths: tuple[str, ...]) -> None:
    """Puts what lies below a folder closed to others (as /root), or private to the laptop (as /tmp, where a checkout
    may lie), into an empty stand-in for that folder."""
    closed: dict[str, list[str]] = {folder: [] for folder in PRIVATE_FOLDERS}
    for path in paths:
        for parent in reversed(Path(path).parents):
            if str(parent) in PRIVATE_FOLDERS or not parent.stat().st_mode & 0o001:
                closed.setdefault(str(parent), []).append(path)
                break
    for folder, below in closed.items():
        aside = [f"/run/aside{folder.replace('/', '-')}-{number}" for number in range(len(below))]
        for path, place in zip(below, aside, strict=True):
            os.makedirs(place)
            kernel.mount(path, place, flags=kernel.MS_BIND | kernel.MS_REC)
        private_folder(folder, PRIVATE_FOLDERS.get(folder, 0o711))
        for path, place in zip(below, aside, strict=True):
            os.makedirs(path)
            kernel.mount(place, path, flags=kernel.MS_BIND | kernel.MS_REC)


def own_etc() -> None:
    """A copy on a file system of its own: files in it can be replaced by rename, as programs do."""
    os.makedirs("/run/etc")
    shutil.copytree("/etc", "/run/etc", symlinks=True, dirs_exist_ok=True)
    private_folder("/etc")
    shutil.copytree("/run/etc", "/etc", symlinks=True, dirs_exist_ok=True)
    shutil.rmtree("/run/etc")


def write_users(setup: LaptopSetup) -> None:
    groups = dict(setup.groups)
    passwd, group = [], []
    for user in setup.users:
        home = f"/home/{user.name}"
        runtime = f"/run/user/{user.uid}"
        os.makedirs(home)
        os.makedirs(runtime)
        for folder in (home, runtime):
            os.chown(folder, user.uid, user.uid)
            os.chmod(folder, 0o700)
        passwd.append(f"{user.name}:x:{user.uid}:{user.uid}::{home}:/bin/sh")
        group.append(f"{user.name}:x:{user.uid}:")
    for name, number in groups.items():
        members = ",".join(user.name for user in setup.users if name in user.groups)
        group.append(f"{name}:x:{number}:{members}")
    passwd.append("systemd-resolve:x:995:995::/:/usr/sbin/nologin")
    group.append("systemd-resolve:x:995:")
    for path, lines in (("/etc/passwd", passwd), ("/etc/group", group)):
        taken = {field for line in lines for field in (line.split(":")[0], line.split(":")[2])}
        old = [line for line in Path(path).read_text().splitlines() if line.count(":") >= 3]
        kept = [line for line in old if not taken & {line.split(":")[0], line.split(":")[2]}]
        Path(path).write_text("\n".join([*kept, *lines]) + "\n")


def resolver_files(setup: LaptopSetup) -> None:
    Path("/etc/nsswitch.conf").write_text(
        "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\nservices: files\n"
    )
    Path("/etc/hosts").write_text("127.0.0.1 localhost\n::1 localhost ip6-localhost\n")
    resolv = Path("/etc/resolv.conf")
    resolv.unlink(missing_ok=True)
    if setup.resolved is None:
        resolv.write_text(f"nameserver {setup.nameserver}\nsearch {setup.search_domain}\n")
        return
    resolv.symlink_to("../run/systemd/resolve/stub-resolv.conf")
    Path("/etc/systemd").mkdir(exist_ok=True)
    Path("/etc/systemd/resolved.conf").write_text(
        "[Resolve]\nFallbackDNS=\nLLMNR=no\nMulticastDNS=no\nDNSSEC=no\nDNSOverTLS=no\n"
    )
    policy = "usr/share/dbus-1/system.d/org.freedesktop.resolve1.conf"
    shutil.copy(Path(setup.resolved) / policy, "/etc/dbus-1/system.d/")


def wait_for(what: str, path: str, timeout_s: float = 10.0) -> None:
    end = time.monotonic() + timeout_s
    while not os.path.exists(path):
        if time.monotonic() > end:
            raise SystemExit(f"laptop: {what} did not come up")
        time.sleep(0.01)


def start_services(setup: LaptopSetup) -> None:
    os.makedirs("/run/dbus")
    subprocess.Popen(["dbus-daemon", "--system", "--nofork", "--nopidfile"])
    wait_for("the system bus", SYSTEM_BUS)
    if setup.resolved is None:
        return
    subprocess.Popen([f"{setup.resolved}/lib/systemd/systemd-resolved"])
    wait_for("systemd-resolved", "/run/systemd/resolve/stub-resolv.conf")
    resolvectl = f"{setup.resolved}/usr/bin/resolvectl"
    for arguments in (["dns", setup.link, setup.nameserver], ["domain", setup.link, setup.search_domain]):
        end = time.monotonic() + 10
        # The bus name is taken some milliseconds after the files are there; the service is not activatable here.
        while subprocess.run([resolvectl, *arguments], capture_output=True, check=False).returncode:
            if time.monotonic() > end:
                raise SystemExit(f"laptop: resolvectl {' '.join(arguments)} failed")
            time.sleep(0.02)


def reap_forever() -> None:
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            time.sleep(0.2)


def main() -> None:
    setup = msgspec.json.decode(sys.argv[1], type=LaptopSetup)
    kernel.mount("none", "/", flags=kernel.MS_REC | kernel.MS_PRIVATE)
    kernel.mount("sysfs", "/sys", "sysfs")
    private_folder("/run")
    expose(setup.reachable)
    own_etc()
    os.makedirs("/run/systemd")
    write_users(setup)
    resolver_files(setup)
    start_services(setup)
    Path(READY).touch()
    reap_forever()


if __name__ == "__main__":
    main()
