"""What a node sees of the machine's files: its own /run, /var/lib, /var/log and /sys, and otherwise the machine's."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

from tests.cluster import cgroups
from tests.lab import kernel

MS_NOSUID, MS_NODEV, MS_NOEXEC = 2, 4, 8
MS_SHARED = 1 << 20
_CLONE_NEWCGROUP = 0x02000000
_MNT_DETACH = 2
_SYSTEM = MS_NOSUID | MS_NODEV | MS_NOEXEC

PRIVATE = (Path("/run"), Path("/var/lib"))
"""In memory, and empty but for what has to stay reachable."""

WRITTEN_BY_KUBELET = (
    *("vm/overcommit_memory", "vm/panic_on_oom", "kernel/panic", "kernel/panic_on_oops"),
    *("kernel/keys/root_maxkeys", "kernel/keys/root_maxbytes"),
)
"""Sysctls of the whole machine that the kubelet insists on setting. A node has files to write in their place."""

_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def stand_aside(kept: list[Path], private: Path) -> list[tuple[Path, Path]]:
    """Of the paths to keep those that a private folder would hide, and where each waits meanwhile."""
    hidden = [path for path in kept if path.is_relative_to(private)]
    return [(path, Path(f"/run/.aside/{number}{private.name}")) for number, path in enumerate(hidden)]


def make(kept: list[Path], logs: Path, hierarchies: list[cgroups.Hierarchy], cgroup_v2: str) -> None:
    """`kept`: stays reachable wherever it lies. `logs`: becomes /var/log. `cgroup_v2`: the node's cgroup, or "".

    In a mount namespace of the node's own. Everything that is mounted there ends with the node's last process."""
    kernel.mount("none", "/", flags=kernel.MS_REC | kernel.MS_PRIVATE)
    if cgroup_v2:
        join_cgroup(Path(cgroup_v2))
    for private in PRIVATE:
        _make_private(private, kept)
    kernel.mount(logs, "/var/log", flags=kernel.MS_BIND)
    # The machine's own must be gone: the kubelet takes the first cgroup mounts that it finds.
    _checked(_libc.umount2(b"/sys", _MNT_DETACH), "umount /sys")
    kernel.mount("sysfs", "/sys", "sysfs", _SYSTEM)
    if cgroup_v2:
        mount_cgroup_v2()
    else:
        mount_cgroups_v1(hierarchies)
    _replace_sysctls()
    kernel.mount("none", "/", flags=kernel.MS_REC | MS_SHARED)


def _make_private(private: Path, kept: list[Path]) -> None:
    """/run comes first and holds what waits, so it cannot have kept paths of its own."""
    waiting = stand_aside(kept, private)
    if private == Path("/run"):
        if waiting:
            raise SystemExit(f"{waiting[0][0]}: nothing that a node needs can lie below /run")
        kernel.mount("tmpfs", private, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755")
        return
    for path, aside in waiting:
        aside.mkdir(parents=True)
        kernel.mount(path, aside, flags=kernel.MS_BIND | kernel.MS_REC)
    kernel.mount("tmpfs", private, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755")
    for path, aside in waiting:
        path.mkdir(parents=True)
        kernel.mount(aside, path, flags=kernel.MS_BIND | kernel.MS_REC)


def join_cgroup(cgroup: Path) -> None:
    """This process into the node's cgroup, which becomes the root of a namespace: what is shown below /sys/fs/cgroup,
    and in /proc/PID/cgroup, begins there."""
    (cgroup / "cgroup.procs").write_text("0")
    _checked(_libc.unshare(_CLONE_NEWCGROUP), "unshare the cgroup namespace")


def mount_cgroup_v2(where: Path = Path("/sys/fs/cgroup")) -> None:
    """And away from the root of it, which can hand controllers down only when no process is in it."""
    kernel.mount("cgroup2", where, "cgroup2", _SYSTEM)
    (where / "init").mkdir(exist_ok=True)
    (where / "init" / "cgroup.procs").write_text("0")
    cgroups.hand_down(where, tuple((where / "cgroup.controllers").read_text().split()))


def mount_cgroups_v1(hierarchies: list[cgroups.Hierarchy]) -> None:
    """Of `name=systemd` too: containerd looks up each hierarchy that /proc/PID/cgroup names."""
    top = Path("/sys/fs/cgroup")
    kernel.mount("tmpfs", top, "tmpfs", _SYSTEM, "mode=755")
    for hierarchy in hierarchies:
        where = top / hierarchy.mount.name
        where.mkdir()
        kernel.mount("cgroup", where, "cgroup", _SYSTEM, hierarchy.options)


def _replace_sysctls() -> None:
    folder = Path("/run/.sysctl")
    folder.mkdir()
    for number, name in enumerate(WRITTEN_BY_KUBELET):
        path = Path("/proc/sys") / name
        if path.exists():
            (folder / str(number)).write_text(path.read_text())
            kernel.mount(folder / str(number), path, flags=kernel.MS_BIND)
