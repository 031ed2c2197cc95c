"""Finding a node's programs, and building them: with a `go` that says what the real one says, and can be cut off."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import pytest

from tests.cluster import binaries, build, programs, toolchain
from tests.cluster.build import Builder
from tests.cluster.progress import Progress, remaining

GO = """\
#!/bin/sh
echo "$@" >> "$FAKE_GO_LOG"
case $1 in
version) echo "go version go1.99.0 linux/amd64";;
list)
  case "$*" in
  *-deps*) echo "go: downloading example.org/one v1.2.3"; echo one; echo two; echo three;;
  *) echo v1.37.2;;
  esac;;
build)
  while [ "$1" != -o ]; do shift; done
  echo one
  if [ -e "$FAKE_GO_FAILS" ] && [ "$(basename "$2")" = etcd.new ]; then echo "etcd.go:1: a fault"; exit 1; fi
  echo two; echo three
  echo "$2" > "$2";;
esac
"""


@pytest.fixture
def go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Returns where it notes how it was called. The file `fails` beside it makes one program fail."""
    folder = tmp_path / "path"
    folder.mkdir()
    (folder / "go").write_text(GO)
    (folder / "go").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setenv("FAKE_GO_LOG", str(tmp_path / "log"))
    monkeypatch.setenv("FAKE_GO_FAILS", str(tmp_path / "fails"))
    monkeypatch.setattr(build, "prepare_c_compiler", lambda: None)
    return tmp_path / "log"


@pytest.fixture(autouse=True)
def _nothing_beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(binaries.NAMED, raising=False)
    monkeypatch.setattr(binaries, "BESIDE", tmp_path / "nothing")


def packed(folder: Path, names: tuple[str, ...] = programs.NAMES) -> Path:
    folder.mkdir()
    with tarfile.open(folder / binaries.PACKED, "w:xz") as archive:
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = len(name)
            archive.addfile(info, io.BytesIO(name.encode()))
    return folder


def test_all_is_built_once(go: Path, tmp_path: Path) -> None:
    found = binaries.find_binaries(tmp_path / "cache")
    assert {path.name for path in found.iterdir()} >= {*programs.NAMES, *programs.KUBERNETES_NAMES}
    assert os.readlink(found / "kubelet") == programs.KUBERNETES
    calls = go.read_text().count("build ")
    assert calls == len(programs.NAMES)
    assert binaries.find_binaries(tmp_path / "cache") == found
    assert go.read_text().count("build ") == calls
    assert not (tmp_path / "cache" / "programs" / "work").exists()


def test_a_build_that_was_cut_off_goes_on(go: Path, tmp_path: Path) -> None:
    (tmp_path / "fails").touch()
    with pytest.raises(RuntimeError, match="a fault"):
        binaries.find_binaries(tmp_path / "cache")
    assert go.read_text().count("build ") == 2
    (tmp_path / "fails").unlink()
    found = binaries.find_binaries(tmp_path / "cache")
    assert go.read_text().count("build ") == 2 + len(programs.NAMES) - 1
    assert (found / "etcd").exists()


def test_what_is_compiled_already_counts(tmp_path: Path, go: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[tuple[int, int]] = []

    class Noted(Progress):
        def __init__(self, what: str, total: int, done: int = 0) -> None:
            begun.append((done, total))
            super().__init__(what, total, done)

    monkeypatch.setattr(build, "Progress", Noted)
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "compiled").write_text("one\ntwo\nof-an-older-version\n")
    Builder(tmp_path / "work", tmp_path / "target").build()
    assert begun[1] == (2, 3)


def test_packed_programs_are_unpacked_and_nothing_is_built(go: Path, tmp_path: Path) -> None:
    binaries.BESIDE.parent.mkdir(exist_ok=True)
    packed(binaries.BESIDE)
    found = binaries.find_binaries(tmp_path / "cache")
    assert (found / "runc").read_text() == "runc"
    assert os.access(found / "kube-proxy", os.X_OK) is True
    assert not go.exists()


def test_packed_programs_may_not_be_incomplete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(binaries.NAMED, str(packed(tmp_path / "some", programs.NAMES[1:])))
    with pytest.raises(RuntimeError, match="lacks kube-all"):
        binaries.find_binaries(tmp_path / "cache")


def test_a_named_folder_is_used_and_not_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = tmp_path / "named"
    named.mkdir()
    for name in programs.NAMES:
        (named / name).write_text(name)
        (named / name).chmod(0o755)
    monkeypatch.setenv(binaries.NAMED, str(named))
    found = binaries.find_binaries(tmp_path / "cache")
    assert (found / "kubelet").resolve() == named / programs.KUBERNETES
    assert {path.name for path in named.iterdir()} == set(programs.NAMES)


def test_a_named_folder_that_lacks_something_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(binaries.NAMED, str(tmp_path))
    with pytest.raises(RuntimeError, match=r"has neither node.tar.xz nor these programs: kube-all, etcd"):
        binaries.find_binaries(tmp_path / "cache")


def test_programs_of_a_running_cluster_stay(tmp_path: Path) -> None:
    process = tmp_path / "1"
    process.mkdir()
    (process / "exe").symlink_to("/cache/built-1/etcd")
    assert binaries.in_use(Path("/cache/built-1"), [process])
    assert not binaries.in_use(Path("/cache/built-10"), [process, tmp_path / "2"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("go version go1.26.8 linux/amd64", (1, 26, 8)),
        ("1.26", (1, 26)),
        ("go version devel +abc linux/amd64", ()),
    ],
)
def test_versions_of_go(text: str, expected: tuple[int, ...]) -> None:
    assert toolchain.parsed_version(text) == expected


def test_the_module_says_which_go_it_needs() -> None:
    assert toolchain.wanted_version((toolchain.MODULE / "go.mod").read_text()) >= (1, 26)
    with pytest.raises(ValueError, match=r"go\.mod"):
        toolchain.wanted_version("module x\n")


def test_kubernetes_says_its_version_in_all_its_forms() -> None:
    flags = programs.linker_flags(programs.PROGRAMS[0], "v1.37.2")
    assert "-X k8s.io/component-base/version.gitVersion=v1.37.2" in flags
    assert "-X k8s.io/client-go/pkg/version.gitMinor=37" in flags


@pytest.mark.parametrize(
    ("finished", "left", "elapsed_s", "expected"),
    [(5, 100, 10, ""), (100, 100, 60, ", about 60 s to go"), (100, 1000, 60, ", about 10 min to go")],
)
def test_what_remains(finished: int, left: int, elapsed_s: float, expected: str) -> None:
    assert remaining(finished, left, elapsed_s) == expected


def test_progress_writes_lines_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr("tests.cluster.progress.EVERY_S", 0.0)
    progress = Progress("packages", 3, 1, stream=stream)
    progress.advance()
    progress.finish()
    assert stream.getvalue() == "packages: 2 of 3\n"
