"""Where a test cluster's nodes go in the cgroup trees: on trees of plain files, and for v2 on the kernel's own."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import cgroups, node_mounts
from tests.cluster.cgroups import Hierarchy

V1_MOUNTS = """\
tmpfs {top} tmpfs rw 0 0
cgroup {top}/cpu,cpuacct cgroup rw,nosuid,cpu,cpuacct 0 0
cgroup {top}/cpuset cgroup rw,cpuset 0 0
cgroup {top}/memory cgroup rw,memory 0 0
cgroup {top}/systemd cgroup rw,xattr,name=systemd 0 0
cgroup2 {top}/unified cgroup2 rw 0 0
"""
V1_OWN = "4:memory:/limited\n3:cpuset:/\n2:cpu,cpuacct:/\n1:name=systemd:/user\n0::/\n"
V2_MOUNTS = "cgroup2 {top} cgroup2 rw,nosuid,nodev,noexec,relatime,nsdelegate 0 0\n"
V2_OWN = "0::/user.slice/user-1000.slice/session-2.scope\n"


@pytest.fixture
def v2(tmp_path: Path) -> Path:
    (tmp_path / "cgroup.controllers").write_text("cpuset cpu io memory hugetlb pids rdma misc\n")
    (tmp_path / "cgroup.subtree_control").write_text("memory pids\n")
    (tmp_path / "cgroup.procs").write_text("")
    return tmp_path


def test_v1_is_below_our_own(tmp_path: Path) -> None:
    (tmp_path / "memory" / "limited").mkdir(parents=True)
    found = {one.mount.name: one for one in cgroups.find(V1_MOUNTS.format(top=tmp_path), V1_OWN)}
    assert set(found) == {"cpu,cpuacct", "cpuset", "memory", "systemd"}
    assert found["memory"].of_node("n") == tmp_path / "memory" / "limited" / "n"
    assert found["systemd"].of_node("n") == tmp_path / "systemd" / "n"  # /user is not in what is mounted here
    assert (found["systemd"].options, found["cpu,cpuacct"].options) == ("none,name=systemd", "cpu,cpuacct")
    assert not any(one.is_v2 for one in found.values())


def test_v2_is_at_the_top_whatever_our_own_is(v2: Path) -> None:
    (found,) = cgroups.find(V2_MOUNTS.format(top=v2), V2_OWN)
    assert found == Hierarchy(v2, v2, "")
    assert found.of_node("n") == v2 / "n"


def test_what_is_missing_is_named(v2: Path) -> None:
    (v2 / "cgroup.controllers").write_text("memory pids\n")
    with pytest.raises(RuntimeError, match="controllers cpu, cpuset in"):
        cgroups.find(V2_MOUNTS.format(top=v2), V2_OWN)
    with pytest.raises(RuntimeError, match=r"cgroup v2, or of v1: cpu, cpuacct, cpuset$"):
        cgroups.find("cgroup /c cgroup rw,memory 0 0\n", "1:memory:/\n")


def test_a_v2_node_is_empty_itself(v2: Path) -> None:
    """Only its children have processes: else it could hand nothing down."""
    entered = cgroups.create([Hierarchy(v2, v2, "")], "n")
    assert entered == [v2 / "n" / "outside"]
    assert (v2 / "cgroup.subtree_control").read_text() == "+cpu +cpuset"


def test_what_is_handed_down_already_is_not_asked_for(v2: Path) -> None:
    (v2 / "cgroup.subtree_control").write_text("cpuset cpu io memory pids\n")
    cgroups.create([Hierarchy(v2, v2, "")], "n")
    assert (v2 / "cgroup.subtree_control").read_text() == "cpuset cpu io memory pids\n"


def test_in_a_container_what_is_in_the_way_moves(v2: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write, refused = Path.write_text, [True]
    (v2 / "cgroup.procs").write_text("17\n")

    def busy(path: Path, text: str) -> int:
        if path.name == "cgroup.subtree_control" and refused and refused.pop():
            raise OSError(errno.EBUSY, "busy")
        if path.parent.name == cgroups.MOVED:
            write(v2 / "cgroup.procs", "")
        return write(path, text)

    monkeypatch.setattr(Path, "write_text", busy)
    cgroups.hand_down(v2, cgroups.NEEDED_V2)
    assert (v2 / cgroups.MOVED / "cgroup.procs").read_text() == "17"
    assert (v2 / "cgroup.subtree_control").read_text() == "+cpu +cpuset"


def test_a_v1_cpuset_begins_as_its_parents(tmp_path: Path) -> None:
    for file, text in (("cpuset.cpus", "0-1\n"), ("cpuset.mems", "0\n")):
        (tmp_path / file).write_text(text)
    node = tmp_path / "n"
    node.mkdir()
    for file in ("cpuset.cpus", "cpuset.mems"):
        (node / file).write_text("")
    assert cgroups.create([Hierarchy(tmp_path, tmp_path, "cpuset")], "n") == [node]
    assert (node / "cpuset.cpus").read_text() == "0-1\n"


def test_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "n" / "kubepods" / "pod1").mkdir(parents=True)
    assert cgroups.remove([Hierarchy(tmp_path, tmp_path, "cpuset")], "n") == []
    assert list(tmp_path.iterdir()) == []


def test_kept_paths_stand_aside_only_where_they_would_be_hidden() -> None:
    kept = [Path("/var/lib/x/state"), Path("/home/me/.cache/y")]
    assert node_mounts.stand_aside(kept, Path("/var/lib")) == [(kept[0], Path("/run/.aside/0lib"))]
    assert node_mounts.stand_aside(kept, Path("/run")) == []


@pytest.fixture
def kernel_v2() -> Iterator[Path]:
    """A cgroup of the kernel's v2 tree, which machines with v1 have too, without controllers."""
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    top = next((Path(fields[1]) for fields in mounts if fields[2] == "cgroup2"), None)
    if os.geteuid() or top is None or not os.access(top, os.W_OK):
        pytest.skip("no cgroup2 here that we may write")
    made = top / f"kubeferry-unit-{os.getpid()}"
    made.mkdir()
    yield made
    assert cgroups.remove([Hierarchy(top, top, "")], made.name) == []


