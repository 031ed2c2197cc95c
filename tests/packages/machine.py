"""A machine with systemd, D-Bus and polkit of its own: a Debian that vanishes, in namespaces of this machine.

Its files are a layer over a Debian that was made once (`machine_root`); its network has only a loopback and a link that
leads nowhere. It needs root, and cgroup v2 mounted somewhere. Everything ends with `Machine.close`.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]
CACHE = REPOSITORY / "build/cache"
NAMESPACES = ("--mount", "--pid", "--net", "--ipc", "--uts", "--cgroup", "--fork", "--kill-child")
BOOT_S = 60.0
PYTHONPATH = "/src:/src/.venv/lib/python3.11/site-packages"
PACKAGES = (
    "systemd systemd-sysv dbus polkitd pkexec passwd iproute2 procps python3 rpm xvfb libpam-systemd "
    "libegl1 libgl1 libfontconfig1 libx11-xcb1 libdbus-1-3 libglib2.0-0 libstdc++6 libwayland-cursor0 libwayland-egl1 "
    "xkb-data"
)
"""What a desktop has, and what the packages depend on: the machine has no network to fetch it from."""


class MachineFailed(Exception):
    """It did not start, or a command in it failed."""


def machine_root() -> Path:
    """A Debian as a folder, made once from the mirror and kept under build/cache: a minute or two."""
    root = CACHE / "machine-root"
    made_of = CACHE / "machine-root.packages"
    if root.is_dir() and made_of.exists() and made_of.read_text() == PACKAGES:
        return root
    draft = CACHE / "machine-root.new"
    shutil.rmtree(draft, ignore_errors=True)
    CACHE.mkdir(parents=True, exist_ok=True)
    include = "--include=" + ",".join(PACKAGES.split())
    command = ["mmdebstrap", "--mode=root", "--variant=minbase", include, "bookworm", str(draft)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        shutil.rmtree(draft, ignore_errors=True)
        raise MachineFailed(f"mmdebstrap: {done.stderr[-2000:]}")
    shutil.rmtree(root, ignore_errors=True)
    draft.rename(root)
    made_of.write_text(PACKAGES)
    return root


class Machine:
    def __init__(self, packages: Path) -> None:
        """`packages` is /packages in it, this repository /src; neither can be written there."""
        self._cgroup = _cgroup_mount() / f"kubeferry-machine-{os.getpid()}-{time.monotonic_ns()}"
        self._cgroup.mkdir()
        command = ["unshare", *NAMESPACES, sys.executable, "-m", "tests.packages.machine_init"]
        self._process = subprocess.Popen(
            [*command, str(machine_root()), str(packages)],
            cwd=REPOSITORY,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            preexec_fn=self._join_cgroup,
        )
        try:
            self._init = self._wait_for_init()
            self._wait_for_boot()
        except BaseException:
            self.close()
            raise

    def run(self, *command: str, check: bool = True, timeout_s: float = 120.0, **environ: str) -> str:
        """Returns what it has printed. Raises MachineFailed."""
        done = subprocess.run(self.inside(*command, **environ), capture_output=True, text=True, timeout=timeout_s)
        if check and done.returncode:
            said = (done.stdout + done.stderr)[-3000:]
            raise MachineFailed(f"{' '.join(command)} ended with {done.returncode}:\n{said}")
        return done.stdout + ("" if check else done.stderr)

    def code(self, *command: str) -> int:
        return subprocess.run(self.inside(*command), capture_output=True, timeout=60).returncode

    def start(self, *command: str, **environ: str) -> subprocess.Popen[str]:
        return subprocess.Popen(self.inside(*command, **environ), stdout=subprocess.PIPE, text=True)

    def python(self, module: str, *arguments: str, **environ: str) -> list[str]:
        """The command of a module of this repository, with this repository's packages."""
        return self.inside("/usr/bin/python3", "-m", module, *arguments, PYTHONPATH=PYTHONPATH, **environ)

    def inside(self, *command: str, **environ: str) -> list[str]:
        settings = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
        variables = [f"{name}={value}" for name, value in {**settings, **environ}.items()]
        return ["nsenter", "-t", str(self._init), "-a", "--wdns=/", "env", "-i", *variables, *command]

    def json(self, *command: str) -> Any:
        return json.loads(self.run(*command) or "[]")

    def files(self) -> dict[str, str]:
        """Every file of the machine's disk, with its kind, mode and size; not logs, caches and databases."""
        return dict(line.rsplit("\t", 1) for line in self.run("sh", "-c", _LIST_FILES).splitlines())

    def close(self) -> None:
        if self._process.poll() is None:
            (self._cgroup / "cgroup.kill").write_text("1")
            self._process.wait(20)
        _remove_cgroup(self._cgroup)
        if self._process.stderr is not None:
            self._process.stderr.close()

    def _join_cgroup(self) -> None:
        (self._cgroup / "cgroup.procs").write_text("0")

    def _wait_for_init(self) -> int:
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        for _ in range(int(BOOT_S / 0.05)):
            if self._process.poll() is not None:
                break
            if found := children.read_text().split():
                return int(found[0])
            time.sleep(0.05)
        raise MachineFailed(f"no process 1: {self._words()}")

    def _wait_for_boot(self) -> None:
        deadline = time.monotonic() + BOOT_S
        while time.monotonic() < deadline and self._process.poll() is None:
            said = self.run("systemctl", "is-system-running", "--wait", check=False, timeout_s=BOOT_S)
            if said.strip() in ("running", "degraded"):
                return
            time.sleep(0.1)
        raise MachineFailed(f"systemd does not come up: {self._words()}")

    def _words(self) -> str:
        if self._process.poll() is None or self._process.stderr is None:
            return "it still runs"
        return self._process.stderr.read().decode(errors="replace")[-2000:]


@contextmanager
def machine(packages: Path) -> Iterator[Machine]:
    made = Machine(packages)
    try:
        yield made
    finally:
        made.close()


_LIST_FILES = (
    "find / -xdev \\( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /src"
    " -o -path /packages"
    " -o -path /var/log -o -path /var/cache -o -path /var/lib/dpkg -o -path /var/lib/rpm -o -path /var/lib/systemd"
    " -o -path /root -o -path /var/tmp \\) -prune -o ! -type d -printf '%p\\t%y%m:%s\\n'; "
    "find / -xdev -type d \\( -path '*kubeferry*' \\) -not -path '/src*' -printf '%p\\td\\n'"
)


def _remove_cgroup(cgroup: Path) -> None:
    """Its processes are killed, but the kernel takes a moment to see it."""
    for folder in [*sorted((path for path in cgroup.rglob("*") if path.is_dir()), reverse=True), cgroup]:
        deadline = time.monotonic() + BOOT_S
        while True:
            try:
                folder.rmdir()
            except OSError as error:
                if error.errno != errno.EBUSY or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
            else:
                break


def _cgroup_mount() -> Path:
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        fields, _, kind = line.partition(" - ")
        if kind.split()[0] == "cgroup2":
            return Path(fields.split()[4])
    raise MachineFailed("cgroup v2 is not mounted: systemd cannot be started here")
