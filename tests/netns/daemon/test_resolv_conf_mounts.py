"""/etc/resolv.conf as containers have it: a mount point of its own, which cannot be replaced by rename."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.netns.daemon.conftest import REPOSITORY

SCENARIO = """
import ipaddress, sys
from pathlib import Path
from helper.net.journal import Journal
from helper.net.plan import DnsPlan
from helper.net.resolv_conf import ResolvConf
from helper.net.resolver import LinkRef

path = Path(sys.argv[1])
original = path.read_bytes()
resolver = ResolvConf(path, Journal(Path(sys.argv[2])))
resolver.set_dns(LinkRef("kubeferry0", 7), DnsPlan(ipaddress.IPv4Address("198.19.3.7"), (), ("svc.cluster.local",)))
assert b"nameserver 198.19.3.7" in path.read_bytes(), path.read_bytes()
assert resolver.revert(LinkRef("kubeferry0", 7)) == ()
assert path.read_bytes() == original
"""


@pytest.mark.parametrize("read_only", [False, True], ids=["writable /etc", "read-only /etc"])
def test_a_mounted_file_is_written_in_place_and_restored(tmp_path: Path, read_only: bool) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root")
    etc = tmp_path / "etc"
    etc.mkdir()
    (etc / "resolv.conf").write_text("overmounted\n")
    source = tmp_path / "source.conf"
    source.write_text(
        "nameserver 192.0.2.53\n# a long line, so that what is written in its place is shorter" + "x" * 200
    )
    remount = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" &&' if read_only else ""
    script = f'{remount} mount --bind "$2" "$1/resolv.conf" && shift 2 && exec "$@"'
    python = [sys.executable, "-c", SCENARIO, str(etc / "resolv.conf"), str(tmp_path / "journal")]
    subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, "sh", str(etc), str(source), *python], cwd=REPOSITORY, check=True
    )
    assert (etc / "resolv.conf").read_text() == "overmounted\n"
