"""The real helper against hostile callers: 2,661 messages of 19 kinds by a member and as many by a stranger, half
messages that never end, and a flood of connections. Afterwards it lives, serves, and has kept and changed nothing."""

from __future__ import annotations

import os
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import pytest

from helper.daemon.client_session import HELLO_TIMEOUT_S, MAX_STRANGERS_BYTES
from helper.daemon.line_limit import FIRST_LINES, INTERVAL_S
from helper.daemon.server import MAX_CLIENTS_PER_UID
from helper.protocol.framing import encode
from helper.protocol.helper_messages import (
    HELPER_PROTOCOL_VERSION,
    AttachConnection,
    CloseConnection,
    DnsConfig,
    FindOverlaps,
    Hello,
    ListConnections,
    NetworkConfig,
    SetNetwork,
)
from tests.netns.daemon.conftest import Machine, children_of, resident_kib
from tests.netns.daemon.other_users import ANN, MALLORY, Who, as_user, connect, helper_that_knows_them, say
from tests.unit.protocol.hostile_bytes import Thrower, framed, open_descriptors, settle, throw_at

SEED = 20_251_125
OF_EACH = 147
MAX_GROWTH_KIB = 12 * 1024
HELLO = Hello(HELPER_PROTOCOL_VERSION)
NOBODYS = "0123456789ab"
HONEST = (
    HELLO,
    AttachConnection(NOBODYS),
    SetNetwork(
        NOBODYS, NetworkConfig(("198.19.3.7/32",), 1400, ("10.96.0.0/12",), DnsConfig(("cluster.local",), ("a",)))
    ),
    FindOverlaps(("10.0.0.0/8", "fd00::/8")),
    CloseConnection(NOBODYS),
    ListConnections(),
)


@contextmanager
def unharmed(machine: Machine) -> Iterator[subprocess.Popen[bytes]]:
    """The helper, and at the end a look whether it is as it was: the process, its log, the machine."""
    began = time.monotonic()
    with helper_that_knows_them(machine) as helper:
        as_user(Who(ANN), lambda: _serves(machine))
        before = (machine.state(), sorted(children_of(helper.pid)))
        descriptors, resident = open_descriptors(helper.pid), resident_kib(helper.pid)
        yield helper
        assert as_user(Who(ANN), lambda: _serves(machine))
        assert helper.poll() is None
        assert settle(helper.pid, descriptors) <= descriptors
        grown = resident_kib(helper.pid) - resident
        print(f"{descriptors} descriptors as before; {grown} KiB more memory")
        assert grown < MAX_GROWTH_KIB
        assert (machine.state(), sorted(children_of(helper.pid))) == before
    log = (machine.directory / "helper.log").read_text()
    assert "Traceback" not in log
    minutes = (time.monotonic() - began) / INTERVAL_S
    kinds = ("is not allowed to use", "is cut off", "is refused", "has too many clients")
    written = {kind: sum(kind in line for line in log.splitlines()) for kind in kinds}
    print(f"lines of the log: {written}")
    assert max(written.values()) <= FIRST_LINES * (minutes + 1), "nor must their number"
    assert max(len(line) for line in log.splitlines()) < 1000, "a caller's text must not fill the log"


def _serves(machine: Machine) -> bool:
    with connect(machine) as sock:
        welcome, listed = say(sock, HELLO), say(sock, ListConnections())
    return (welcome or {}).get("type") == "Welcome" and (listed or {}).get("type") == "ConnectionList"


@pytest.mark.parametrize(("uid", "greeted"), [(ANN, True), (MALLORY, False)], ids=["a member", "a stranger"])
def test_whatever_is_thrown(machine: Machine, uid: int, greeted: bool) -> None:
    thrower = Thrower(HONEST, SEED + uid)

    def throw_all() -> dict[str, int]:
        counts: Counter[str] = Counter()
        for thrown in thrower.throw(OF_EACH):
            with connect(machine) as sock:
                throw_at(sock, thrown, encode(HELLO) if greeted else b"")
            counts[thrown.kind] += 1
        return dict(counts)

    with unharmed(machine):
        counts: dict[str, int] = as_user(Who(uid), throw_all)
    print(f"{sum(counts.values())} messages of {len(counts)} kinds: {counts}")
    assert (sum(counts.values()), len(counts)) == (2_661, 19)


def test_a_stranger_cannot_have_memory_kept_for_him(machine: Machine) -> None:
    def ask() -> list[Any]:
        found: list[Any] = []
        for size in (MAX_STRANGERS_BYTES, MAX_STRANGERS_BYTES + 1):
            with connect(machine) as sock:
                sock.sendall(framed(b" " * size)[: size + 3])  # all but its last byte
                sock.settimeout(0.5)
                try:
                    found.append(len(sock.recv(1)))
                except TimeoutError:
                    found.append("waits for the rest")
        return found

    with unharmed(machine):
        assert as_user(Who(MALLORY), ask) == ["waits for the rest", 0]


def test_half_messages_and_a_flood_keep_nobody_else_out(machine: Machine) -> None:
    """One user opens 200 connections and finishes no message. Those let in are let go when the time for a hello is
    over; meanwhile others are served."""
    with unharmed(machine), ExitStack() as stack:
        os.setresuid(-1, MALLORY, -1)
        try:
            socks = [stack.enter_context(connect(machine)) for _ in range(200)]
        finally:
            os.setresuid(-1, 0, -1)
        began = time.monotonic()
        for sock in socks:
            with suppress(BrokenPipeError, ConnectionResetError):
                sock.sendall(encode(HELLO)[:-1])
        assert as_user(Who(ANN), lambda: _serves(machine)), "others are served meanwhile"
        assert time.monotonic() - began < HELLO_TIMEOUT_S / 2
        waited = 0
        for sock in socks:
            with suppress(ConnectionResetError):
                assert sock.recv(1) == b""
            waited += time.monotonic() - began > HELLO_TIMEOUT_S / 2
        assert waited
        assert time.monotonic() - began < HELLO_TIMEOUT_S + 2
    log = (machine.directory / "helper.log").read_text()
    assert log.count("has too many clients") == min(FIRST_LINES, len(socks) - MAX_CLIENTS_PER_UID)
