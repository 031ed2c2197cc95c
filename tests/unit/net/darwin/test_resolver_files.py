"""Files in /etc/resolver: written for a link, undone to the byte, also by a process that comes after a crash."""

import ipaddress
from collections.abc import Iterator
from pathlib import Path

import pytest

from helper.net.darwin.resolver_files import FLUSH_COMMANDS, ResolverFiles, restore_folder
from helper.net.journal import Journal, ResolverFolderChanged
from helper.net.plan import DnsPlan
from helper.net.resolver import LinkRef, ResolverFailed
from tests.unit.net.darwin.kernel import KernelStandIn

LINK, OTHER = LinkRef("utun4", 16), LinkRef("utun5", 17)


def dns(*match: str, search: tuple[str, ...] = (), server: str = "198.19.3.7") -> DnsPlan:
    return DnsPlan(ipaddress.ip_address(server), match, search)


class Machine:
    def __init__(self, folder: Path, kernel: KernelStandIn) -> None:
        self.folder = folder / "resolver"
        self.resolv_conf = folder / "resolv.conf"
        self.journal = Journal(folder / "journal")
        self.kernel = kernel
        self.resolver = ResolverFiles(self.folder, self.resolv_conf, self.journal, kernel)

    def files(self) -> dict[str, str]:
        return {path.name: path.read_text() for path in self.folder.iterdir()} if self.folder.exists() else {}


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    kernel = KernelStandIn()
    yield Machine(tmp_path, kernel)
    kernel.close()


def test_each_domain_has_a_file_and_search_has_one(machine: Machine) -> None:
    machine.resolver.set_dns(LINK, dns("cluster.local", "shop", search=("shop.svc.cluster.local",)))
    files = machine.files()
    assert files.keys() == {"cluster.local", "shop", "shop.svc.cluster.local", "search.utun4"}
    assert files["cluster.local"].splitlines()[1:] == ["nameserver 198.19.3.7"]
    assert files["search.utun4"].splitlines()[1:] == ["search shop.svc.cluster.local"]
    assert machine.kernel.commands == list(FLUSH_COMMANDS)
    assert machine.resolver.revert(LINK) == ()
    assert not machine.folder.exists()
    assert machine.journal.entries() == []
    assert machine.resolver.revert(LINK) == ()


def test_nothing_is_written_twice(machine: Machine) -> None:
    machine.resolver.set_dns(LINK, dns("cluster.local"))
    before = (machine.folder / "cluster.local").stat().st_ino
    machine.resolver.set_dns(LINK, dns("cluster.local"))
    assert (machine.folder / "cluster.local").stat().st_ino == before
    assert len(machine.kernel.commands) == 2


def test_other_domains_take_the_place_of_the_first_ones(machine: Machine) -> None:
    machine.resolver.set_dns(LINK, dns("cluster.local", "shop"))
    machine.resolver.set_dns(LINK, dns("cluster.local", "bank", server="198.19.3.8"))
    assert machine.files().keys() == {"cluster.local", "bank"}
    assert "198.19.3.8" in machine.files()["cluster.local"]
    machine.resolver.revert(LINK)
    assert machine.files() == {}


def test_a_file_that_was_there_comes_back(machine: Machine) -> None:
    machine.folder.mkdir()
    theirs = machine.folder / "cluster.local"
    theirs.write_text("nameserver 192.0.2.1\nport 5353\n")
    theirs.chmod(0o640)
    machine.resolver.set_dns(LINK, dns("cluster.local"))
    machine.resolver.set_dns(LINK, dns("cluster.local", server="198.19.3.8"))
    assert "198.19.3.8" in theirs.read_text()
    machine.resolver.revert(LINK)
    assert theirs.read_text() == "nameserver 192.0.2.1\nport 5353\n"
    assert theirs.stat().st_mode & 0o777 == 0o640
    assert machine.folder.exists(), "the folder was not ours"


def test_a_file_that_somebody_has_written_meanwhile_stays_without_our_lines(machine: Machine) -> None:
    machine.resolver.set_dns(LINK, dns("cluster.local"))
    path = machine.folder / "cluster.local"
    path.write_text(path.read_text() + "nameserver 192.0.2.9\n")
    machine.resolver.revert(LINK)
    assert path.read_text() == "nameserver 192.0.2.9\n"


def test_what_was_deleted_under_us_is_written_again(machine: Machine) -> None:
    machine.resolver.set_dns(LINK, dns("cluster.local"))
    (machine.folder / "cluster.local").unlink()
    machine.resolver.set_dns(LINK, dns("cluster.local"))
    assert machine.files().keys() == {"cluster.local"}
    machine.resolver.revert(LINK)
    assert machine.files() == {}


def test_two_links_cannot_answer_the_same_names(machine: Machine) -> None:
    machine.resolver.set_dns(LINK, dns("cluster.local"))
    with pytest.raises(ResolverFailed, match=r"cluster\.local are answered by the connection on utun4"):
        machine.resolver.set_dns(OTHER, dns("cluster.local", "bank"))
    machine.resolver.set_dns(OTHER, dns("bank", search=("bank",)))
    machine.resolver.revert(LINK)
    assert machine.files().keys() == {"bank", "search.utun5"}
    machine.resolver.revert(OTHER)
    assert machine.files() == {}


def test_a_process_after_a_crash_undoes_it(machine: Machine) -> None:
    machine.resolver.set_dns(LINK, dns("cluster.local", "shop"))
    ((_, entry),) = Journal(machine.journal._directory).entries()
    assert isinstance(entry, ResolverFolderChanged)
    assert restore_folder(entry, machine.kernel) == ()
    assert not machine.folder.exists()


def test_a_crash_between_journal_and_files_leaves_nothing(machine: Machine) -> None:
    machine.resolver.set_dns(LINK, dns("cluster.local"))
    ((number, entry),) = machine.journal.entries()
    assert isinstance(entry, ResolverFolderChanged)
    (machine.folder / "cluster.local").unlink()
    assert restore_folder(entry, machine.kernel) == ()
    assert not machine.folder.exists()
    machine.journal.forget(number)


def test_what_cannot_be_written_is_undone_and_named(machine: Machine) -> None:
    machine.folder.mkdir()
    (machine.folder / "shop").mkdir()  # a folder where a file should be
    with pytest.raises(ResolverFailed, match="cannot be written"):
        machine.resolver.set_dns(LINK, dns("cluster.local", "shop"))
    assert not (machine.folder / "cluster.local").exists()
    assert machine.journal.entries() == []


def test_a_cache_that_is_not_flushed_is_no_failure(machine: Machine, caplog: pytest.LogCaptureFixture) -> None:
    machine.kernel.fail_commands = True
    with caplog.at_level("WARNING"):
        machine.resolver.set_dns(LINK, dns("cluster.local"))
        assert machine.resolver.revert(LINK) == ()
    assert "did not work" in caplog.text


def test_upstreams_are_what_configd_tells(machine: Machine) -> None:
    assert machine.resolver.upstreams(frozenset()) == ()
    machine.resolv_conf.write_text("# by configd\nnameserver 192.0.2.53\nnameserver fe80::1%en0\n")
    machine.resolver.set_dns(LINK, dns("cluster.local"))
    assert machine.resolver.upstreams(frozenset({"utun4"})) == ("192.0.2.53", "fe80::1%en0")
    machine.resolver.revert(LINK)
