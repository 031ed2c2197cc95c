"""A laptop: a machine with users, a resolver, a default route, and no way into the cluster but its API server."""

from __future__ import annotations

import dataclasses
import itertools
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from tests.lab.internet import DNS_ADDRESS, SEARCH_DOMAIN
from tests.lab.laptop_init import READY, LaptopSetup, User
from tests.lab.network import NetworkNamespace
from tests.lab.processes import (
    PYTHON,
    ROOT,
    ROOT_USER,
    Identity,
    Namespaces,
    kill,
    open_log,
    spawn,
    start_time,
    wait_for_end,
    wait_until,
)

LINK = "eth0"
RESOLVED = ROOT / "build" / "cache" / "resolved"
KUBEFERRY_GID = 990

DEV = Identity("dev", 1000, 1000, (KUBEFERRY_GID,), "/home/dev")
EVE = Identity("eve", 1001, 1001, (KUBEFERRY_GID,), "/home/eve")
MALLORY = Identity("mallory", 1002, 1002, (), "/home/mallory")
"""Not in the group `kubeferry`: the helper must refuse this user."""

Role = Literal["client", "session", "helper", "guard", "worker"]


def _runs_module(argv: list[str], module: str) -> bool:
    return any(pair == ("-m", module) for pair in itertools.pairwise(argv))


def _is_guard(pid: int) -> bool:
    """The helper's guard is a fork of it; it waits on a pipe for the helper's end."""
    try:
        return os.readlink(f"/proc/{pid}/fd/0").startswith("pipe:")
    except OSError:
        return False


ROLES: dict[Role, Callable[[list[str], int], bool]] = {
    "client": lambda argv, _: _runs_module(argv, "app"),
    "session": lambda argv, _: argv[-1] == "session-process",
    "helper": lambda argv, pid: _runs_module(argv, "helper.daemon") and not _is_guard(pid),
    "guard": lambda argv, pid: _runs_module(argv, "helper.daemon") and _is_guard(pid),
    "worker": lambda argv, _: _runs_module(argv, "helper.tunnel"),
}
"""How each of our processes is known."""

HELPER_SOCKET = "/run/kubeferry/helper.sock"


@dataclasses.dataclass(frozen=True)
class Finished:
    argv: tuple[str, ...]
    code: int
    out: str
    err: str

    def checked(self) -> Finished:
        if self.code:
            raise AssertionError(f"{' '.join(self.argv)} ended with {self.code}\n{self.out}\n{self.err}")
        return self


