"""Who listens: on the real /proc for what this process does, on a made-up one for what others do."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.platform.linux_listeners import SEARCH_AGAIN, LinuxListeners
from app.platform.listeners import Listener
from app.platform.this_system import listener_source

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc is Linux's")
HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"


def line(address: str, port: int, state: str = "0A", uid: int = 0, inode: int = 1) -> str:
    queues = "00000000:00000000 00:00000000 00000000"
    return f"   0: {address}:{port:04X} 00000000:0000 {state} {queues} {uid:5} 0 {inode} 1 0\n"


class FakeProc:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "net").mkdir()
        for name in ("tcp", "tcp6", "udp", "udp6"):
            self.table(name)

    def table(self, name: str, *lines: str) -> None:
        (self.folder / "net" / name).write_text(HEAD + "".join(lines))

    def process(self, pid: int, name: str, *inodes: int) -> None:
        links = self.folder / str(pid) / "fd"
        links.mkdir(parents=True)
        (self.folder / str(pid) / "comm").write_text(f"{name}\n")
        (links / "0").symlink_to("/dev/null")
        for number, inode in enumerate(inodes, start=3):
            (links / str(number)).symlink_to(f"socket:[{inode}]")


@pytest.fixture
def proc(tmp_path: Path) -> FakeProc:
    return FakeProc(tmp_path)


@pytest.fixture
def own_listener() -> Iterator[socket.socket]:
    with closing(socket.create_server(("127.0.0.1", 0))) as sock:
        yield sock


def named(proc: FakeProc, reader: LinuxListeners) -> list[tuple[int, str, int]]:
    return [(one.port, one.process, one.pid) for one in reader.read() or ()]


def test_what_this_process_listens_on(own_listener: socket.socket) -> None:
    port = own_listener.getsockname()[1]
    reader = listener_source()
    assert reader is not None
    name = Path("/proc/self/comm").read_text().strip()
    wanted = Listener(port, "TCP", name, os.getpid(), "127.0.0.1", is_loopback_only=True)
    # A machine may have many descriptors: that is several rounds.
    assert any(wanted in (reader.read() or ()) for _ in range(200))
    own_listener.close()
    assert wanted not in (reader.read() or ())


def test_datagrams_and_connections(own_listener: socket.socket) -> None:
    with (
        closing(socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)) as udp,
        closing(socket.create_connection(own_listener.getsockname())) as connection,
    ):
        udp.bind(("::", 0))
        found = {(one.port, one.protocol, one.address) for one in LinuxListeners().read() or ()}
        assert (udp.getsockname()[1], "UDP", "::") in found
        assert connection.getsockname()[1] not in {port for port, protocol, _ in found if protocol == "TCP"}


def test_a_round_is_cheap(own_listener: socket.socket) -> None:
    reader = LinuxListeners()
    reader.read()
    began = time.thread_time()
    for _ in range(3):
        reader.read()
    assert (time.thread_time() - began) / 3 < 0.1, "milliseconds, in truth: other work may be measured as well"


def test_addresses_are_read_in_the_machines_order(proc: FakeProc) -> None:
    v6 = "0000000000000000FFFF00000100007F"
    proc.table("tcp", line("0100007F", 1), line("00000000", 2), line("0501A8C0", 3))
    proc.table("tcp6", line("0" * 32, 4), line("0" * 24 + "01000000", 5), line(v6, 6))
    found = {one.port: one for one in LinuxListeners(proc.folder).read() or ()}
    assert {port: one.address for port, one in found.items()} == {
        1: "127.0.0.1",
        2: "0.0.0.0",
        3: "192.168.1.5",
        4: "::",
        5: "::1",
        6: "127.0.0.1",
    }
    assert {port for port, one in found.items() if one.is_loopback_only} == {1, 5, 6}
    assert {port for port, one in found.items() if not one.is_reached} == {3, 5}


def test_one_process_on_several_addresses_is_one_listener(proc: FakeProc) -> None:
    uid = os.getuid()
    proc.table("tcp", line("0501A8C0", 80, uid=uid, inode=7), line("0100007F", 80, uid=uid, inode=8))
    proc.process(50, "node", 7, 8)
    assert LinuxListeners(proc.folder).read() == (Listener(80, "TCP", "node", 50, "127.0.0.1"),)


def test_processes_of_others_are_not_named(proc: FakeProc) -> None:
    proc.table("tcp", line("00000000", 80, uid=os.getuid() + 1, inode=7))
    proc.process(50, "nginx", 7)
    assert named(proc, LinuxListeners(proc.folder)) == [(80, "", 0)]


def test_a_socket_that_another_process_has_now(proc: FakeProc) -> None:
    proc.table("tcp", line("00000000", 80, uid=os.getuid(), inode=7))
    proc.process(50, "old", 7)
    reader = LinuxListeners(proc.folder)
    assert named(proc, reader) == [(80, "old", 50)]
    (proc.folder / "50" / "fd" / "3").unlink()
    proc.process(60, "new", 7)
    assert named(proc, reader) == [(80, "new", 60)]


def test_many_descriptors_are_looked_at_over_several_rounds(proc: FakeProc) -> None:
    proc.table("tcp", line("00000000", 80, uid=os.getuid(), inode=7))
    proc.process(50, "python", 7)
    for pid in (60, 61, 62):
        proc.process(pid, "other", *range(100, 110))
    reader = LinuxListeners(proc.folder, max_links=12)
    assert [named(proc, reader)[0][1] for _ in range(4)] == ["", "", "python", "python"]


def test_a_socket_that_is_nobodys_is_not_searched_for_in_every_round(
    proc: FakeProc, monkeypatch: pytest.MonkeyPatch
) -> None:
    proc.table("tcp", line("00000000", 80, uid=os.getuid(), inode=7))
    reader = LinuxListeners(proc.folder)
    searches: list[None] = []
    searching = reader._searching

    def counted() -> Iterator[None]:
        searches.append(None)
        return searching()

    monkeypatch.setattr(reader, "_searching", counted)
    for _ in range(2 * SEARCH_AGAIN):
        assert named(proc, reader) == [(80, "", 0)]
    assert len(searches) == 3
    proc.process(50, "late", 7)
    for _ in range(SEARCH_AGAIN):
        last = named(proc, reader)
    assert last == [(80, "late", 50)]


def test_a_process_without_a_name_and_lines_that_are_none(proc: FakeProc) -> None:
    proc.table("tcp", line("00000000", 80, uid=os.getuid(), inode=7), " 0A \n", "  1: x y 01 0A a b c d e\n")
    proc.process(50, "x", 7)
    (proc.folder / "50" / "comm").unlink()
    assert named(proc, LinuxListeners(proc.folder)) == [(80, "", 50)]


def test_a_process_that_ends_meanwhile(proc: FakeProc) -> None:
    proc.table("tcp", line("00000000", 80, uid=os.getuid(), inode=7))
    (proc.folder / "50").mkdir()
    assert named(proc, LinuxListeners(proc.folder)) == [(80, "", 0)]


def test_a_machine_that_does_not_tell(tmp_path: Path) -> None:
    assert LinuxListeners(tmp_path).read() is None


def test_a_system_that_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    assert listener_source() is None
