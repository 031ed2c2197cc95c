"""A node's process 1, from outside: starting it, finding it again, entering it, ending it."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

import msgspec

from tests.cluster import cgroups, control_plane, node_daemons
from tests.cluster.locations import cache
from tests.cluster.node_init import HierarchySetup, NodeSetup
from tests.cluster.plan import Node, Plan
from tests.lab.network import NetworkNamespace
from tests.lab.processes import PYTHON, ROOT, kill, open_log, spawn, start_time, wait_for_end, wait_until

_MODULE = "tests.cluster.node_init"
_started_here: list[subprocess.Popen[bytes]] = []
"""Nodes outlive who started them, and are ended by their numbers: without this each would be warned of when its Popen
is collected, and stay a zombie when it ends."""

_JOIN = 'for folder in {folders}; do echo $$ > "$folder/cgroup.procs" || exit 1; done; exec "$@"'


def write_configuration(plan: Plan, node: Node) -> None:
    (node.logs / "var-log").mkdir(parents=True, exist_ok=True)
    node_daemons.write(plan, node)
    if node.is_first:
        control_plane.write(plan)


def start(plan: Plan, node: Node) -> None:
    """Raises RuntimeError with the node's log when its process 1 ends at once. It outlives this process."""
    hierarchies = cgroups.machine()
    entered = cgroups.create(hierarchies, node.cgroup)
    cgroup_v2 = next((str(one.of_node(node.cgroup)) for one in hierarchies if one.is_v2), "")
    daemons = node_daemons.daemons(plan, node)
    setup = NodeSetup(
        name=node.name,
        api=node.api,
        ipv6=plan.ipv6,
        kept=tuple(str(path) for path in kept_paths(plan)),
        programs=str(plan.programs),
        logs=str(node.logs),
        hierarchies=tuple(HierarchySetup(str(one.mount), str(one.own), one.options) for one in hierarchies),
        cgroup_v2=cgroup_v2,
        daemons=tuple((control_plane.daemons(plan) if node.is_first else []) + daemons),
    )
    node.setup.write_bytes(msgspec.json.encode(setup))
    # With v1 `unshare` makes the cgroup namespace; with v2 process 1 does, once it is in what is to be the root.
    namespaces = ["--mount", "--uts", "--ipc", "--pid", *([] if cgroup_v2 else ["--cgroup"])]
    with open_log(node.logs / "node.log") as log:
        process = spawn(
            [
                *("sh", "-c", _JOIN.format(folders=" ".join(map(str, entered))), "sh", "unshare", *namespaces),
                *("--fork", "--kill-child=SIGKILL", "--propagation", "private", "--mount-proc"),
                *(PYTHON, "-m", _MODULE, str(node.setup)),
            ],
            NetworkNamespace(node.netns).entered,
            env={"PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )

    def started() -> int | None:
        if process.poll() is not None:
            words = (node.logs / "node.log").read_text(errors="replace")[-2000:]
            raise RuntimeError(f"{node.name} of the test cluster ended at once:\n{words}")
        return init_pid(node)

    _started_here.append(process)
    wait_until(f"{node.name} to start", started, 10)


def kept_paths(plan: Plan) -> list[Path]:
    """What a node must see wherever it lies: its own files, the programs and what these links point at, this code."""
    targets = {(plan.programs / "runc").resolve().parent}
    return [plan.folder, *sorted({cache(), plan.programs, *targets} - {plan.folder})]


def processes(node: Node) -> list[tuple[int, tuple[str, ...]]]:
    """Process 1 and what started it, with their arguments: known by an argument that names this node's setup."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            argv = tuple((folder / "cmdline").read_bytes().decode(errors="replace").split("\0")[:-1])
        except OSError:
            continue
        if argv and argv[-1] == str(node.setup) and _MODULE in argv:
            found.append((int(folder.name), argv))
    return found


def init_pid(node: Node) -> int | None:
    return next((pid for pid, argv in processes(node) if Path(argv[0]).name.startswith("python")), None)


def end(nodes: Sequence[Node]) -> list[Path]:
    """Kills each one's process 1, and with it everything in the node. Returns the cgroups that could not be removed."""
    found = [(pid, start_time(pid)) for node in nodes for pid, _ in processes(node)]
    killed = [(pid, started) for pid, started in found if started is not None]
    for pid, started in killed:
        kill(pid, started, signal.SIGKILL)
    for pid, started in killed:  # the kernel takes them down side by side
        wait_for_end(pid, started, 30)
    _started_here[:] = [process for process in _started_here if process.poll() is None]
    return [left for node in nodes for left in cgroups.remove(cgroups.machine(), node.cgroup)]


def enter(plan: Plan, node: Node) -> list[str]:
    """The beginning of a command line that runs inside the node. Raises RuntimeError when it is not up."""
    pid = init_pid(node)
    if pid is None:
        raise RuntimeError(f"{node.name} of the test cluster {plan.name} is not up")
    path = f"PATH={plan.programs}:{os.environ.get('PATH', os.defpath)}"
    return ["nsenter", "-t", str(pid), "-m", "-u", "-i", "-n", "-p", "-C", "env", path]


def daemon_pid(plan: Plan, node: Node, name: str) -> int:
    """The number outside the node of one of its daemons. Raises RuntimeError when it does not run."""
    pid = init_pid(node)
    program = str(plan.programs / name)
    children = Path(f"/proc/{pid}/task/{pid}/children")
    for child in children.read_text().split() if pid is not None and children.exists() else ():
        try:
            argv = Path(f"/proc/{child}/cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if argv[0] == program:
            return int(child)
    raise RuntimeError(f"{name} does not run on {node.name} of the test cluster {plan.name}")
