"""Processes of other users, and a helper that knows them: its own /etc/passwd and /etc/group, in a mount namespace."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from helper.protocol.framing import encode
from helper.protocol.helper_messages import HELPER_PROTOCOL_VERSION, Hello
from tests.netns.daemon.conftest import PATIENCE_S, REPOSITORY, Machine, children_of, wait_for_end

ANN, BOB, MALLORY, UNKNOWN = 54321, 54322, 54323, 54329
"""Ann and Bob are members of the group; Mallory is not; of the last there is no entry."""
GROUP = 54399
_MOUNTED = 'mount --bind "$1" /etc/group && mount --bind "$2" /etc/passwd && shift 2 && exec "$@"'


@dataclass(frozen=True)
class Who:
    """What a process is, whatever the user database says. `gid` None: the user's own."""

    uid: int
    gid: int | None = None
    groups: tuple[int, ...] = ()


@contextmanager
def helper_that_knows_them(machine: Machine) -> Iterator[subprocess.Popen[bytes]]:
    """It serves already; what it logs is in `helper.log` of the machine's directory."""
    group, passwd = machine.directory / "group", machine.directory / "passwd"
    group.write_text(Path("/etc/group").read_text() + f"kubeferry:x:{GROUP}:ann,bob\n")
    names = (("ann", ANN), ("bob", BOB), ("mallory", MALLORY))
    people = "".join(f"{name}:x:{uid}:{uid}::/nonexistent:/bin/sh\n" for name, uid in names)
    passwd.write_text(Path("/etc/passwd").read_text() + people)
    machine.config.write_text("")
    program = [sys.executable, "-m", "tests.netns.daemon.helper_process", *machine.options()]
    command = ["unshare", "--mount", "sh", "-c", _MOUNTED, "sh", str(group), str(passwd), *program]
    with (machine.directory / "helper.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=REPOSITORY, stderr=log)
    guard = -1
    try:
        with connect(machine) as sock:  # it answers, so it also knows by now what SIGTERM means
            assert say(sock, Hello(HELPER_PROTOCOL_VERSION))
        guard = os.pidfd_open(children_of(process.pid)[0])
        yield process
        process.terminate()
        assert process.wait(PATIENCE_S) == 0
    finally:
        process.kill()
        process.wait()
        if guard >= 0:
            wait_for_end(guard)


def as_user(who: Who, work: Callable[[], Any]) -> Any:
    """What `work` returns in a process of its own that is `who` and nothing else. It must fit into JSON."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        _be(who, work, writer)
    os.close(writer)
    with os.fdopen(reader, "rb") as answers:
        said = answers.read()
    os.waitpid(pid, 0)
    told = json.loads(said)
    assert "error" not in told, told["error"]
    return told["value"]


def connect(machine: Machine) -> socket.socket:
    """Blocking, with a time limit. Waits for a helper that is just starting."""
    for left in range(1000, -1, -1):
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(PATIENCE_S)
        try:
            sock.connect(str(machine.socket))
        except (FileNotFoundError, ConnectionRefusedError, BlockingIOError):  # not there yet; or its backlog is full
            sock.close()
            if left == 0:
                raise
            os.sched_yield()
            subprocess.run(["sleep", "0.01"], check=True)
        else:
            return sock
    raise AssertionError("unreachable")


def say(sock: socket.socket, message: msgspec.Struct, kept: list[int] | None = None) -> dict[str, Any] | None:
    """Returns the answer as it came, or None when the helper has hung up. `kept` gets the descriptors beside it."""
    try:
        sock.sendall(encode(message))
    except (BrokenPipeError, ConnectionResetError):
        return None
    return _heard(sock, kept)


def _heard(sock: socket.socket, kept: list[int] | None) -> dict[str, Any] | None:
    data = b""
    while len(data) < 4 or len(data) < 4 + int.from_bytes(data[:4], "big"):
        try:
            more, descriptors, _, _ = socket.recv_fds(sock, 65536, 4)
        except ConnectionResetError:
            return None
        if kept is not None:
            kept += descriptors
        else:
            for descriptor in descriptors:
                os.close(descriptor)
        if not more:
            return None
        data += more
    return dict(json.loads(data[4:]))


def _be(who: Who, work: Callable[[], Any], writer: int) -> NoReturn:
    try:
        gid = who.uid if who.gid is None else who.gid
        os.setgroups(list(who.groups))
        os.setresgid(gid, gid, gid)
        os.setresuid(who.uid, who.uid, who.uid)
        told = {"value": work()}
    except BaseException as error:  # noqa: BLE001 - of a child: it is told, and raised by the parent
        told = {"error": repr(error)}
    os.write(writer, json.dumps(told).encode())
    os._exit(0)
