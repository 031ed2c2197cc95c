"""Builds the cluster's programs with `go build`. What was cut off goes on where it stopped.

A program that is finished is renamed to its place and never built again; inside one, Go's cache has every package that
was compiled. Which those were is kept in `compiled`, for the sake of an honest "so many of so many". On two cores that
do nothing else all of it takes some eight minutes, six of them for Kubernetes, and 4 GB, given back at the end.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import deque
from collections.abc import Mapping
from pathlib import Path

from tests.cluster.programs import PROGRAMS, Program, linker_flags
from tests.cluster.progress import Progress, say
from tests.cluster.toolchain import MODULE, find_go
from tests.lab import kernel
from tests.lab.processes import ROOT

C_PACKAGES = ("gcc", "pkg-config", "libc6-dev", "libseccomp-dev")
"""Debian's, for what of runc is C."""
_SECCOMP_ARCHIVE = "libseccomp.a"


class Builder:
    """`work`: Go's caches and the toolchain, needed no longer when all is built. `target`: where the programs go."""

    def __init__(self, work: Path, target: Path) -> None:
        self.work = work
        self.target = target
        self._go = ""

    def build(self) -> None:
        """Raises RuntimeError, with the end of what Go said, when a program cannot be built."""
        missing = [program for program in PROGRAMS if not (self.target / program.name).exists()]
        if any(program.cgo for program in missing):
            prepare_c_compiler()
        self.work.mkdir(parents=True, exist_ok=True)
        self.target.mkdir(parents=True, exist_ok=True)
        self._go = find_go(self.work / "toolchain")
        if missing:
            say(
                f"building {', '.join(p.name for p in missing)}: some 8 minutes on two free cores, once; if this is "
                f"cut off, the next start goes on from there. Kept in {self.target}"
            )
        needed = self._packages(missing)
        for number, program in enumerate(missing, 1):
            self._build(program, needed[program.name], f"{program.name} ({number} of {len(missing)}), packages")
        shutil.rmtree(self.work / "packages", ignore_errors=True)
        self._run(["clean", "-modcache"], {})
        shutil.rmtree(self.work, ignore_errors=True)

    def _packages(self, programs: list[Program]) -> dict[str, set[str]]:
        """What each is compiled from. Go fetches the modules on the way; go.mod names more than are needed."""
        lines = (MODULE / "go.mod").read_text().splitlines()
        progress = Progress("fetching Go modules", sum(" v" in line and "=>" not in line for line in lines))
        found: dict[str, set[str]] = {}
        for program in programs:
            listing = ["list", "-deps", "-tags", ",".join(program.tags), program.package]
            lines = self._run(listing, environment(program), progress=progress, prefix="go: downloading ")
            found[program.name] = {line for line in lines if not line.startswith("go: ")}
        progress.finish()
        return found

    def _build(self, program: Program, packages: set[str], what: str) -> None:
        compiled = Compiled(self.work / ("compiled-c" if program.cgo else "compiled"))
        progress = Progress(what, len(packages), len(packages & compiled.names))
        fresh = self.target / f"{program.name}.new"
        flags = linker_flags(program, self._version(program.version_of))
        self._run(
            [
                *("build", "-v", "-trimpath", "-buildvcs=false", "-tags", ",".join(program.tags)),
                *("-ldflags", flags, "-o", str(fresh), program.package),
            ],
            environment(program),
            progress=progress,
            compiled=compiled,
        )
        progress.finish()
        fresh.replace(self.target / program.name)
        say(f"{program.name} is built")

    def _version(self, module: str) -> str:
        return self._run(["list", "-m", "-f", "{{.Version}}", module], {})[-1] if module else ""

    def _run(
        self,
        arguments: list[str],
        changes: Mapping[str, str],
        *,
        progress: Progress | None = None,
        prefix: str = "",
        compiled: Compiled | None = None,
    ) -> list[str]:
        """Runs `go`, advancing with each line that begins with `prefix`. Returns the lines. It dies with us."""
        said: deque[str] = deque(maxlen=20_000)
        environ = os.environ | self._caches() | dict(changes)
        with subprocess.Popen(
            [self._go, *arguments],
            cwd=MODULE,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=kernel.die_with_parent,
        ) as process:
            assert process.stdout is not None
            for line in map(str.strip, process.stdout):
                said.append(line)
                if progress is not None and line.startswith(prefix) and (compiled is None or compiled.add(line)):
                    progress.advance()
        if process.returncode:
            words = "\n".join(list(said)[-15:])
            raise RuntimeError(f"`go {' '.join(arguments[:1])}` ended with {process.returncode}:\n{words}")
        return list(said)

    def _caches(self) -> dict[str, str]:
        return {
            "GOCACHE": str(self.work / "packages"),
            "GOMODCACHE": str(self.work / "modules"),
            "GOFLAGS": "-mod=readonly",
            "GOWORK": "off",
            "GOTOOLCHAIN": "local",
        }


class Compiled:
    """The packages that Go has compiled, over all runs; one a line."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.names = set(path.read_text().split("\n")) if path.exists() else set()

    def add(self, name: str) -> bool:
        """False: known already, or not a package but something else that Go said."""
        if " " in name or name in self.names:
            return False
        self.names.add(name)
        with self._path.open("a") as file:
            file.write(name + "\n")
        return True


def environment(program: Program) -> dict[str, str]:
    return {"CGO_ENABLED": "1" if program.cgo else "0"}


def prepare_c_compiler() -> None:
    """Raises RuntimeError when the machine has none and none can be installed."""
    if c_compiler_is_there():
        return
    say(f"installing {' '.join(C_PACKAGES)}")
    done = subprocess.run([ROOT / ".ci" / "prepare-machine", ROOT / "build" / "cache", "c"], check=False)
    if done.returncode or not c_compiler_is_there():
        raise RuntimeError(
            f"to build runc, install a C compiler and libseccomp's static archive (Debian: {' '.join(C_PACKAGES)}), "
            "or name built programs with KUBEFERRY_NODE_BINARIES"
        )


def c_compiler_is_there() -> bool:
    if not (shutil.which("gcc") and shutil.which("pkg-config")):
        return False
    answer = subprocess.run(
        ["gcc", f"-print-file-name={_SECCOMP_ARCHIVE}"], capture_output=True, text=True, check=False
    )
    return Path(answer.stdout.strip()).is_absolute()
