"""A tar.gz with an installer of its own, for distributions without deb and rpm."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path

from moment import source_date
from native_packages import SCRIPTS, architecture

from helper.version import VERSION

INSTALLER = Path(__file__).resolve().parent / "data/install.sh"


def make_tarball(root: Path, target: Path) -> Path:
    name = f"kubeferry-{VERSION}-linux-{architecture()}"
    path = target / f"{name}.tar.gz"
    with (
        path.open("wb") as raw,
        gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as archive,
    ):
        _add(archive, INSTALLER, f"{name}/install.sh", mode=0o755)
        for script in sorted(SCRIPTS.iterdir()):
            _add(archive, script, f"{name}/scripts/{script.name}", mode=0o755)
        files = [path for path in sorted(root.rglob("*")) if path.is_symlink() or not path.is_dir()]
        for file in files:
            _add(archive, file, f"{name}/root/{file.relative_to(root)}")
        _add_text(archive, f"{name}/files", "".join(f"/{file.relative_to(root)}\n" for file in files))
    return path


def _add(archive: tarfile.TarFile, source: Path, name: str, mode: int | None = None) -> None:
    info = archive.gettarinfo(str(source), name)
    _settle(info)
    if mode is not None:
        info.mode = mode
    if not info.isreg():
        archive.addfile(info)
        return
    with source.open("rb") as file:
        archive.addfile(info, file)


def _add_text(archive: tarfile.TarFile, name: str, text: str) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(text.encode())
    info.mode = 0o644
    _settle(info)
    archive.addfile(info, io.BytesIO(text.encode()))


def _settle(info: tarfile.TarInfo) -> None:
    info.uid = info.gid = 0
    info.uname = info.gname = "root"
    info.mtime = source_date()
