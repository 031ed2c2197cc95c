"""`unshare … python -m tests.packages.machine_init ROOT PACKAGES`: becomes the systemd of a machine that vanishes.

The mounts are those of systemd's container interface: of /proc/sys only the network's settings can be written, so that
the machine cannot change the kernel of this one.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.lab import kernel

_MS_RDONLY, _MS_REMOUNT = 1, 32
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty", "net/tun")
_WORK = Path("/mnt")


def main(root: str, packages: str) -> None:
    repository = Path.cwd()
    kernel.mount("none", "/", flags=kernel.MS_REC | kernel.MS_PRIVATE)
    kernel.mount("tmpfs", _WORK, "tmpfs", options="mode=755")
    new, upper, work = _WORK / "root", _WORK / "upper", _WORK / "work"
    for folder in (new, upper, work):
        folder.mkdir()
    kernel.mount("overlay", new, "overlay", options=f"lowerdir={root},upperdir={upper},workdir={work}")
    kernel.mount("proc", new / "proc", "proc")
    _read_only(new / "proc/sys")
    kernel.mount(new / "proc/sys/net", new / "proc/sys/net", flags=kernel.MS_BIND)
    kernel.mount("none", new / "proc/sys/net", flags=kernel.MS_BIND | _MS_REMOUNT)
    kernel.mount("sysfs", new / "sys", "sysfs")
    kernel.mount("cgroup2", new / "sys/fs/cgroup", "cgroup2")
    for name, mode in (("run", "755"), ("tmp", "1777")):
        kernel.mount("tmpfs", new / name, "tmpfs", options=f"mode={mode}")
    _make_devices(new / "dev")
    for source, place in ((repository, "src"), (Path(packages), "packages")):
        (new / place).mkdir(exist_ok=True)
        kernel.mount(source, new / place, flags=kernel.MS_BIND)
        kernel.mount("none", new / place, flags=kernel.MS_BIND | _MS_REMOUNT | _MS_RDONLY)
    _make_network()
    (new / "etc/resolv.conf").unlink(missing_ok=True)
    (new / "etc/resolv.conf").write_text("nameserver 192.0.2.53\n")
    (new / "etc/hostname").write_text("machine\n")
    os.chdir(new)
    subprocess.run(["pivot_root", ".", "mnt"], check=True)
    os.chroot(".")
    subprocess.run(["umount", "-l", "/mnt"], check=True)
    environ = {"container": "kubeferry-test", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    os.execve("/lib/systemd/systemd", ["/lib/systemd/systemd", "--show-status=0"], environ)  # noqa: S606


def _read_only(path: Path) -> None:
    kernel.mount(path, path, flags=kernel.MS_BIND)
    kernel.mount("none", path, flags=kernel.MS_BIND | _MS_REMOUNT | _MS_RDONLY)


def _make_devices(dev: Path) -> None:
    kernel.mount("tmpfs", dev, "tmpfs", options="mode=755")
    for name in ("pts", "shm", "net", "mqueue"):
        (dev / name).mkdir()
    kernel.mount("devpts", dev / "pts", "devpts", options="newinstance,ptmxmode=666,mode=620,gid=5")
    for name in _DEVICES:
        (dev / name).touch()
        kernel.mount(f"/dev/{name}", dev / name, flags=kernel.MS_BIND)
    (dev / "ptmx").symlink_to("pts/ptmx")
    (dev / "fd").symlink_to("/proc/self/fd")


def _make_network() -> None:
    for line in (
        "link set lo up",
        "link add lan0 type veth peer lan1",
        "address add 192.0.2.10/24 dev lan0",
        "link set lan0 up",
        "link set lan1 up",
        "route add default via 192.0.2.1",
    ):
        subprocess.run(["ip", *line.split()], check=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
