import os
from collections.abc import Callable
from pathlib import Path

import pytest

from helper.net.plain_file import MAX_BYTES, read_plain


def test_a_file_and_a_link_to_one_are_read(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * MAX_BYTES)
    (tmp_path / "link").symlink_to("file")
    assert read_plain(path) == read_plain(tmp_path / "link") == b"x" * MAX_BYTES


def test_what_is_not_there_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("nowhere")
    for name in ("nowhere", "link"):
        with pytest.raises(FileNotFoundError):
            read_plain(tmp_path / name)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (os.mkfifo, "not a regular file"),
        (os.mkdir, "not a regular file"),
        (lambda path: path.symlink_to("/dev/zero"), "not a regular file"),
        (lambda path: path.write_bytes(b"x" * (MAX_BYTES + 1)), "larger than"),
    ],
    ids=["a FIFO", "a folder", "a device", "too large"],
)
def test_what_is_no_small_file_is_refused_at_once(tmp_path: Path, make: Callable[[Path], object], words: str) -> None:
    make(tmp_path / "it")
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(OSError, match=words):
        read_plain(tmp_path / "it")
    assert len(os.listdir("/proc/self/fd")) == before
