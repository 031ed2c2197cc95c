"""What runs on a Mac needs nothing that Linux alone has: seen by importing it, and by reading it."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.unit.net.darwin.as_macos import LINUX_ONLY, MISSING

ROOT = Path(__file__).resolve().parents[4]
ASKED_FOR_FIRST = {
    "app/kube/tls.py": {"memfd_create", "MFD_CLOEXEC"},
    "app/platform/peer.py": {"SO_PEERCRED"},
    "helper/daemon/actor.py": {"SO_PEERCRED", "pidfd_open"},
    "helper/daemon/exit_watch.py": {"pidfd_open"},
    "helper/tunnel/credential_file.py": {"memfd_create", "MFD_CLOEXEC"},
}
"""Where the system, or Python, is asked before one of these is used."""


def test_it_is_imported_without_what_macos_lacks() -> None:
    environ = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.unit.net.darwin.as_macos"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_that_macos_lacks_is_used_unasked() -> None:
    lacking = {(module.__name__, name) for module, names in MISSING.items() for name in names}
    found = []
    for path in _sources():
        name = str(path.relative_to(ROOT))
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                used = (node.value.id, node.attr)
                if used in lacking and node.attr not in ASKED_FOR_FIRST.get(name, ()):
                    found.append(f"{name}:{node.lineno}: {used[0]}.{used[1]} does not exist on macOS")
    assert not found, "\n".join(found)


def _sources() -> Iterator[Path]:
    linux_only = tuple(name.replace(".", "/") for name in LINUX_ONLY)
    for folder in ("app", "helper"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if not str(path.relative_to(ROOT)).startswith(linux_only):
                yield path
