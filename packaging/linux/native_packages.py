"""deb and rpm of one laid-out folder, by nfpm."""

from __future__ import annotations

import os
import platform
import stat
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from moment import source_date
from tree import HOME

from helper.version import VERSION

SCRIPTS = Path(__file__).resolve().parent / "scripts"
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
_SUMMARY = "Puts your machine into a Kubernetes cluster's network"
_DESCRIPTION = f"""\
{_SUMMARY}
Services and pods answer on this machine as they do in a pod, by name and by
address, through nothing but the API server. And the other way round: a
workload's traffic comes to this machine, all of it or only the requests with
your header."""

# What PyInstaller leaves to the system, because it has to fit the system's drivers, fonts and kernel.
DEB_NEEDS = (
    "libc6 (>= 2.36)",
    "libegl1",
    "libgl1",
    "libfontconfig1",
    "libfreetype6",
    "libwayland-client0",
    "libwayland-cursor0",
    "libwayland-egl1",
    "libx11-6",
    "libx11-xcb1",
    "libxcb1",
    "libdbus-1-3",
    "libglib2.0-0 | libglib2.0-0t64",
    "libgcc-s1",
    "libstdc++6 (>= 9)",
    "passwd",
    "xkb-data",
)
RPM_NEEDS = (
    "glibc >= 2.36",
    "libglvnd-egl",
    "libglvnd-glx",
    "fontconfig",
    "freetype",
    "libwayland-client",
    "libwayland-cursor",
    "libwayland-egl",
    "libX11",
    "libX11-xcb",
    "libxcb",
    "dbus-libs",
    "glib2",
    "libgcc",
    "libstdc++",
    "shadow-utils",
    "xkeyboard-config",
)


def make_packages(nfpm: Path, root: Path, work: Path, target: Path) -> list[Path]:
    """Returns the packages that are in `target` then. Raises SystemExit with nfpm's words when it fails."""
    config = work / "nfpm.yaml"
    config.write_text(yaml.safe_dump(_config(root), sort_keys=False), encoding="utf-8")
    made = []
    for kind in ("deb", "rpm"):
        command = [str(nfpm), "package", "--config", str(config), "--packager", kind, "--target", f"{target}/"]
        environ = {**os.environ, "SOURCE_DATE_EPOCH": str(source_date())}
        done = subprocess.run(command, env=environ, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"nfpm cannot make the {kind}: {(done.stdout + done.stderr).strip()[-2000:]}")
        made.append(max(target.glob(f"kubeferry*.{kind}"), key=lambda path: path.stat().st_mtime_ns))
    return made


def architecture() -> str:
    """As Debian names it. Raises SystemExit for one that nobody has tried."""
    machine = platform.machine()
    if machine not in _ARCHITECTURES:
        raise SystemExit(f"Packages for {machine} are not made: {', '.join(_ARCHITECTURES)} are.")
    return _ARCHITECTURES[machine]


def _config(root: Path) -> dict[str, Any]:
    scripts = {name: str(SCRIPTS / name) for name in ("preinstall", "postinstall", "preremove", "postremove")}
    return {
        "name": "kubeferry",
        "arch": architecture(),
        "platform": "linux",
        "version": VERSION,
        "release": "1",
        "section": "net",
        "priority": "optional",
        "maintainer": "The Kubeferry developers <kubeferry@kubeferry.invalid>",
        "description": _DESCRIPTION,
        "license": "Apache-2.0",
        "mtime": _text_of(source_date()),
        "scripts": scripts,
        "contents": _contents(root),
        "overrides": {
            "deb": {"depends": list(DEB_NEEDS), "recommends": ["polkitd | policykit-1"]},
            "rpm": {"depends": list(RPM_NEEDS), "recommends": ["polkit"]},
        },
        "deb": {"compression": "zstd"},
        "rpm": {"group": "Applications/Internet", "summary": _SUMMARY, "compression": "zstd", "buildhost": "localhost"},
    }


def _contents(root: Path) -> list[dict[str, Any]]:
    """Each file by itself: folders that other packages share are not ours to name."""
    entries: list[dict[str, Any]] = []
    for path in sorted(root.rglob("*")):
        place = f"/{path.relative_to(root)}"
        info = {"owner": "root", "group": "root", "mtime": _text_of(source_date())}
        if path.is_symlink():
            entries.append({"src": os.readlink(path), "dst": place, "type": "symlink", "file_info": info})
        elif not path.is_dir():
            mode = stat.S_IMODE(path.stat().st_mode)
            entries.append({"src": str(path), "dst": place, "file_info": {**info, "mode": mode}})
        elif place.startswith(f"/{HOME}") or place.endswith("/doc/kubeferry"):
            entries.append({"dst": place, "type": "dir", "file_info": {**info, "mode": 0o755}})
    return entries


def _text_of(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
