#!/usr/bin/env python3
"""Picks from a Debian root what manager and sidecar need, into a root of its own: the image has nothing else.

Run inside the build's first stage, by the base's own Python. Taken are CPython with the part of its library that a
pod may use, `ip`, `nft`, `sh`, `sleep`, and the shared libraries that these and the wheels ask for. There is no
package manager, no perl and no certificate store: the manager talks to those who know its own certificate only.

Every file that is taken is accounted to its Debian package: `var/lib/dpkg/status.d/NAME` holds the package's
description, where vulnerability scanners look for it in images without dpkg, and `usr/share/doc/NAME/copyright` its
licence. Standard library only, Python 3.11.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

PYTHON = "python3.11"
PROGRAMS = (f"usr/bin/{PYTHON}", "usr/sbin/nft", "bin/sh", "bin/sleep")
"""The shell and `sleep` for the sidecar's hook after its start (helper/cluster/injection/sidecar_template.py)."""

IP = ("usr/bin/ip", "usr/sbin/ip", "bin/ip", "sbin/ip")
"""Wherever this release of iproute2 has it."""

SETTINGS = ("etc/iproute2", "etc/protocols", "etc/ssl/openssl.cnf", "usr/lib/ssl/openssl.cnf", "etc/debian_version")
DLOPENED = ("libgcc_s.so.1", "libm.so.6", "libpthread.so.0", "libdl.so.2", "librt.so.1", "libresolv.so.2")
"""What no program's header names: glibc loads libgcc when a thread ends; the others are what Envoy is linked with."""

UNUSED_LIBRARY = re.compile(
    r"config-3\.11-.*|curses|dbm|distutils|ensurepip|idlelib|lib2to3|pydoc_data|sqlite3|test|tkinter|turtledemo|unittest|"
    r"venv|wsgiref|xml|xmlrpc|dist-packages|site-packages|__phello__|"
    r"(pydoc|turtle|doctest|pdb|imaplib|nntplib|telnetlib|ftplib|poplib|smtplib|mailbox|cgi|cgitb|pickletools|antigravity)"
    r"\.py"
)
UNUSED_EXTENSIONS = re.compile(
    r"(_bz2|_crypt|_curses(_panel)?|_codecs_\w+|_dbm|_gdbm|_lzma|_sqlite3|_tkinter|_uuid|_test\w*|_xxtestfuzz|_xx\w+|"
    r"audioop|nis|ossaudiodev|pyexpat|_elementtree|readline|spwd|xxlimited\w*|_ctypes_test|_multibytecodec)\."
)
USERS = "root:x:0:0:root:/:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/:/sbin/nologin\n"
GROUPS = "root:x:0:\nnonroot:x:65532:\n"


class Root:
    """The new root; remembers what came from where. Paths have no leading slash and no symbolic link in them."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self.taken: set[str] = set()

    def make(self) -> None:
        for name in ("usr/bin", "usr/sbin", "usr/lib", "usr/lib64", "etc", "dev", "proc", "sys", "run", "tmp"):
            (self._target / name).mkdir(parents=True, exist_ok=True)
        (self._target / "tmp").chmod(0o1777)
        for name in ("bin", "sbin", "lib", "lib64"):
            (self._target / name).symlink_to(f"usr/{name}")
        self.write("etc/passwd", USERS)
        self.write("etc/group", GROUPS)
        self.write("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n")

    def write(self, name: str, text: str) -> None:
        path = self._target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def take(self, name: str) -> None:
        """A file with every symbolic link on the way to it, or a folder with all that is in it."""
        source = Path("/") / name
        if source.is_dir() and not source.is_symlink():
            for child in sorted(source.iterdir()):
                self.take(str(child.relative_to("/")))
            return
        place = str((source.parent.resolve() / source.name).relative_to("/"))
        if place in self.taken:
            return
        self.taken.add(place)
        target = self._target / place
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target, follow_symlinks=False)
        if source.is_symlink():
            self.take(str((Path("/") / place).parent.joinpath(os.readlink(source)).resolve().relative_to("/")))


def library_files() -> Iterator[str]:
    """CPython's own library, without what a pod never imports."""
    top = Path("/usr/lib") / PYTHON
    for folder, folders, files in os.walk(top):
        inside = Path(folder).relative_to(top)
        if inside == Path():
            folders[:] = [name for name in folders if not UNUSED_LIBRARY.fullmatch(name)]
        for name in files:
            module = re.sub(r"\.cpython-\d+(\.opt-\d)?\.pyc$", ".py", name)
            if len(inside.parts) <= 1 and inside.name in ("", "__pycache__") and UNUSED_LIBRARY.fullmatch(module):
                continue
            if ".opt-" in name or (inside.name == "lib-dynload" and UNUSED_EXTENSIONS.match(name)):
                continue
            yield str((Path(folder) / name).relative_to("/"))


