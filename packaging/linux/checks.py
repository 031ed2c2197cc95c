"""What a laid-out folder must stand before it becomes a package: the desktop's and systemd's own checkers."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from tree import SERVICES, service_unit

_UNITS = "usr/lib/systemd/system"


def check_root(root: Path) -> None:
    """Raises SystemExit with the checker's words. Prints how exposed systemd thinks that the helper is."""
    _run("desktop-file-validate", str(root / "usr/share/applications/kubeferry.desktop"))
    _run("appstreamcli", "validate", "--no-net", str(root / "usr/share/metainfo/io.kubeferry.kubeferry.metainfo.xml"))
    with tempfile.TemporaryDirectory() as made:
        # The program is not on this machine, so that another one stands in its place here.
        services = [Path(made) / name for name in SERVICES]
        for service in services:
            service.write_text(service_unit(service.name, "/bin/true"), encoding="utf-8")
        shutil.copyfile(root / _UNITS / "kubeferry-helper.socket", Path(made) / "kubeferry-helper.socket")
        _run("systemd-analyze", "verify", "--man=no", *map(str, services), f"{made}/kubeferry-helper.socket")
        said = _run("systemd-analyze", "security", "--offline=true", "--no-pager", str(services[0]))
    print(next(line for line in said.splitlines() if "Overall exposure" in line).strip())


def _run(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except FileNotFoundError:
        raise SystemExit(f"{command[0]} is missing: packaging/prepare-machine installs it.") from None
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}:\n{(done.stdout + done.stderr).strip()}")
    return done.stdout
