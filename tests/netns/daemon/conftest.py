"""A helper process in a network namespace of its own."""

from __future__ import annotations

import asyncio
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from helper.client import HeldConnection, HelperClient, HelperUnavailable
from tests.netns.namespace import fresh_netns

REPOSITORY = Path(__file__).parents[3]
RESOLV_CONF = b"nameserver 192.0.2.53\nsearch corp.example\n"
PATIENCE_S = 10.0
HELPER = "tests.netns.daemon.helper_process"


@dataclass
class Machine:
    """`directory` holds what on a real machine is in /run and /etc."""

    directory: Path

    @property
    def resolv_conf(self) -> Path:
        return self.directory / "resolv.conf"

    @property
    def socket(self) -> Path:
        return self.directory / "run" / "helper.sock"

    @property
    def config(self) -> Path:
        return self.directory / "helper.toml"

    def options(self) -> list[str]:
        return [
            *("--run-dir", str(self.directory / "run")),
            *("--resolv-conf", str(self.resolv_conf)),
            *("--config", str(self.config)),
        ]

    def state(self) -> dict[str, Any]:
        """Links, addresses, routes, rules, resolver and journal: to be compared before and after."""
        state: dict[str, Any] = {name: ip_json(*command.split()) for name, command in _STATE.items()}
        state["resolv.conf"] = self.resolv_conf.read_bytes()
        journal = self.directory / "run" / "journal"
        state["journal"] = sorted(os.listdir(journal)) if journal.exists() else []
        return state

    async def becomes(self, expected: dict[str, Any], patience_s: float = PATIENCE_S) -> None:
        """Waits until `state` is `expected`."""
        deadline = asyncio.get_running_loop().time() + patience_s
        while self.state() != expected and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert self.state() == expected


_STATE = {
    "addresses": "address",
    "routes4": "-4 route show table all",
    "routes6": "-6 route show table all",
    "rules": "rule",
}


def ip_json(*arguments: str) -> Any:
    return json.loads(subprocess.run(["ip", "-j", *arguments], check=True, capture_output=True).stdout or b"[]")


@pytest.fixture
def machine() -> Iterator[Machine]:
    """In a folder that every user can look into; pytest's own are root's, and another run closes them again."""
    if os.geteuid() != 0:
        pytest.skip("needs root")
    with tempfile.TemporaryDirectory(prefix="kf-helper-") as folder, fresh_netns():
        machine = Machine(Path(folder))
        machine.directory.chmod(0o755)
        machine.resolv_conf.write_bytes(RESOLV_CONF)
        machine.config.write_text('allow_users = ["nobody"]')
        yield machine


def start_helper(machine: Machine, module: str = HELPER) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", module, *machine.options()]
    return subprocess.Popen(command, cwd=REPOSITORY)


def run_helper(machine: Machine, *more: str) -> int:
    """The product's own program, to its end. Returns its exit code."""
    command = [sys.executable, "-m", "helper.daemon", *machine.options(), *more]
    return subprocess.run(command, cwd=REPOSITORY, check=False, timeout=20).returncode


def start_helper_on(machine: Machine, listener: socket.socket) -> subprocess.Popen[bytes]:
    """As systemd would, with `listener` as descriptor 3."""
    script = f'exec 3<&{listener.fileno()}; export LISTEN_FDS=1 LISTEN_PID=$$; exec "$0" -m helper.daemon "$@"'
    command = ["bash", "-c", script, sys.executable, *machine.options()]
    return subprocess.Popen(command, cwd=REPOSITORY, pass_fds=[listener.fileno()])


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def resident_kib(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


@asynccontextmanager
async def running(machine: Machine, module: str = HELPER) -> AsyncIterator[subprocess.Popen[bytes]]:
    """The helper, listening. At the end it is asked to end, and must, with code 0, unless the test has killed it."""
    process = start_helper(machine, module)
    guard = -1
    try:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    (await HelperClient.connect(machine.socket)).close()
                    break
                except HelperUnavailable:
                    assert process.poll() is None
                    await asyncio.sleep(0.01)
        guard = os.pidfd_open(children_of(process.pid)[0])
        yield process
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(process.wait, PATIENCE_S) == 0
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        if guard >= 0:
            await asyncio.to_thread(wait_for_end, guard)


def wait_for_end(pidfd: int) -> None:
    """Of a guard, which cleans up after a helper that was killed, in folders that a test is about to take away."""
    select.select([pidfd], [], [], PATIENCE_S)
    os.close(pidfd)


async def report_of(held: HeldConnection) -> dict[str, Any]:
    """What the stand-in worker says on the channel, which stays open."""
    loop = asyncio.get_running_loop()
    held.channel.setblocking(False)
    line = b""
    async with asyncio.timeout(PATIENCE_S):
        while not line.endswith(b"\n"):
            line += await loop.sock_recv(held.channel, 65536)
    return dict(json.loads(line))
