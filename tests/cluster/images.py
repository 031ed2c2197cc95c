"""The images that a cluster begins with. No registry: Debian's packages make the base, the rest is made from it.

`base` has what the tests' workloads, the traffic manager and the sidecar are built on. `pause`, which holds a pod's
namespaces, is a shell of the same layer; `coredns` is that one program.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from tests.cluster.image_archive import Image, layer_of_file, write_images
from tests.cluster.locations import STATES, cache, locked
from tests.cluster.plan import BASE_IMAGE, DNS_IMAGE, PAUSE_IMAGE
from tests.cluster.progress import say
from tests.lab.processes import Namespaces, spawn

SUITE = "bookworm"
"""Of the images of traffic manager and sidecar, whatever this machine runs: their wheels are for its Python 3.11."""
PACKAGES = ("python3", "iproute2", "iptables", "nftables", "curl", "ca-certificates", "procps", "iputils-ping")
_LEFT_OUT = ("doc", "man", "locale", "info")
_SOURCES = ("sources.list.d/*.sources", "sources.list", "sources.list.d/*.list")
_EMPTIED = "etc/apt/sources.list* var/lib/apt/lists var/cache/apt var/log/* etc/resolv.conf etc/hostname"

PAUSE = 'trap "exit 0" TERM INT; while :; do sleep 2147483647 & wait $!; done'
"""The shell's `wait` reaps orphans too, as the first process of a pod whose containers share their processes must."""


def base_archive() -> Path:
    """Raises RuntimeError, with what mmdebstrap said, when it cannot be made."""
    recipe = repr((SUITE, PACKAGES, _LEFT_OUT, _EMPTIED, PAUSE))
    archive = cache() / "images" / f"base-{hashlib.sha256(recipe.encode()).hexdigest()[:12]}.tar"
    with locked(archive.parent / "lock", "another process makes the base image: waiting for it"):
        if not archive.exists():
            say(f"making the base image of Debian's packages ({SUITE}), some 30 seconds, once")
            _make_base(archive)
            _remove_others(archive, "base-*.tar")
    return archive


def _make_base(archive: Path) -> None:
    if shutil.which("mmdebstrap") is None:
        raise RuntimeError("mmdebstrap is not there, which makes the base image: run .ci/prepare-machine build/cache")
    # Where apt's own user may come too, which a home's cache is not. What an earlier run left there goes first.
    work = STATES / "base-image"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    try:
        layer = work / "layer.tar"
        # In a pid namespace: all of it ends when this process does.
        with spawn(
            [
                *("unshare", "--pid", "--mount-proc", "--fork", "--kill-child=SIGKILL"),
                *debootstrap_argv(layer, sources(Path("/etc/apt"), SUITE)),
            ],
            Namespaces(),
            dies_with_parent=True,
            env=os.environ | {"TMPDIR": str(work)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process:
            words = process.communicate()[0].decode(errors="replace")
        if process.returncode:
            raise RuntimeError(f"mmdebstrap could not make the base image of the test cluster:\n{words[-2000:]}")
        images = [
            Image(BASE_IMAGE, command=("sleep", "infinity")),
            Image(PAUSE_IMAGE, entrypoint=("/bin/sh", "-c", PAUSE)),
        ]
        write_images(archive, layer, images)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def debootstrap_argv(layer: Path, apt_sources: Path | None) -> list[str]:
    return [
        *("mmdebstrap", "--quiet", "--mode=root", "--variant=minbase", "--format=tar"),
        f"--include={','.join(PACKAGES)}",
        '--aptopt=Apt::Install-Recommends "false"',
        *(f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in _LEFT_OUT),
        f'--customize-hook=cd "$1" && rm -rf {_EMPTIED}',
        '--customize-hook=find "$1/usr" -name __pycache__ -prune -exec rm -rf {} +',
        *(SUITE, str(layer)),
        # Without: Debian's own mirror, which is mmdebstrap's default.
        *([str(apt_sources)] if apt_sources else []),
    ]


def sources(folder: Path, suite: str) -> Path | None:
    """This machine's own list of the suite's mirror, in whichever of apt's files it is: it may be one near by."""
    deb822, one_line = rf"^Suites:.*\b{suite}(\s|$)", rf"^deb\s.*\s{suite}\s+main"
    for pattern in _SOURCES:
        for file in sorted(folder.glob(pattern)):
            text = file.read_text(errors="replace")
            if re.search(one_line if file.suffix == ".list" else deb822, text, re.MULTILINE):
                return file
    return None


def dns_archive(programs: Path) -> Path:
    program = programs / "coredns"
    stat = program.stat()
    digest = hashlib.sha256(f"{stat.st_size} {stat.st_mtime_ns}".encode()).hexdigest()
    archive = cache() / "images" / f"coredns-{digest[:12]}.tar"
    with locked(archive.parent / "lock", "another process makes the images: waiting for it"):
        if not archive.exists():
            with tempfile.TemporaryDirectory(dir=archive.parent) as folder:
                layer = Path(folder) / "layer.tar"
                layer_of_file(program, layer)
                write_images(archive, layer, [Image(DNS_IMAGE, entrypoint=("/coredns",))])
            _remove_others(archive, "coredns-*.tar")
    return archive


def _remove_others(kept: Path, pattern: str) -> None:
    for other in kept.parent.glob(pattern):
        if other != kept:
            other.unlink()


def import_argv(ctr: Path, socket: str) -> list[str]:
    """The archive comes through standard input, so that the node need not see the file."""
    return [str(ctr), "--address", socket, "--namespace", "k8s.io", "images", "import", "--local", "-"]


def import_archives(enter: Iterable[str], ctr: Path, socket: str, archives: Iterable[Path]) -> None:
    """`enter`: the command line that enters the node. Raises RuntimeError with the words of `ctr`."""
    for archive in archives:
        with archive.open("rb") as stream:
            argv = [*enter, *import_argv(ctr, socket)]
            done = subprocess.run(argv, stdin=stream, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if done.returncode:
            words = done.stdout.decode(errors="replace").strip()[-600:]
            raise RuntimeError(f"{archive} could not be loaded into the test cluster: {words}")
