#!/usr/bin/env python3
"""Everything that is installed on Linux, from one command: deb, rpm and tar.gz. `make packages` runs it.

usage: build.py --nfpm FILE [--work DIR] [--out DIR]
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPOSITORY), str(Path(__file__).parent)]

from checks import check_root  # noqa: E402 (after the path)
from frozen import freeze  # noqa: E402
from native_packages import make_packages  # noqa: E402
from tarball import make_tarball  # noqa: E402
from tree import HOME, lay_out  # noqa: E402


def main() -> None:
    options = _options()
    options.work.mkdir(parents=True, exist_ok=True)
    options.out.mkdir(parents=True, exist_ok=True)
    for old in options.out.glob("kubeferry*"):
        old.unlink()
    root = options.work / "root"
    if not options.keep_frozen:
        freeze(options.work / "frozen", options.work / "pyinstaller")
    lay_out(root, options.work / "frozen")
    check_root(root)
    made = [*make_packages(options.nfpm, root, options.work, options.out), make_tarball(root, options.out)]
    for name in ("app", "helper"):
        print(f"{_mib(_size(root / HOME / name)):>8} MiB  installed: {name}")
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in made]
    (options.out / "SHA256SUMS").write_text("".join(sums), encoding="ascii")
    for path in made:
        print(f"{_mib(path.stat().st_size):>8} MiB  {path}")


def _size(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_symlink() or path.is_file())


def _mib(size: int) -> str:
    return f"{size / (1 << 20):.1f}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nfpm", type=Path, required=True, help="the program nfpm")
    parser.add_argument("--work", type=Path, default=REPOSITORY / "build/packages", help="default %(default)s")
    parser.add_argument("--out", type=Path, default=REPOSITORY / "dist", help="default %(default)s")
    parser.add_argument("--keep-frozen", action="store_true", help="pack what PyInstaller has made the last time")
    return parser.parse_args()


if __name__ == "__main__":
    main()
