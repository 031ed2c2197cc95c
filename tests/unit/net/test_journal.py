import logging
import shutil
from pathlib import Path

import pytest

from helper.net.journal import Journal, LinkOpened, ResolverFileReplaced


def test_entries_come_back_newest_first_in_a_later_process(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    first = journal.record(LinkOpened("kubeferry0"))
    second = journal.record(LinkOpened("kubeferry1", 12, 34))
    later = Journal(tmp_path)
    assert later.entries() == [(second, LinkOpened("kubeferry1", 12, 34)), (first, LinkOpened("kubeferry0"))]
    assert later.record(LinkOpened("kubeferry2")) > second


def test_what_was_undone_is_forgotten(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    number = journal.record(LinkOpened("kubeferry0"))
    journal.replace(number, LinkOpened("kubeferry9"))
    assert journal.entries() == [(number, LinkOpened("kubeferry9"))]
    journal.forget(number)
    journal.forget(number)
    assert journal.entries() == []


def test_an_unreadable_entry_is_set_aside_and_does_not_hinder_the_others(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    journal = Journal(tmp_path)
    number = journal.record(LinkOpened("kubeferry0"))
    (tmp_path / "00000009.json").write_bytes(b'{"type":"LinkOpened","interf')
    with caplog.at_level(logging.WARNING):
        assert journal.entries() == [(number, LinkOpened("kubeferry0"))]
    assert "00000009.json cannot be read" in caplog.text
    assert (tmp_path / "00000009.unreadable").exists()


def test_what_is_on_disk_is_known_after_the_machine_went_down(tmp_path: Path) -> None:
    gone, lasting = tmp_path / "run", tmp_path / "lib"
    journal = Journal(gone, lasting)
    journal.record(LinkOpened("kubeferry0"))
    replaced = ResolverFileReplaced("/etc/resolv.conf", b"old", None, 0o644, 0, 0, b"new", "198.19.0.2", ())
    number = journal.record(replaced)
    assert [entry for _, entry in Journal(gone, lasting).entries()] == [replaced, LinkOpened("kubeferry0")]
    shutil.rmtree(gone)
    later = Journal(gone, lasting)
    assert later.entries() == [(number, replaced)]
    assert later.record(LinkOpened("kubeferry1")) > number
    later.forget(number)
    assert list(lasting.iterdir()) == []


def test_the_directory_is_roots_alone(tmp_path: Path) -> None:
    Journal(tmp_path / "run" / "journal")
    assert (tmp_path / "run" / "journal").stat().st_mode & 0o777 == 0o700
