"""Puts router, internet, cluster and laptops together, and takes all of it away again.

What was made is written to /run/kubeferry-lab/NAME before it is made, so that a run that was killed is cleared away by
the next one of the same name; of any checkout, as the namespaces' names are the machine's too. KUBEFERRY_LAB (default
"kf") is the name; several labs can be up at once when each has a KUBEFERRY_LAB_NUMBER (0 to 9) of its own too.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from tests.lab.cluster import Cluster
from tests.lab.internet import DNS_ADDRESS, SITE_ADDRESS
from tests.lab.laptop import LINK, RESOLVED, Laptop
from tests.lab.network import NetworkNamespace, join
from tests.lab.processes import (
    PYTHON,
    ROOT,
    Namespaces,
    check,
    kill,
    open_log,
    spawn,
    start_time,
    wait_for_end,
    wait_until,
)
from tests.lab.relay import Relay
from tests.lab.router import CLUSTER_LINK, INTERNET_LINK, Router

MAX_LAPTOPS = 8
STATES = Path("/run/kubeferry-lab")


class LaptopState(msgspec.Struct):
    netns: str
    init_pid: int
    init_started: int


class LabState(msgspec.Struct):
    namespaces: list[str] = []
    processes: list[tuple[int, int]] = []
    laptops: list[LaptopState] = []
    node_netns: str = ""
    node_link: str = ""


class Lab:
    def __init__(self, name: str = "", number: int | None = None) -> None:
        self.name = name or os.environ.get("KUBEFERRY_LAB", "kf")
        self.number = number if number is not None else int(os.environ.get("KUBEFERRY_LAB_NUMBER", "0"))
        self.logs = ROOT / "build" / "lab" / self.name / "logs"
        self._folder = STATES / self.name
        self._state_file = self._folder / "state.json"
        self.state = LabState()
        self.router = Router(NetworkNamespace(f"{self.name}-router"))
        self.internet = NetworkNamespace(f"{self.name}-internet")
        self.laptops: list[Laptop] = []
        self.dies_with_parent = True
        self.api_alias = ""
        """Another address of the API server, which its certificate does not know. Of a kit's cluster only."""
        self._far = ""
        self._locked: int | None = None
        self._children: dict[int, subprocess.Popen[bytes]] = {}

    def up(self, cluster: Cluster, *, dies_with_parent: bool = True) -> None:
        """`dies_with_parent`: the lab's processes end with this one, whatever ends it."""
        self.dies_with_parent = dies_with_parent
        self._lock()
        self.down()
        shutil.rmtree(self.logs, ignore_errors=True)
        self.logs.mkdir(parents=True)
        if not RESOLVED.exists():
            check([str(ROOT / ".ci" / "prepare-machine"), str(RESOLVED.parent)])
        # Users of a laptop cannot write byte-code beside the sources: without it they compile them at every start.
        check([PYTHON, "-m", "compileall", "-q", str(ROOT / "app"), str(ROOT / "helper")])
        self._add_namespace(self.router.namespace.name)
        self.router.create()
        self._connect_internet()
        self._connect_cluster(cluster)

    def down(self) -> None:
        """Takes away what this lab, or an earlier one of this name, has made. Does nothing when there is nothing."""
        if self._state_file.exists():
            self.state = msgspec.json.decode(self._state_file.read_bytes(), type=LabState)
        for laptop in self.laptops:
            laptop.stop()
        for entry in self.state.laptops:
            kill(entry.init_pid, entry.init_started)
        for pid, started in self.state.processes:
            kill(pid, started)
        gone = [(entry.init_pid, entry.init_started) for entry in self.state.laptops] + self.state.processes
        for pid, started in gone:
            if pid in self._children:
                self._children.pop(pid).wait(10)
            wait_for_end(pid, started)
        if self.state.node_link and NetworkNamespace(self.state.node_netns).exists():
            with suppress(RuntimeError):
                NetworkNamespace(self.state.node_netns).ip("link", "del", self.state.node_link)
        for name in self.state.namespaces:
            NetworkNamespace(name).delete()
        self.state = LabState()
        self.laptops = []
        self._state_file.unlink(missing_ok=True)

    def add_laptop(self, *, resolved: bool = True, reachable: tuple[str, ...] = ()) -> Laptop:
        """`reachable`: more of the machine's paths that its users have to see, as a display's socket."""
        index = len(self.state.laptops) + 1
        if index > MAX_LAPTOPS:
            raise RuntimeError(f"a lab has room for {MAX_LAPTOPS} laptops")
        namespace = NetworkNamespace(f"{self.name}-laptop" + (str(index) if index > 1 else ""))
        self._add_namespace(namespace.name)
        namespace.create()
        network = f"172.30.{self.number * 10 + index}"
        join(
            *(self.router.namespace, self.router_link(namespace.name), f"{network}.1/24"),
            *(namespace, LINK, f"{network}.2/24"),
        )
        namespace.ip("route", "add", "default", "via", f"{network}.1")
        laptop = Laptop.start(
            *(namespace, self.logs), resolved=resolved, dies_with_parent=self.dies_with_parent, reachable=reachable
        )
        self.state.laptops.append(LaptopState(namespace.name, laptop.init_pid, laptop.init_started))
        self._save()
        self.laptops.append(laptop)
        return laptop

    def router_link(self, laptop_name: str) -> str:
        """The router's end of a laptop's link: what to cut."""
        return laptop_name.removeprefix(f"{self.name}-")

    def internet_log(self) -> str:
        return (self.logs / "internet.log").read_text()

    def opened_laptops(self) -> list[Laptop]:
        """The laptops of a lab that another process made."""
        if not self._state_file.exists():
            return []
        self.state = msgspec.json.decode(self._state_file.read_bytes(), type=LabState)
        return [
            Laptop(NetworkNamespace(entry.netns), entry.init_pid, entry.init_started, self.logs)
            for entry in self.state.laptops
            if start_time(entry.init_pid) == entry.init_started
        ]

    def start_process(self, argv: list[str], namespace: NetworkNamespace | None, log: str) -> subprocess.Popen[bytes]:
        entered = namespace.entered if namespace is not None else Namespaces()
        with open_log(self.logs / f"{log}.log") as output:
            process = spawn(
                argv,
                entered,
                cwd=str(ROOT),
                dies_with_parent=self.dies_with_parent,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        self._children[process.pid] = process
        self.state.processes.append((process.pid, start_time(process.pid) or 0))
        self._save()
        return process

    def start_proxy(self, address: str, http_port: int, socks_port: int, names: dict[str, str]) -> None:
        """On an address of the router; once for the whole lab."""
        log = self.logs / "proxy.log"
        if log.exists():
            return
        argv = [PYTHON, "-m", "tests.lab.proxy", address, str(http_port), str(socks_port)]
        argv += [f"{name}={target}" for name, target in names.items()]
        self.start_process(argv, self.router.namespace, "proxy")
        wait_until("the lab's proxy", lambda: "ready" in log.read_text(), 10)

    def _connect_internet(self) -> None:
        self._add_namespace(self.internet.name)
        self.internet.create()
        join(
            *(self.router.namespace, INTERNET_LINK, "198.51.100.1/24"),
            *(self.internet, "uplink", f"{DNS_ADDRESS}/24"),
        )
        self.internet.ip("addr", "add", f"{SITE_ADDRESS}/32", "dev", "lo")
        self.router.namespace.ip("route", "add", "203.0.113.0/24", "via", DNS_ADDRESS)
        process = self.start_process([PYTHON, "-m", "tests.lab.internet"], self.internet, "internet")

        def ready() -> bool:
            if process.poll() is not None:
                raise RuntimeError(f"the lab's internet did not start:\n{self.internet_log()}")
            return "ready" in self.internet_log()

        wait_until("the lab's internet", ready, 10)

    def _connect_cluster(self, cluster: Cluster) -> None:
        """By a link of our own to the kit's node, or by a relay for a cluster that only this machine reaches."""
        if cluster.node is None:
            self.router.namespace.ip("addr", "add", f"{cluster.api_address}/32", "dev", "lo")
            Relay(self, listen=(cluster.api_address, cluster.api_port), outside=True).start()
            return
        near, far = (f"10.213.{250 - self.number}.{host}" for host in (1, 2))
        link = f"lab{self.number}-{self.name}"[:15]
        self.state.node_netns, self.state.node_link = cluster.node.name, link
        self._save()
        join(*(self.router.namespace, CLUSTER_LINK, f"{near}/30"), *(cluster.node, link, f"{far}/30"))
        self._far = self.api_alias = far
        self.add_api_route(cluster.api_address)
        self.router.allow_api(far)

    def add_api_route(self, address: str) -> None:
        """Lets laptops reach the API server by this address of the node too."""
        self.router.namespace.ip("route", "replace", f"{address}/32", "via", self._far)
        self.router.allow_api(address)

    def _add_namespace(self, name: str) -> None:
        NetworkNamespace(name).delete()  # of a lab that nobody remembers: the lock says that none is alive
        self.state.namespaces.append(name)
        self._save()

    def _lock(self) -> None:
        """Held until this process ends: two test runs at once would take each other's lab down."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._locked is None:
            descriptor = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                raise RuntimeError(f"lab {self.name} is in use by another process: set KUBEFERRY_LAB") from None
            self._locked = descriptor

    def _save(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        fresh = self._state_file.with_suffix(".new")
        fresh.write_bytes(msgspec.json.encode(self.state))
        fresh.replace(self._state_file)

    def __enter__(self) -> Lab:
        return self

    def __exit__(self, *_: Any) -> None:
        self.down()


def log_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.log"))