def linked(files: Iterable[Path]) -> set[str]:
    """Every shared library that the loader would map for these."""
    found: set[str] = set()
    for file in files:
        told = subprocess.run(["/usr/bin/ldd", str(file)], capture_output=True, text=True, check=False).stdout
        if "not found" in told:
            raise SystemExit(f"rootfs: {file} lacks a library:\n{told}")
        found.update(path.lstrip("/") for path in re.findall(r"(/\S+) \(0x", told))
    return found


def named(library: str) -> str:
    told = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True, check=True).stdout
    match = re.search(rf"^\s*{re.escape(library)} .*=> /(\S+)$", told, re.MULTILINE)
    if match is None:
        raise SystemExit(f"rootfs: the base has no {library}")
    return match.group(1)


def owners(taken: set[str]) -> dict[str, set[str]]:
    """By package, the files of it that were taken. What a package made when it was installed has no owner."""
    found: dict[str, set[str]] = {}
    for listing in sorted(Path("/var/lib/dpkg/info").glob("*.list")):
        package = listing.stem.partition(":")[0]
        for line in listing.read_text().splitlines():
            path = Path(line)
            place = str((path.parent.resolve() / path.name).relative_to("/"))
            if place in taken:
                found.setdefault(package, set()).add(place)
    return found


def account(root: Root, packages: Iterable[str], copyrights: Path) -> list[str]:
    """Description and licence of each package. Returns those whose licence is nowhere to be had."""
    stanzas = {}
    for stanza in Path("/var/lib/dpkg/status").read_text().split("\n\n"):
        match = re.match(r"Package: (\S+)", stanza)
        if match:
            stanzas[match.group(1)] = stanza.strip("\n") + "\n"
    missing = []
    for package in sorted(packages):
        root.write(f"var/lib/dpkg/status.d/{package}", stanzas[package])
        texts = (Path("/usr/share/doc") / package / "copyright", copyrights / package)
        text = next((path for path in texts if path.is_file()), None)
        if text is None:
            missing.append(package)
        else:
            root.write(f"usr/share/doc/{package}/copyright", text.read_text(encoding="utf-8", errors="replace"))
    return missing


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", type=Path)
    parser.add_argument("--wheels", type=Path, required=True, help="unpacked wheels, for the libraries they need")
    parser.add_argument("--copyrights", type=Path, required=True, help="licences by package, for a base without them")
    arguments = parser.parse_args()

    root = Root(arguments.target)
    root.make()
    ip = next(name for name in IP if (Path("/") / name).exists())
    programs = [*PROGRAMS, ip]
    for name in ("usr/bin/python3", *programs, *library_files(), *(named(library) for library in DLOPENED)):
        root.take(name)
    for name in SETTINGS:
        if (Path("/") / name).exists():
            root.take(name)
    extensions = [Path("/") / name for name in root.taken if name.endswith(".so")]
    for library in linked([*(Path("/") / name for name in programs), *extensions, *arguments.wheels.rglob("*.so")]):
        root.take(library)
    # Both programs are called by their path in /usr/sbin (helper/cluster/pod).
    if not (arguments.target / "usr/sbin/ip").exists():
        (arguments.target / "usr/sbin/ip").symlink_to("/" + ip if ip.startswith("usr") else "/usr/" + ip)
    shutil.copytree("/usr/share/common-licenses", arguments.target / "usr/share/common-licenses", symlinks=True)
    missing = account(root, owners(root.taken) | {"base-files": set()}, arguments.copyrights)
    root.write("etc/os-release", Path("/usr/lib/os-release").read_text())
    if missing:
        print(f"rootfs: no licence text for {', '.join(missing)}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
