"""The cgroups that hold a node, on machines of both kinds.

cgroup v1: one below this process's own in every hierarchy, so that what limits this process limits the node too. The
node gets a cgroup namespace, in which they are the roots.

cgroup v2 (all of today's distributions): one at the top of the tree, as container engines without systemd have it. A
cgroup that holds processes cannot hand controllers down to its children (kernel, cgroup-v2.rst, "No Internal Process
Constraint"); hence none can be made below ours, and hence a node's own is left empty:

    /sys/fs/cgroup                      hands down cpu, cpuset, memory and pids (others have asked for most already)
    └ kubeferry-NAME-node1              the root in the node's cgroup namespace; hands them down too
      ├ outside                         what started the node; it is not in the node
      ├ init                            process 1 and the daemons
      └ kubepods …                      the kubelet's

In a container with a cgroup namespace of its own the top is not the machine's, and holds processes: they move into
`kubeferry-outside` beside the nodes then, and back again when the last node is gone.
"""

from __future__ import annotations

import dataclasses
import errno
import time
from contextlib import suppress
from pathlib import Path

NEEDED_V1 = frozenset({"cpu", "cpuacct", "cpuset", "memory"})
NEEDED_V2 = ("cpu", "cpuset", "memory", "pids")
OUTSIDE = "outside"
MOVED = "kubeferry-outside"


@dataclasses.dataclass(frozen=True)
class Hierarchy:
    """A mounted hierarchy. `own`: this process's cgroup in it. `options`: to mount it again; "" for v2."""

    mount: Path
    own: Path
    options: str

    @property
    def is_v2(self) -> bool:
        return not self.options

    def of_node(self, name: str) -> Path:
        return (self.mount if self.is_v2 else self.own) / name


def find(mounts: str, own: str) -> list[Hierarchy]:
    """`mounts`, `own`: the texts of /proc/self/mounts and /proc/self/cgroup. v1's where they have all that is needed.

    Raises RuntimeError with what is missing."""
    v1: dict[Path, set[str]] = {}
    v2: Path | None = None
    for line in mounts.splitlines():
        _, where, kind, options = line.split()[:4]
        if kind == "cgroup":
            v1[Path(where)] = set(options.split(","))
        elif kind == "cgroup2":
            v2 = v2 or Path(where)
    found: list[Hierarchy] = []
    controllers: set[str] = set()
    for line in own.splitlines():
        _, names, path = line.split(":", 2)
        for mount, options_there in v1.items():
            if names and set(names.split(",")) <= options_there:
                controllers |= set(names.split(","))
                options = f"none,{names}" if names.startswith("name=") else names
                below = mount / path.lstrip("/")
                # In a container the path may be the machine's, while what is mounted begins at the container.
                found.append(Hierarchy(mount, below if below.is_dir() else mount, options))
    if controllers >= NEEDED_V1:
        return found
    if v2 is not None:
        missing = set(NEEDED_V2) - set((v2 / "cgroup.controllers").read_text().split())
        if not missing:
            return [Hierarchy(v2, v2, "")]
        raise RuntimeError(f"the test cluster needs the cgroup controllers {', '.join(sorted(missing))} in {v2}")
    raise RuntimeError(f"the test cluster needs cgroup v2, or of v1: {', '.join(sorted(NEEDED_V1 - controllers))}")


def machine() -> list[Hierarchy]:
    return find(Path("/proc/self/mounts").read_text(), Path("/proc/self/cgroup").read_text())


def create(hierarchies: list[Hierarchy], name: str) -> list[Path]:
    """Makes the node's cgroups; returns those that whatever starts the node has to enter first."""
    entered = []
    for hierarchy in hierarchies:
        path = hierarchy.of_node(name)
        if hierarchy.is_v2:
            hand_down(hierarchy.mount, NEEDED_V2)
            path /= OUTSIDE
        path.mkdir(parents=True, exist_ok=True)
        if not hierarchy.is_v2:
            # Empty in a new cgroup of v1, and without them no process can enter.
            for file in ("cpuset.cpus", "cpuset.mems"):
                if (path / file).exists():
                    (path / file).write_text((path.parent / file).read_text())
        entered.append(path)
    return entered


def hand_down(cgroup: Path, controllers: tuple[str, ...]) -> None:
    """Lets the children of a v2 cgroup have these controllers."""
    control = cgroup / "cgroup.subtree_control"
    wanted = " ".join(f"+{name}" for name in controllers if name not in control.read_text().split())
    if not wanted:
        return
    try:
        control.write_text(wanted)
    except OSError as error:
        if error.errno != errno.EBUSY:
            raise
        (cgroup / MOVED).mkdir(exist_ok=True)
        move(cgroup, cgroup / MOVED)
        control.write_text(wanted)


def move(source: Path, target: Path) -> None:
    """All processes of one cgroup into another; again, for those that forked meanwhile, until none is left."""
    for _ in range(20):
        pids = (source / "cgroup.procs").read_text().split()
        if not pids:
            return
        for pid in pids:
            with suppress(ProcessLookupError):
                (target / "cgroup.procs").write_text(pid)


def remove(hierarchies: list[Hierarchy], name: str) -> list[Path]:
    """Of a node that has ended, with all below them. Returns what could not be removed."""
    left = [path for hierarchy in hierarchies for path in _remove_tree(hierarchy.of_node(name))]
    for hierarchy in hierarchies:
        if (
            hierarchy.is_v2
            and (hierarchy.mount / MOVED).is_dir()
            and not any(hierarchy.mount.glob("kubeferry-*-node*"))
        ):
            _move_back(hierarchy.mount)
    return left


def _move_back(top: Path) -> None:
    """Processes can be in the top again only when it hands nothing down. Where somebody else has children there, and
    needs that, they stay where they are."""
    with suppress(OSError):
        (top / "cgroup.subtree_control").write_text(" ".join(f"-{name}" for name in NEEDED_V2))
        move(top / MOVED, top)
        (top / MOVED).rmdir()


def _remove_tree(top: Path, timeout_s: float = 5.0) -> list[Path]:
    if not top.is_dir():
        return []
    folders = [top, *(path for path in top.rglob("*") if path.is_dir())]
    end = time.monotonic() + timeout_s
    left = []
    for folder in sorted(folders, key=lambda path: len(path.parts), reverse=True):
        while folder.is_dir():
            try:
                folder.rmdir()
            except OSError:
                if time.monotonic() > end:
                    left.append(folder)
                    break
                time.sleep(0.05)
    return left
