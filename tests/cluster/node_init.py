"""Process 1 of a node: makes its mounts, starts its daemons, starts again what ends, reaps orphans.

It is started in fresh mount, pid, uts and ipc namespaces (cgroup too, with v1), inside the node's network namespace,
with the path of a `NodeSetup` as its argument. When it ends the kernel ends every process of the node.
"""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import msgspec

from tests.cluster import cgroups, node_mounts
from tests.cluster.control_plane import Daemon

AGAIN_AFTER_S = 0.5
_TURN_S = 0.05
_ASK_EVERY_S = 0.2


class HierarchySetup(msgspec.Struct, frozen=True):
    mount: str
    own: str
    options: str


class NodeSetup(msgspec.Struct, frozen=True):
    """`kept`: paths that the node must see. `cgroup_v2`: the node's cgroup where the machine has v2, else ""."""

    name: str
    api: str
    ipv6: bool
    kept: tuple[str, ...]
    programs: str
    logs: str
    hierarchies: tuple[HierarchySetup, ...]
    cgroup_v2: str
    daemons: tuple[Daemon, ...]


def environment(programs: str) -> dict[str, str]:
    """Nothing of whoever started the cluster. GOGC: three quarters of the usual garbage, for machines with little."""
    return {"PATH": f"{programs}:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "GOGC": "75", "LANG": "C.UTF-8"}


class Supervisor:
    def __init__(self, setup: NodeSetup) -> None:
        self._setup = setup
        self._running: dict[int, Daemon] = {}
        self._due = {daemon: 0.0 for daemon in setup.daemons if not daemon.after_api}
        self._later = [daemon for daemon in setup.daemons if daemon.after_api]
        self._ask_at = 0.0

    def run_forever(self) -> None:
        while True:
            now = time.monotonic()
            if self._later and now >= self._ask_at:
                self._ask_at = now + _ASK_EVERY_S
                if api_is_ready(self._setup.api):
                    self._due |= dict.fromkeys(self._later, 0.0)
                    self._later.clear()
            for daemon in [daemon for daemon, when in self._due.items() if now >= when]:
                del self._due[daemon]
                self._start(daemon)
            if not self._reap():
                time.sleep(_TURN_S)

    def _start(self, daemon: Daemon) -> None:
        with open(f"{self._setup.logs}/{daemon.name}.log", "ab") as log:
            process = subprocess.Popen(
                daemon.argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment(self._setup.programs),
                start_new_session=True,
            )
        # Not by its Popen, which would be in the way of reaping everybody else's orphans.
        process.returncode = 0
        self._running[process.pid] = daemon

    def _reap(self) -> bool:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return False
        daemon = self._running.pop(pid, None)
        if daemon is not None:
            print(f"{time.time():.1f} {daemon.name} ended with status {status}; starting it again", flush=True)
            self._due[daemon] = time.monotonic() + AGAIN_AFTER_S
        return bool(pid)


def api_is_ready(url: str) -> bool:
    """Who answers does not matter: nothing secret is sent."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
    try:
        with opener.open(f"{url}/readyz", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def set_sysctls(ipv6: bool) -> None:
    """Of the node's network namespace. The bridge's are there only where its filter is a module of the kernel."""
    names = ["net/ipv4/ip_forward", "net/bridge/bridge-nf-call-iptables"]
    if ipv6:
        names += ["net/ipv6/conf/all/forwarding", "net/bridge/bridge-nf-call-ip6tables"]
    for name in names:
        with suppress(FileNotFoundError):
            Path("/proc/sys", name).write_text("1")


def main() -> None:
    setup = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=NodeSetup)
    os.chdir("/")
    socket.sethostname(setup.name)
    # What is imported late would be looked for in the machine's folders: this asks for it now.
    api_is_ready("https://127.0.0.1:1")
    # The machine's /proc shows other processes' numbers than this namespace has.
    node_mounts.make(
        [Path(path) for path in setup.kept],
        Path(setup.logs) / "var-log",
        [cgroups.Hierarchy(Path(one.mount), Path(one.own), one.options) for one in setup.hierarchies],
        setup.cgroup_v2,
    )
    set_sysctls(setup.ipv6)
    Supervisor(setup).run_forever()


if __name__ == "__main__":
    main()
