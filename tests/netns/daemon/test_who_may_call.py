"""Whose calls count, asked by real processes of other users: all eight verbs, tricks with groups, passed sockets."""

from __future__ import annotations

import ctypes
import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from helper.protocol.helper_messages import (
    HELPER_PROTOCOL_VERSION,
    AttachConnection,
    CloseConnection,
    FindOverlaps,
    Hello,
    ListConnections,
    NetworkConfig,
    OpenConnection,
    PrepareWorker,
    Request,
    SetNetwork,
)
from tests.netns.daemon.conftest import Machine, children_of
from tests.netns.daemon.other_users import (
    ANN,
    BOB,
    GROUP,
    MALLORY,
    UNKNOWN,
    Who,
    as_user,
    connect,
    helper_that_knows_them,
    say,
)

HELLO = Hello(HELPER_PROTOCOL_VERSION)
NETWORK = NetworkConfig(addresses=("198.19.3.7/32",), mtu=1400, routes=("10.96.0.0/12",))
_CLONE_NEWUSER = 0x10000000
_PR_SET_DUMPABLE = 4
_PR_SET_NAME = 15


def verbs(connection_id: str) -> tuple[Request, ...]:
    found: tuple[Request, ...] = (
        HELLO,
        PrepareWorker(),
        OpenConnection("mine"),
        AttachConnection(connection_id),
        SetNetwork(connection_id, NETWORK),
        FindOverlaps(("10.0.0.0/8",)),
        CloseConnection(connection_id),
        ListConnections(),
    )
    assert {type(verb) for verb in found} == set(get_args(Request))
    return found


@pytest.fixture
def helper(machine: Machine) -> Iterator[subprocess.Popen[bytes]]:
    with helper_that_knows_them(machine) as process:
        yield process


@pytest.fixture
def anns(machine: Machine, helper: subprocess.Popen[bytes]) -> Iterator[str]:
    """The id of a connection that Ann holds; her process is this one, with her effective uid when it connected."""
    os.setresuid(-1, ANN, -1)
    try:
        sock = connect(machine)
    finally:
        os.setresuid(-1, 0, -1)
    held: list[int] = []
    with sock:
        assert (say(sock, HELLO) or {})["uid"] == ANN
        opened = say(sock, OpenConnection("ann's"), held)
        assert opened is not None
        assert (say(sock, SetNetwork(opened["connection_id"], NETWORK)) or {})["type"] == "NetworkSet"
        yield opened["connection_id"]
    for descriptor in held:
        os.close(descriptor)


def everything(machine: Machine, helper: subprocess.Popen[bytes]) -> dict[str, Any]:
    return {**machine.state(), "children": sorted(children_of(helper.pid))}


STRANGERS = {
    "nobody special": Who(MALLORY),
    "root's group": Who(MALLORY, gid=0, groups=(0,)),
    "no entry in the database": Who(UNKNOWN),
    "was a member at login, is none any more": Who(MALLORY, groups=(GROUP,)),
}


@pytest.mark.parametrize("name", STRANGERS)
def test_a_stranger_gets_one_refusal_for_every_verb(
    machine: Machine, helper: subprocess.Popen[bytes], anns: str, name: str
) -> None:
    who = STRANGERS[name]

    def ask() -> list[Any]:
        answers = []
        for verb in verbs(anns):
            with connect(machine) as sock:
                answers.append([say(sock, HELLO), say(sock, verb)])
            with connect(machine) as sock:
                answers.append([say(sock, verb), say(sock, verb)])
        return answers

    before = everything(machine, helper)
    answers = as_user(who, ask)
    sentence = f"uid {who.uid} is not root, not in group kubeferry and not in the helper's configuration"
    assert len(answers) == 16
    for greeted, at_once in zip(answers[::2], answers[1::2], strict=True):
        assert greeted[0]["type"] == "Refused"
        assert greeted[0]["code"] == "not_allowed"
        assert greeted[0]["detail"].startswith(sentence)
        assert greeted[1] is None, "it is hung up on"
        assert at_once[0]["code"] in ("hello_expected", "not_allowed")
        assert at_once[1] is None
    assert everything(machine, helper) == before