INSIDE = """
import sys
from pathlib import Path
from tests.cluster import node_mounts
from tests.lab import kernel
kernel.mount("none", "/", flags=kernel.MS_REC | kernel.MS_PRIVATE)
node_mounts.join_cgroup(Path(sys.argv[1]))
top = Path(sys.argv[2])
node_mounts.mount_cgroup_v2(top)
print(Path("/proc/self/cgroup").read_text().splitlines()[-1])
print(sorted(path.name for path in top.iterdir() if path.is_dir()), repr((top / "cgroup.procs").read_text()))
"""


def test_a_v2_node_begins_at_its_own_cgroup(kernel_v2: Path, tmp_path: Path) -> None:
    argv = ["unshare", "--mount", sys.executable, "-c", INSIDE, str(kernel_v2), str(tmp_path)]
    (kernel_v2 / "outside").mkdir()
    done = subprocess.run(argv, cwd=Path(__file__).parents[3], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["0::/init", "['init', 'outside'] ''"]


def test_processes_move_and_a_killed_nodes_cgroups_go(kernel_v2: Path) -> None:
    for name in ("a", "b"):
        (kernel_v2 / name).mkdir()
    with subprocess.Popen(["sleep", "60"]) as sleeping:
        try:
            (kernel_v2 / "a" / "cgroup.procs").write_text(str(sleeping.pid))
            cgroups.move(kernel_v2 / "a", kernel_v2 / "b")
            assert (kernel_v2 / "b" / "cgroup.procs").read_text().split() == [str(sleeping.pid)]
            assert (kernel_v2 / "a" / "cgroup.procs").read_text() == ""
        finally:
            sleeping.kill()
