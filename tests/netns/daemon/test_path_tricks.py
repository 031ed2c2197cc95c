"""Something else in the place of a file or folder that the helper reads or writes: links, FIFOs, folders, huge ones."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from helper.client import HelperClient, HelperRefused
from helper.net import resolv_conf
from helper.net.journal import Journal
from helper.net.plain_file import MAX_BYTES
from helper.net.plan import DnsPlan
from helper.net.resolv_conf import ResolvConf
from helper.net.resolver import LinkRef
from helper.protocol.helper_messages import HELPER_PROTOCOL_VERSION, DnsConfig, Hello, NetworkConfig, RefusalCode
from tests.netns.daemon.conftest import REPOSITORY, RESOLV_CONF, Machine, ip_json, running
from tests.netns.daemon.other_users import MALLORY, UNKNOWN, Who, as_user, connect, helper_that_knows_them, say

LINK = LinkRef("kubeferry0", 7)
DNS = DnsPlan(ipaddress.IPv4Address("198.19.3.7"), (), ("svc.cluster.local",))
CONFIG = NetworkConfig(
    addresses=("198.19.3.7/32",), mtu=1400, routes=("10.96.0.0/12",), dns=DnsConfig(("cluster.local",), ())
)
ALLOWING = f"allow_users = [{UNKNOWN}]\n"


def _of(uid: int, mode: int) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        path.write_text(ALLOWING)
        os.chown(path, uid, uid)
        path.chmod(mode)

    return make


def _link_to(make: Callable[[Path], None]) -> Callable[[Path], None]:
    def link(path: Path) -> None:
        make(path.with_name("elsewhere"))
        path.symlink_to("elsewhere")

    return link


def _huge(path: Path) -> None:
    path.write_bytes(ALLOWING.encode() + b"#" * MAX_BYTES)


CONFIGURATIONS: dict[str, tuple[Callable[[Path], None], str]] = {
    "root's own": (_of(0, 0o644), "Welcome"),
    "a link to root's own": (_link_to(_of(0, 0o644)), "Welcome"),
    "somebody else's": (_of(MALLORY, 0o644), "Refused"),
    "a group may write it": (_of(0, 0o664), "Refused"),
    "everybody may write it": (_of(0, 0o666), "Refused"),
    "a link to somebody else's": (_link_to(_of(MALLORY, 0o644)), "Refused"),
    "a FIFO": (os.mkfifo, "Refused"),
    "a folder": (Path.mkdir, "Refused"),
    "huge": (_huge, "Refused"),
}


def test_a_configuration_that_is_not_roots_own_lets_nobody_in(machine: Machine) -> None:
    def ask() -> Any:
        with connect(machine) as sock:
            return (say(sock, Hello(HELPER_PROTOCOL_VERSION)) or {}).get("type")

    answers = {}
    with helper_that_knows_them(machine):
        for name, (make, _) in CONFIGURATIONS.items():
            folder = machine.directory / name.replace(" ", "-")
            folder.mkdir()
            make(folder / "helper.toml")
            machine.config.unlink(missing_ok=True)
            # The helper is told one path only, so that path leads to each in turn.
            machine.config.symlink_to(folder / "helper.toml")
            answers[name] = as_user(Who(UNKNOWN), ask)
    assert answers == {name: expected for name, (_, expected) in CONFIGURATIONS.items()}


def _fifo_behind_a_link(path: Path) -> None:
    os.mkfifo(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


RESOLVERS: dict[str, Callable[[Path], None]] = {
    "a FIFO": os.mkfifo,
    "a link to a FIFO": _fifo_behind_a_link,
    "a folder": Path.mkdir,
    "huge": _huge,
    "a link to itself": lambda path: path.symlink_to(path.name),
}


@pytest.mark.parametrize("kind", RESOLVERS)
async def test_what_is_no_resolv_conf_is_refused_and_left_alone(machine: Machine, kind: str) -> None:
    machine.resolv_conf.unlink()
    RESOLVERS[kind](machine.resolv_conf)
    before = _looks(machine)
    async with running(machine):
        client = await HelperClient.connect(machine.socket)
        held = await client.open_connection()
        async with asyncio.timeout(5):
            with pytest.raises(HelperRefused) as caught:
                await client.set_network(held.connection_id, CONFIG)
            assert caught.value.code in (RefusalCode.RESOLVER_FAILED, RefusalCode.SYSTEM_FAILED)
            assert len(await client.list_connections()) == 1
            assert await client.close_connection(held.connection_id) == ()
        held.channel.close()
        client.close()
        assert _looks(machine) == before


def _looks(machine: Machine) -> Any:
    """What it is, without reading it; and that nothing is beside it, nor on the network."""
    found = machine.resolv_conf.lstat()
    files = sorted(path.name for path in machine.directory.iterdir() if path.name != "run")
    return (found.st_ino, found.st_mode, found.st_size, found.st_mtime_ns), files, ip_json("address"), ip_json("route")


@pytest.fixture
def etc(tmp_path: Path) -> Path:
    etc = tmp_path / "etc"
    etc.mkdir()
    (etc / "resolv.conf").write_bytes(RESOLV_CONF)
    return etc


@pytest.mark.parametrize("moment", ["before the new file is written", "before it is put in place"])
def test_a_link_planted_between_reading_and_writing_is_not_followed(
    etc: Path, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    victim, path = etc / "victim", etc / "resolv.conf"
    victim.write_text("precious")
    original = resolv_conf._write_new

    def planted(draft: Path, *arguments: Any) -> None:
        if moment == "before the new file is written":
            draft.symlink_to(victim)
        original(draft, *arguments)
        if moment == "before it is put in place":
            path.unlink()
            path.symlink_to(victim)

    monkeypatch.setattr(resolv_conf, "_write_new", planted)
    resolver = ResolvConf(path, Journal(etc.parent / "journal"))
    resolver.set_dns(LINK, DNS)
    assert victim.read_text() == "precious"
    assert not path.is_symlink()
    assert b"nameserver 198.19.3.7\n" in path.read_bytes()
    monkeypatch.undo()
    assert resolver.revert(LINK) == ()
    assert path.read_bytes() == RESOLV_CONF
    assert sorted(entry.name for entry in etc.iterdir()) == ["resolv.conf", "victim"]


_READ_ONLY = """
import ipaddress, sys
from pathlib import Path
from helper.net.journal import Journal
from helper.net.plan import DnsPlan
from helper.net.resolv_conf import ResolvConf
from helper.net.resolver import LinkRef, ResolverFailed

