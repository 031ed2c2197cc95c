"""The programs of a node: named by KUBEFERRY_NODE_BINARIES, or packed beside the repository, or built here, once.

A folder of programs may also hold them packed, as `node.tar.xz`; it is unpacked into the cache then. What is built lies
below a digest of its recipe, so that another version of Kubernetes is another folder.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tarfile
from collections.abc import Iterable
from pathlib import Path

from tests.cluster.build import Builder
from tests.cluster.locations import HERE, cache, locked
from tests.cluster.programs import KUBERNETES, KUBERNETES_NAMES, NAMES
from tests.cluster.progress import Progress, say
from tests.lab.processes import ROOT

NAMED = "KUBEFERRY_NODE_BINARIES"
BESIDE = ROOT.parent / "shared" / "cluster-kit" / "bin"
PACKED = "node.tar.xz"
_COMPLETE = ".complete"
_RECIPE = ("go/go.mod", "go/go.sum", "go/kube/main.go", "go/coredns/main.go", "programs.py")


def find_binaries(folder: Path | None = None) -> Path:
    """A folder with all of a node's programs, Kubernetes' names among them. `folder`: the cache.

    Raises RuntimeError with the next step in it when there are none, and none can be built."""
    base = (folder or cache()) / "programs"
    named = os.environ.get(NAMED)
    if named:
        return _from_folder(Path(named).resolve(), base)
    if (BESIDE / PACKED).is_file():
        return _from_folder(BESIDE, base)
    target = base / recipe_digest()
    if _is_complete(target):
        return target
    with locked(base / "building.lock", "another process builds the test cluster's programs: waiting for it"):
        if not _is_complete(target):
            Builder(base / "work", target).build()
            _finish(target)
            _remove_others(base, target)
    return target


def recipe_digest() -> str:
    digest = hashlib.sha256()
    for name in _RECIPE:
        digest.update((HERE / name).read_bytes())
    return f"built-{digest.hexdigest()[:12]}"


def _from_folder(source: Path, base: Path) -> Path:
    packed = source / PACKED
    if not packed.is_file():
        missing = [name for name in NAMES if not os.access(source / name, os.X_OK)]
        if missing:
            raise RuntimeError(f"{source} has neither {PACKED} nor these programs: {', '.join(missing)}")
        target = base / f"links-{hashlib.sha256(str(source).encode()).hexdigest()[:12]}"
        _link(target, source)
        return target
    stat = packed.stat()
    digest = hashlib.sha256(f"{packed} {stat.st_size} {stat.st_mtime_ns}".encode()).hexdigest()
    target = base / f"unpacked-{digest[:12]}"
    if _is_complete(target):
        return target
    with locked(base / "unpacking.lock", "another process unpacks the test cluster's programs: waiting for it"):
        if not _is_complete(target):
            _unpack(packed, target)
            _finish(target)
            _remove_others(base, target)
    return target


def _unpack(packed: Path, target: Path) -> None:
    """Raises RuntimeError when the archive lacks a program."""
    target.mkdir(parents=True, exist_ok=True)
    progress = Progress(f"unpacking {packed}, programs", len(NAMES))
    with tarfile.open(packed) as archive:
        for member in archive:
            stream = archive.extractfile(member) if member.name in NAMES else None
            if stream is not None:
                fresh = target / f"{member.name}.new"
                with fresh.open("wb") as file:
                    shutil.copyfileobj(stream, file, 1 << 20)
                fresh.chmod(0o755)
                fresh.replace(target / member.name)
                progress.advance()
    progress.finish()
    missing = [name for name in NAMES if not (target / name).exists()]
    if missing:
        raise RuntimeError(f"{packed} lacks {', '.join(missing)}")


def _link(target: Path, source: Path) -> None:
    """A folder of links to programs that lie elsewhere: nothing is written into a folder that somebody named."""
    target.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        _symlink(target / name, str(source / name))
    _finish(target)


def _finish(target: Path) -> None:
    for name in KUBERNETES_NAMES:
        _symlink(target / name, KUBERNETES)
    (target / _COMPLETE).touch()


def _symlink(link: Path, points_at: str) -> None:
    fresh = link.with_name(f"{link.name}.link")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(points_at)
    fresh.replace(link)


def _is_complete(target: Path) -> bool:
    return (target / _COMPLETE).exists()


def _remove_others(base: Path, kept: Path) -> None:
    """Sets of programs that this one has replaced: those of the same kind, unless a cluster runs them."""
    kind = kept.name.partition("-")[0]
    for other in base.glob(f"{kind}-*"):
        if other != kept and not in_use(other):
            say(f"removing older programs in {other}")
            shutil.rmtree(other, ignore_errors=True)


def in_use(folder: Path, processes: Iterable[Path] | None = None) -> bool:
    for process in processes if processes is not None else Path("/proc").glob("[0-9]*"):
        try:
            program = os.readlink(process / "exe")
        except OSError:
            continue
        if program.startswith(f"{folder}/"):
            return True
    return False