def test_root_of_a_namespace_of_ones_own_is_who_he_was(machine: Machine, helper: subprocess.Popen[bytes]) -> None:
    libc = ctypes.CDLL(None, use_errno=True)

    def ask() -> Any:
        libc.prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)  # its files in /proc are its own again
        if libc.unshare(_CLONE_NEWUSER):
            return "no user namespaces here"
        Path("/proc/self/uid_map").write_text(f"0 {MALLORY} 1")
        os.setresuid(0, 0, 0)
        with connect(machine) as sock:
            return [os.getuid(), say(sock, HELLO)]

    found = as_user(Who(MALLORY), ask)
    if isinstance(found, str):
        pytest.skip(found)
    assert found[0] == 0
    assert found[1]["code"] == "not_allowed"
    assert f"uid {MALLORY}" in found[1]["detail"]


@pytest.mark.parametrize("name", [b"\xff\xfe", b") 1 (", b"a) S 1 1 1", b"\n\n", b""], ids=repr)
@pytest.mark.parametrize(("uid", "expected"), [(MALLORY, "Refused"), (ANN, "Welcome")], ids=["a stranger", "a member"])
def test_a_process_may_be_called_anything(
    machine: Machine, helper: subprocess.Popen[bytes], uid: int, expected: str, name: bytes
) -> None:
    """The helper reads about its caller in /proc, where the caller's own choice of a name stands."""

    def ask() -> Any:
        ctypes.CDLL(None).prctl(_PR_SET_NAME, name, 0, 0, 0)
        with connect(machine) as sock:
            return (say(sock, HELLO) or {}).get("type")

    assert as_user(Who(uid), ask) == expected
    assert helper.poll() is None


@pytest.mark.parametrize(
    "who",
    [Who(ANN), Who(ANN, gid=ANN, groups=()), Who(MALLORY, gid=GROUP)],
    ids=["a member", "a member whose process has dropped its groups", "the group as the process's own (newgrp)"],
)
def test_the_database_or_the_effective_group_lets_in(
    machine: Machine, helper: subprocess.Popen[bytes], who: Who
) -> None:
    def ask() -> Any:
        with connect(machine) as sock:
            return say(sock, HELLO)

    assert as_user(who, ask) == {
        "type": "Welcome",
        "version": HELPER_PROTOCOL_VERSION,
        "helper_version": as_user(Who(0), ask)["helper_version"],
        "uid": who.uid,
    }


def test_another_members_connection_is_unknown_for_every_verb(
    machine: Machine, helper: subprocess.Popen[bytes], anns: str
) -> None:
    def ask() -> list[Any]:
        with connect(machine) as sock:
            say(sock, HELLO)
            named = [verb for verb in verbs(anns) if hasattr(verb, "connection_id")]
            answers = [say(sock, verb) for verb in named]
            return [*answers, say(sock, ListConnections())]

    before = everything(machine, helper)
    *refused, listed = as_user(Who(BOB), ask)
    assert [answer["code"] for answer in refused] == ["unknown_connection"] * 3
    assert listed["connections"] == []
    assert everything(machine, helper) == before


def passed_by(who: Who, machine: Machine) -> socket.socket:
    """A socket that `who` has connected, in another process's hands."""
    ours, theirs = socket.socketpair()

    def hand_over() -> None:
        with connect(machine) as sock:
            socket.send_fds(theirs, [b"x"], [sock.fileno()])

    with ours, theirs:
        as_user(who, hand_over)
        _, (descriptor,), _, _ = socket.recv_fds(ours, 1, 1)
    sock = socket.socket(fileno=descriptor)
    sock.settimeout(10)
    return sock


def test_root_is_no_deputy_of_who_connected(machine: Machine, helper: subprocess.Popen[bytes]) -> None:
    """A stranger's socket in root's hands (as a set-uid program's standard output, say) stays a stranger's."""
    with passed_by(Who(MALLORY), machine) as sock:
        answer = say(sock, HELLO)
    assert answer is not None
    assert (answer["code"], f"uid {MALLORY}" in answer["detail"]) == ("not_allowed", True)


def test_who_lends_a_socket_lends_his_own_rights_and_no_more(machine: Machine, helper: subprocess.Popen[bytes]) -> None:
    """Like any descriptor. Even in root's hands it makes Ann's worker, not root's."""
    before = set(children_of(helper.pid))
    with passed_by(Who(ANN), machine) as sock:
        assert (say(sock, HELLO) or {})["uid"] == ANN
        say(sock, PrepareWorker())
        (worker,) = set(children_of(helper.pid)) - before
        lines = Path(f"/proc/{worker}/status").read_text().splitlines()
        assert next(line.split()[1:] for line in lines if line.startswith("Uid:")) == [str(ANN)] * 4