resolver = ResolvConf(Path(sys.argv[1]), Journal(Path(sys.argv[2])))
try:
    resolver.set_dns(LinkRef("kubeferry0", 7), DnsPlan(ipaddress.IPv4Address("198.19.3.7"), (), ()))
except ResolverFailed:
    print("refused")
print(resolver.revert(LinkRef("kubeferry0", 7)))
"""


def test_where_the_folder_is_read_only_a_link_is_not_written_through(etc: Path) -> None:
    """What it leads to is another program's, and would not be restored."""
    if os.geteuid() != 0:
        pytest.skip("needs root")
    real, path = etc.parent / "real.conf", etc / "resolv.conf"
    path.rename(real)
    path.symlink_to("../real.conf")
    script = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@"'
    python = [sys.executable, "-c", _READ_ONLY, str(path), str(etc.parent / "journal")]
    command = ["unshare", "--mount", "sh", "-c", script, "sh", str(etc), *python]
    done = subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True, text=True)
    assert done.stdout.splitlines() == ["refused", "()"]
    assert real.read_bytes() == RESOLV_CONF
    assert os.readlink(path) == "../real.conf"


def test_nobody_else_can_change_what_the_helper_keeps(machine: Machine) -> None:
    """Whatever the mask of who started it: the run folder with lock, socket and journals is root's to write alone."""
    before = os.umask(0)
    try:
        with helper_that_knows_them(machine):
            run = machine.directory / "run"
            loose = [path for path in (run, *run.rglob("*")) if path.stat().st_mode & 0o022]
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (run, *run.iterdir())}
            tried = as_user(Who(MALLORY), lambda: _tries(run))
    finally:
        os.umask(before)
    assert loose == [run / "helper.sock"], "everybody may ask"
    assert modes == {"run": 0o755, "lock": 0o600, "journal": 0o700, "helper.sock": 0o666}
    assert tried == dict.fromkeys(tried, "PermissionError")


def _tries(run: Path) -> dict[str, str]:
    tricks: dict[str, Callable[[], Any]] = {
        "a file of one's own": lambda: (run / "planted").touch(),
        "a link": lambda: (run / "journal.partial").symlink_to("/etc/shadow"),
        "another socket": lambda: (run / "helper.sock").rename(run / "helper.sock.old"),
        "no socket": lambda: (run / "helper.sock").unlink(),
        "the lock": lambda: os.open(run / "lock", os.O_RDONLY),
        "reading the journal": lambda: os.listdir(run / "journal"),
        "an entry": lambda: (run / "journal" / "00000009.json").write_text("{}"),
        "another journal": lambda: (run / "journal").rename(run / "away"),
    }
    found = {}
    for name, trick in tricks.items():
        try:
            trick()
        except OSError as error:
            found[name] = type(error).__name__
        else:
            found[name] = "done"
    return found
