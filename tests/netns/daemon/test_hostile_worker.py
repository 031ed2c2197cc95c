"""The worker runs as the user, so the user may turn it against the helper; and other users may want what it knows."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import select
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from helper.client import HelperClient
from helper.daemon.actor import Actor
from helper.daemon.worker import spawn_process
from helper.protocol.helper_messages import DnsConfig, NetworkConfig
from helper.tunnel.__main__ import _harden
from tests.netns.daemon.conftest import Machine, report_of, running
from tests.netns.daemon.other_users import ANN, BOB, Who, as_user

CONFIG = NetworkConfig(
    addresses=("198.19.3.7/32",), mtu=1400, routes=("10.96.0.0/12",), dns=DnsConfig(("cluster.local",), ())
)
_PR_SET_DUMPABLE = 4
_PTRACE_ATTACH, _PTRACE_DETACH = 16, 17
_libc = ctypes.CDLL(None, use_errno=True)


@pytest.mark.parametrize("how", ["closed", "the helper is killed"])
async def test_a_device_made_persistent_is_taken_back(machine: Machine, how: str) -> None:
    """The kernel lets whoever holds a device make it outlive him, and somebody still holds a descriptor of it."""
    before = machine.state()
    async with running(machine, "tests.netns.daemon.hostile_process") as process:
        client = await HelperClient.connect(machine.socket)
        held = await client.open_connection()
        report = await report_of(held)
        assert report["persistent"] == 1
        try:
            await client.set_network(held.connection_id, CONFIG)
            assert machine.state() != before
            if how == "closed":
                assert await client.close_connection(held.connection_id) == ()
            else:
                process.kill()
                process.wait()
            await machine.becomes(before, patience_s=5)
            os.kill(report["keeper"], 0)  # somebody holds it still
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.kill(report["keeper"], signal.SIGKILL)
            held.channel.close()
            client.close()


@contextmanager
def as_a_worker(prepare: Callable[[], None]) -> Iterator[int]:
    """A process of Ann's, as it is after exec, that has done `prepare` and waits."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        os.setresgid(ANN, ANN, ANN)
        os.setresuid(ANN, ANN, ANN)
        _libc.prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)
        prepare()
        theirs.send(b"x")
        theirs.recv(1)
        os._exit(0)
    try:
        ours.recv(1)
        yield pid
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        ours.close()
        theirs.close()


def attempts(pid: int) -> dict[str, bool]:
    """What of it somebody gets."""

    def memory() -> None:
        os.close(os.open(f"/proc/{pid}/mem", os.O_RDONLY))

    def environment() -> None:
        Path(f"/proc/{pid}/environ").read_bytes()

    def descriptors() -> None:
        os.listdir(f"/proc/{pid}/fd")

    def trace() -> None:
        if _libc.ptrace(_PTRACE_ATTACH, pid, None, None):
            raise PermissionError
        os.waitpid(pid, 0)
        _libc.ptrace(_PTRACE_DETACH, pid, None, None)

    found = {}
    for attempt in (memory, environment, descriptors, trace):
        try:
            attempt()
        except PermissionError:
            found[attempt.__name__] = False
        else:
            found[attempt.__name__] = True
    return found


def test_a_worker_stopped_at_birth_ends_with_the_helper() -> None:
    """Before it has run a line of its own. It could not see its socket close."""
    if os.geteuid() != 0:
        pytest.skip("needs root")
    reader, writer = os.pipe()
    helper = os.fork()
    if helper == 0:
        asyncio.run(_spawn_and_die(writer))
    os.waitpid(helper, 0)
    pid = int(os.read(reader, 20))
    for descriptor in (reader, writer):
        os.close(descriptor)
    try:
        pidfd = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    ended = select.select([pidfd], [], [], 5)[0]
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    os.close(pidfd)
    assert ended


async def _spawn_and_die(writer: int) -> None:
    child = spawn_process(["/bin/sleep", "60"], Actor(os.getpid(), ANN, ANN), ())
    os.kill(child.pid, signal.SIGSTOP)
    os.write(writer, str(child.pid).encode())
    os.kill(os.getpid(), signal.SIGKILL)


NOTHING = {"memory": False, "environment": False, "descriptors": False, "trace": False}


def test_nobody_reads_the_workers_memory() -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root")
    with as_a_worker(_harden) as pid:
        assert as_user(Who(ANN), lambda: attempts(pid)) == NOTHING
        assert as_user(Who(BOB), lambda: attempts(pid)) == NOTHING
    with as_a_worker(lambda: None) as pid:
        assert as_user(Who(ANN), lambda: attempts(pid))["memory"], "else this test shows nothing"
