"""The files of a package as they will be on a machine, below one folder."""

from __future__ import annotations

import gzip
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

from completions import completions
from icons import draw_icons
from man_pages import man_pages
from moment import source_date

from helper.version import VERSION

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
HELPER_RESOURCES = REPOSITORY / "resources/helper"
HOME = "usr/lib/kubeferry"
SERVICES = ("kubeferry-helper.service", "kubeferry-helper-cleanup.service")
HELPER_PROGRAM = f"/{HOME}/helper/kubeferry-helper"


def lay_out(root: Path, frozen: Path) -> None:
    """`frozen` has the folders `app` and `helper` that PyInstaller has made. Replaces `root`."""
    shutil.rmtree(root, ignore_errors=True)
    for folder in ("app", "helper"):
        shutil.copytree(frozen / folder, root / HOME / folder, symlinks=True)
    _link(root, "usr/bin/kubeferry", "../lib/kubeferry/app/kubeferry")
    _link(root, "usr/sbin/kubeferry-helper", "../lib/kubeferry/helper/kubeferry-helper")
    for name in SERVICES:
        _write(root, f"usr/lib/systemd/system/{name}", service_unit(name, HELPER_PROGRAM))
    _copy(root, "usr/lib/systemd/system/kubeferry-helper.socket", HELPER_RESOURCES / "kubeferry-helper.socket")
    policy = "io.kubeferry.helper.policy"
    _copy(root, f"usr/share/polkit-1/actions/{policy}", HELPER_RESOURCES / policy)
    _copy(root, "usr/share/applications/kubeferry.desktop", HERE / "data/kubeferry.desktop")
    metainfo = "io.kubeferry.kubeferry.metainfo.xml"
    _write(root, f"usr/share/metainfo/{metainfo}", _filled(HERE / f"data/{metainfo}.in"))
    draw_icons(REPOSITORY / "resources/icons/app.svg", root / "usr/share/icons/hicolor")
    _words(root)
    _copy(root, "usr/share/doc/kubeferry/copyright", REPOSITORY / "LICENSE")
    _compressed(root, "usr/share/doc/kubeferry/changelog.gz", (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8"))
    _settle(root)


def service_unit(name: str, command: str) -> str:
    """The unit of the source install, with another program in it, which needs no environment."""
    text = (HELPER_RESOURCES / f"{name}.in").read_text(encoding="utf-8")
    return text.replace("Environment=@ENVIRONMENT@\n", "").replace("@COMMAND@", command)


def _words(root: Path) -> None:
    for name, text in man_pages().items():
        _compressed(root, f"usr/share/man/man{name[-1]}/{name}.gz", text)
    texts = completions()
    _write(root, "usr/share/bash-completion/completions/kubeferry", texts["bash"])
    _write(root, "usr/share/zsh/vendor-completions/_kubeferry", texts["zsh"])
    _write(root, "usr/share/fish/vendor_completions.d/kubeferry.fish", texts["fish"])


def _settle(root: Path) -> None:
    """Modes and times that do not depend on who builds, where and when."""
    for path in sorted(root.rglob("*")):
        if path.is_symlink():
            continue
        is_program = path.is_dir() or bool(path.stat().st_mode & 0o100)
        path.chmod(0o755 if is_program else 0o644)
        os.utime(path, (source_date(), source_date()))


def _filled(template: Path) -> str:
    date = datetime.fromtimestamp(source_date(), UTC).strftime("%Y-%m-%d")
    return template.read_text(encoding="utf-8").replace("@VERSION@", VERSION).replace("@DATE@", date)


def _place(root: Path, name: str) -> Path:
    target = root / name
    target.parent.mkdir(parents=True, exist_ok=True)
    return target


def _write(root: Path, name: str, text: str) -> None:
    _place(root, name).write_text(text, encoding="utf-8")


def _copy(root: Path, name: str, source: Path) -> None:
    shutil.copyfile(source, _place(root, name))


def _link(root: Path, name: str, target: str) -> None:
    _place(root, name).symlink_to(target)


def _compressed(root: Path, name: str, text: str) -> None:
    """Without a name and a time in it."""
    _place(root, name).write_bytes(gzip.compress(text.encode(), 9, mtime=0))
