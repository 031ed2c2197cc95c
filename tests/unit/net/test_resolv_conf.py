import ipaddress
import os
from pathlib import Path

import pytest

from helper.net.journal import Journal, ResolverFileReplaced
from helper.net.plan import DnsPlan
from helper.net.resolv_conf import ResolvConf, restore
from helper.net.resolved import leads_to_resolved
from helper.net.resolver import LinkRef, ResolverFailed

LINK = LinkRef("kubeferry0", 7)
OTHER = LinkRef("kubeferry1", 8)
DNS = DnsPlan(ipaddress.IPv4Address("198.19.3.7"), ("cluster.local",), ("ns.svc.cluster.local", "svc.cluster.local"))
ORIGINAL = b"# by hand \xff\nnameserver 192.0.2.1\nnameserver 192.0.2.2\nsearch corp.example\noptions ndots:2\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "resolv.conf"
    path.write_bytes(ORIGINAL)
    path.chmod(0o640)
    return path


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal")


def test_our_server_is_alone_and_everything_else_stays(path: Path, journal: Journal) -> None:
    resolver = ResolvConf(path, journal)
    assert resolver.upstreams(frozenset()) == ("192.0.2.1", "192.0.2.2")
    resolver.set_dns(LINK, DNS)
    lines = path.read_bytes().splitlines()
    assert [line for line in lines if line.startswith(b"nameserver")] == [b"nameserver 198.19.3.7"]
    assert b"search ns.svc.cluster.local svc.cluster.local corp.example" in lines
    assert b"options ndots:2" in lines
    assert path.stat().st_mode & 0o777 == 0o640
    assert resolver.upstreams(frozenset()) == ("192.0.2.1", "192.0.2.2")


def test_the_original_comes_back_exactly(path: Path, journal: Journal) -> None:
    resolver = ResolvConf(path, journal)
    resolver.set_dns(LINK, DNS)
    resolver.set_dns(LINK, DnsPlan(DNS.server, (), ("other.svc.cluster.local",)))
    assert b"search other.svc.cluster.local corp.example" in path.read_bytes()
    assert resolver.revert(LINK) == ()
    assert path.read_bytes() == ORIGINAL
    assert path.stat().st_mode & 0o777 == 0o640
    assert journal.entries() == []
    assert [entry.name for entry in path.parent.iterdir() if entry.is_file()] == ["resolv.conf"]


def test_setting_the_same_again_writes_nothing(path: Path, journal: Journal) -> None:
    resolver = ResolvConf(path, journal)
    resolver.set_dns(LINK, DNS)
    before = path.stat()
    resolver.set_dns(LINK, DNS)
    assert path.stat() == before


def test_a_symbolic_link_comes_back_as_one(path: Path, journal: Journal) -> None:
    target = path.rename(path.with_name("real.conf"))
    path.symlink_to("real.conf")
    resolver = ResolvConf(path, journal)
    resolver.set_dns(LINK, DNS)
    assert not path.is_symlink()
    assert target.read_bytes() == ORIGINAL
    resolver.revert(LINK)
    assert os.readlink(path) == "real.conf"
    assert target.read_bytes() == ORIGINAL


def test_a_file_that_was_not_there_goes_again(path: Path, journal: Journal) -> None:
    path.unlink()
    resolver = ResolvConf(path, journal)
    resolver.set_dns(LINK, DNS)
    assert path.exists()
    assert resolver.revert(LINK) == ()
    assert not path.exists()


def test_a_later_process_restores_from_the_journal(path: Path, journal: Journal) -> None:
    ResolvConf(path, journal).set_dns(LINK, DNS)
    ((_, entry),) = Journal(path.parent / "journal").entries()
    assert isinstance(entry, ResolverFileReplaced)
    assert restore(entry) == ()
    assert path.read_bytes() == ORIGINAL


def test_a_crash_between_journal_and_file_is_no_matter(path: Path, journal: Journal) -> None:
    resolver = ResolvConf(path, journal)
    resolver.set_dns(LINK, DNS)
    first = path.read_bytes()
    resolver.set_dns(LINK, DnsPlan(DNS.server, (), ("other.svc.cluster.local",)))
    path.write_bytes(first)
    ((_, entry),) = journal.entries()
    assert isinstance(entry, ResolverFileReplaced)
    assert restore(entry) == ()
    assert path.read_bytes() == ORIGINAL


def test_somebody_elses_new_file_is_kept(path: Path, journal: Journal) -> None:
    resolver = ResolvConf(path, journal)
    resolver.set_dns(LINK, DNS)
    theirs = b"nameserver 203.0.113.1\nsearch cafe.example\n"
    path.write_bytes(theirs)
    assert resolver.revert(LINK) == ()
    assert path.read_bytes() == theirs


def test_only_our_lines_leave_a_file_that_somebody_else_edited(path: Path, journal: Journal) -> None:
    resolver = ResolvConf(path, journal)
    resolver.set_dns(LINK, DNS)
    path.write_bytes(path.read_bytes() + b"nameserver 203.0.113.1\n")
    resolver.revert(LINK)
    assert path.read_bytes() == b"search corp.example\n# by hand \xff\noptions ndots:2\nnameserver 203.0.113.1\n"


def test_our_server_is_set_again_after_somebody_else_wrote_the_file(path: Path, journal: Journal) -> None:
    resolver = ResolvConf(path, journal)
    resolver.set_dns(LINK, DNS)
    theirs = b"nameserver 203.0.113.1\n"
    path.write_bytes(theirs)
    resolver.set_dns(LINK, DNS)
    assert b"nameserver 198.19.3.7\n" in path.read_bytes()
    assert resolver.upstreams(frozenset()) == ("203.0.113.1",)
    resolver.revert(LINK)
    assert path.read_bytes() == theirs


def test_a_second_link_is_refused_and_the_first_undisturbed(path: Path, journal: Journal) -> None:
    resolver = ResolvConf(path, journal)
    resolver.set_dns(LINK, DNS)
    before = path.read_bytes()
    with pytest.raises(ResolverFailed, match="kubeferry0"):
        resolver.set_dns(OTHER, DNS)
    assert resolver.revert(OTHER) == ()
    assert path.read_bytes() == before


def test_a_directory_that_is_not_there_is_a_failure_that_is_told(tmp_path: Path, journal: Journal) -> None:
    with pytest.raises(ResolverFailed, match="cannot be written"):
        ResolvConf(tmp_path / "nowhere" / "resolv.conf", journal).set_dns(LINK, DNS)


@pytest.mark.parametrize(
    ("resolv_conf", "nsswitch", "expected"),
    [
        ("nameserver 127.0.0.53\noptions edns0\n", "", True),
        ("nameserver 127.0.0.53\nnameserver 192.0.2.1\n", "", False),
        ("nameserver 192.0.2.1\n", "hosts: files resolve [!UNAVAIL=return] dns\n", True),
        ("nameserver 192.0.2.1\n", "hosts: files dns resolve\n", False),
        ("nameserver 192.0.2.1\n", "hosts: files dns # resolve\n", False),
        ("", "", False),
    ],
)
def test_resolved_counts_only_when_programs_ask_it(
    tmp_path: Path, resolv_conf: str, nsswitch: str, expected: bool
) -> None:
    (tmp_path / "resolv.conf").write_text(resolv_conf)
    (tmp_path / "nsswitch.conf").write_text(nsswitch)
    assert leads_to_resolved(tmp_path / "resolv.conf", tmp_path / "nsswitch.conf") is expected