class Laptop:
    """`name`: of its network namespace. `logs`: where the output of what runs in it goes."""

    def __init__(self, namespace: NetworkNamespace, init_pid: int, init_started: int, logs: Path) -> None:
        self.namespace = namespace
        self.name = namespace.name
        self.init_pid = init_pid
        self.init_started = init_started
        self.logs = logs
        self._children: list[subprocess.Popen[bytes]] = []

    @classmethod
    def start(
        cls,
        namespace: NetworkNamespace,
        logs: Path,
        *,
        resolved: bool = True,
        dies_with_parent: bool = False,
        reachable: tuple[str, ...] = (),
    ) -> Laptop:
        """The namespace exists, with its link up. `reachable`: more of the machine's paths that its users must see."""
        setup = LaptopSetup(
            resolved=str(RESOLVED) if resolved else None,
            nameserver=DNS_ADDRESS,
            search_domain=SEARCH_DOMAIN,
            link=LINK,
            users=(User("dev", DEV.uid, ("kubeferry",)), User("eve", EVE.uid, ("kubeferry",)), User("mallory", 1002)),
            groups={"kubeferry": KUBEFERRY_GID},
            reachable=(str(ROOT), sys.base_prefix, *reachable),
        )
        argv = [
            "unshare",
            "--mount",
            "--pid",
            "--fork",
            "--kill-child=SIGKILL",
            "--propagation",
            "private",
            "--mount-proc",
        ]
        argv += [PYTHON, "-m", "tests.lab.laptop_init", msgspec.json.encode(setup).decode()]
        log_path = logs / f"{namespace.name}.log"
        with open_log(log_path) as log:
            outer = spawn(
                argv,
                namespace.entered,
                cwd=str(ROOT),
                dies_with_parent=dies_with_parent,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

        def child() -> int | None:
            if outer.poll() is not None:
                raise RuntimeError(f"{namespace.name} did not start:\n{log_path.read_text()}")
            children = Path(f"/proc/{outer.pid}/task/{outer.pid}/children").read_text().split()
            return int(children[0]) if children else None

        pid = int(wait_until(namespace.name, child, 10))
        laptop = cls(namespace, pid, start_time(pid) or 0, logs)
        laptop._outer = outer
        wait_until(f"{namespace.name} to be ready", lambda: child() and laptop.path(READY).exists(), 20)
        return laptop

    _outer: subprocess.Popen[bytes] | None = None

    def stop(self) -> None:
        """Ends everything that runs in it."""
        kill(self.init_pid, self.init_started)
        # A pid namespace ends when all of its processes are reaped, those too that are our children.
        for process in self._children:
            process.wait(10)
        if self._outer is not None:
            self._outer.wait(10)
        wait_for_end(self.init_pid, self.init_started)

    @property
    def entered(self) -> Namespaces:
        of = f"/proc/{self.init_pid}/ns/"
        return Namespaces(net=of + "net", mount=of + "mnt", pid=of + "pid")

    def path(self, inside: str) -> Path:
        """Where a file of the laptop is seen from outside."""
        return Path(f"/proc/{self.init_pid}/root{inside}")

    def environment(self, identity: Identity) -> dict[str, str]:
        environment = {
            "PATH": f"{ROOT}/.venv/bin:{RESOLVED}/usr/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": identity.home,
            "USER": identity.name,
            "LOGNAME": identity.name,
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            "QT_QPA_PLATFORM": "offscreen",
        }
        if identity.uid:
            environment["XDG_RUNTIME_DIR"] = f"/run/user/{identity.uid}"
        return environment

    def popen(
        self, argv: Sequence[str], *, identity: Identity = DEV, env: Mapping[str, str] | None = None, **streams: Any
    ) -> subprocess.Popen[bytes]:
        streams = {"stdin": subprocess.DEVNULL} | streams
        cwd = identity.home if identity.uid else "/"
        environment = self.environment(identity) | dict(env or {})
        process = spawn(argv, self.entered, identity=identity, env=environment, cwd=cwd, **streams)
        self._children = [child for child in self._children if child.poll() is None] + [process]
        return process

    def run(
        self,
        argv: Sequence[str],
        *,
        identity: Identity = DEV,
        env: Mapping[str, str] | None = None,
        stdin: bytes | None = None,
        timeout_s: float = 60.0,
    ) -> Finished:
        streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        if stdin is not None:
            streams["stdin"] = subprocess.PIPE
        with self.popen(argv, identity=identity, env=env, **streams) as process:
            try:
                out, err = process.communicate(stdin, timeout=timeout_s)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                out, err = process.communicate()
                raise AssertionError(
                    f"{' '.join(argv)} did not end within {timeout_s:g} s\n{out.decode()}\n{err.decode()}"
                ) from None
        return Finished(tuple(argv), process.returncode, out.decode(errors="replace"), err.decode(errors="replace"))

    def python(self, code: str, *arguments: str, identity: Identity = DEV, timeout_s: float = 30.0) -> Finished:
        return self.run([PYTHON, "-c", code, *arguments], identity=identity, timeout_s=timeout_s)

    def write_file(self, inside: str, text: str, owner: Identity = DEV, mode: int = 0o600) -> None:
        path = self.path(inside)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        for place in (path, path.parent):
            os.chown(place, owner.uid, owner.gid)

    def processes(self) -> Iterator[tuple[int, int, list[str]]]:
        """(pid as seen from outside, uid, argv) of everything that runs in the laptop but its process 1."""
        namespace = os.readlink(f"/proc/{self.init_pid}/ns/pid")
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == self.init_pid:
                continue
            try:
                if os.readlink(entry / "ns" / "pid") != namespace:
                    continue
                argv = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
                uid = entry.stat().st_uid
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
            if argv:
                yield int(entry.name), uid, argv

    def start_helper(self, *arguments: str) -> subprocess.Popen[bytes]:
        """The root daemon, ready to be asked. /run is the laptop's own; /var/lib is the machine's."""
        with open_log(self.logs / f"{self.name}-helper.log") as log:
            command = [PYTHON, "-m", "helper.daemon", "--state-dir", "/run/kubeferry", *arguments]
            process = self.popen(command, identity=ROOT_USER, stdout=log, stderr=log)
        try:
            wait_until(
                "the helper's socket",
                lambda: process.poll() is not None or self.listens_on(HELPER_SOCKET),
                15,
            )
        except BaseException:
            process.kill()
            process.wait()
            raise
        if process.poll() is not None:
            raise RuntimeError(f"the helper ended with {process.returncode}:\n{self.log('helper')}")
        return process

    def listens_on(self, unix_socket: str) -> bool:
        table = Path(f"/proc/{self.init_pid}/net/unix").read_text()
        # flags 00010000: __SO_ACCEPTCON (include/uapi/linux/net.h)
        return any(line.endswith(" " + unix_socket) and " 00010000 " in line for line in table.splitlines())

    def pids(self, role: Role, identity: Identity | None = None) -> list[int]:
        """Of our processes in this role; of one user, or of all."""
        return [
            pid
            for pid, uid, argv in self.processes()
            if ROLES[role](argv, pid) and (identity is None or uid == identity.uid)
        ]

    def signal(self, number: signal.Signals, *roles: Role) -> None:
        for pid in [pid for role in roles for pid in self.pids(role)]:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue

    def log(self, what: str, lines: int = 200) -> str:
        path = self.logs / f"{self.name}-{what}.log"
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else "(no log)"
