"""Kills the helper before every step of a connection, and looks at the machine after somebody has cleaned up.

`unshare --mount --net … python -m tests.netns.daemon.killed_steps DIRECTORY [hostile]` prints what was seen, as JSON:
`steps`, the names of all steps of a run that nobody ended, and `left`, what differed afterwards, by step.
Everything heavy is imported once; each helper is a fork of this process.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from helper.client import HelperClient, HelperUnavailable
from helper.daemon import program
from helper.daemon.actor import Actor
from helper.daemon.connections import Connections
from helper.daemon.guard import Guard, start_guard
from helper.daemon.worker import Worker, spawn_process
from helper.net import linux, netlink, resolved
from helper.protocol.helper_messages import DnsConfig, NetworkConfig
from tests.lab import kernel
from tests.netns.daemon.conftest import Machine, children_of
from tests.netns.daemon.forks import Work, fork, has_ended, wait
from tests.netns.daemon.helper_process import SYSTEM_PYTHON, WORKER
from tests.netns.daemon.killer import Killer

PATIENCE_S = 10.0
SETTLE_S = 1.0
"""For the kernel, where the cleanup is over already."""
GUARD_EVERY = 12
"""So often the guard is left alive and must act alone; else it is killed too, and the next helper cleans up."""
CONFIGS = (
    NetworkConfig(
        addresses=("198.19.3.7/32", "fd6b:7562:6566::37/128"),
        mtu=1400,
        routes=("10.96.0.0/12", "fd00:10::/48"),
        dns=DnsConfig(("cluster.local",), ("ns.svc.cluster.local",)),
        loopback_delivery=True,
    ),
    NetworkConfig(
        addresses=("198.19.3.8/32",), mtu=1300, routes=("10.112.0.0/12",), dns=DnsConfig((), ("svc.cluster.local",))
    ),
)
HOSTILE = WORKER.with_name("hostile_worker.py")
HOSTILE_STEPS = 24
"""More than it takes to open a connection; such a worker does not end when it is asked to, so closing is left out."""
_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)
_PRELOADED = (linux, netlink, resolved)
"""The helper reads them late; here once for all."""


class NobodyOnGuard(Guard):
    def __init__(self) -> None: ...

    def dismiss(self) -> None: ...


def helper(machine: Machine, worker: Path, *, with_guard: bool) -> Work:
    """The product's own program, with a worker of ours, armed from the first OpenConnection on."""

    def work(killer: Killer) -> int:
        source = worker.read_text()
        original = Connections.open

        def spawn(actor: Actor, control: int) -> Worker:
            return spawn_process([SYSTEM_PYTHON, "-c", source, "--control-fd", str(control)], actor, (control,))

        def opened(self: Connections, *arguments: Any) -> Any:
            killer.armed = True
            return original(self, *arguments)

        Connections.open = opened  # type: ignore[method-assign, assignment]
        guard = start_guard(machine.options()) if with_guard else NobodyOnGuard()
        return program.run(machine.options(), guard, spawn)

    return work


async def use(machine: Machine, helper_pid: int, *, prepared: bool) -> None:
    """One connection: opened, set twice, closed. Whatever the helper's death interrupts is left out.

    `prepared`: the worker has run before, for as long as it wanted.
    """
    client = await connected(machine)
    try:
        with contextlib.suppress(HelperUnavailable):
            if prepared:
                before = set(children_of(helper_pid))
                await client.prepare_worker()
                (worker,) = set(children_of(helper_pid)) - before
                await _ignores_sigterm(worker)
            held = await client.open_connection()
            with held.channel:
                for config in CONFIGS:
                    await client.set_network(held.connection_id, config)
                await client.close_connection(held.connection_id)
    finally:
        client.close()


async def _ignores_sigterm(pid: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not _ignored(pid) >> (signal.SIGTERM - 1) & 1:  # noqa: ASYNC110
            await asyncio.sleep(0.002)


def _ignored(pid: int) -> int:
    """A mask: proc_pid_status(5)."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1], 16) for line in lines if line.startswith("SigIgn:"))


async def connected(machine: Machine) -> HelperClient:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                return await HelperClient.connect(machine.socket)
            except HelperUnavailable:
                await asyncio.sleep(0.002)


def state(machine: Machine) -> dict[str, Any]:
    """What `Machine.state` says, and the files beside resolv.conf with their owners and modes."""
    entries = [path for path in machine.directory.iterdir() if path.name != "run"]
    files = [(path.name, oct(path.lstat().st_mode), path.lstat().st_uid) for path in sorted(entries)]
    return {name: repr(value) for name, value in {**machine.state(), "files": files}.items()}


def differences(machine: Machine, before: dict[str, Any], wait_s: float) -> list[str]:
    async def settle() -> list[str]:
        deadline = asyncio.get_running_loop().time() + wait_s
        while True:
            now = state(machine)
            found = [f"{name}: {before[name]} became {now[name]}" for name in before if before[name] != now[name]]
            if not found or asyncio.get_running_loop().time() > deadline:
                return found
            await asyncio.sleep(0.02)

    return asyncio.run(settle())


def whole(directory: Path, worker: Path = WORKER, last: int = 1000) -> dict[str, Any]:
    """Step by step, until a run has come to its end, or to the `last` step."""
    left: dict[str, Any] = {}
    steps: list[str] = []
    for number in range(1, last + 1):
        machine = _fresh(directory / str(number))
        before = state(machine)
        with_guard = number % GUARD_EVERY == 0
        child = fork(helper(machine, worker, with_guard=with_guard), number)
        asyncio.run(use(machine, child.pid, prepared=worker == HOSTILE))
        if not has_ended(child):
            os.kill(child.pid, signal.SIGTERM)
        killed = wait(child)
        if killed and not with_guard:
            wait(fork(_cleanup(machine)))
        found = differences(machine, before, PATIENCE_S / 2 if with_guard else SETTLE_S)
        steps = child.steps()
        if found:
            left[f"{number} {steps[-1]}"] = found
        if not killed:
            break
    return {"steps": steps, "left": left}


def _cleanup(machine: Machine) -> Work:
    return lambda _: program.run([*machine.options(), "--cleanup"], None)


def _fresh(directory: Path) -> Machine:
    """A network namespace, and a folder, that nothing has happened in."""
    if _libc.unshare(_CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "unshare")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    directory.mkdir()
    machine = Machine(directory)
    machine.resolv_conf.write_bytes(b"nameserver 192.0.2.53\nsearch corp.example\n")
    machine.resolv_conf.chmod(0o640)
    machine.config.write_text("")
    return machine


def main() -> int:
    directory = Path(sys.argv[1])
    kernel.mount("tmpfs", str(directory), "tmpfs", options="mode=755")
    found = whole(directory, HOSTILE, HOSTILE_STEPS) if sys.argv[2:] == ["hostile"] else whole(directory)
    json.dump(found, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
