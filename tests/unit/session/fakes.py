"""Stand-ins for what an attempt needs. Each says what of the real thing's contract it keeps."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network

from app.domain import connection as c
from app.domain.errors import ErrorCode, KubeferryError
from app.domain.stages import Stage
from app.domain.subnets import IPAddress
from app.session.hub import Hub
from app.session.intercept_ports import Injection
from app.session.ports import Discovered, Gone, Opened, Report
from app.session.runner import AttemptContext
from helper.protocol.helper_messages import (
    NetworkConfig,
    NetworkSet,
    Overlap,
    OverlapsFound,
    RefusalCode,
    ResolverBackend,
)
from helper.protocol.intercepts import Health, Intercept, InterceptState, JoinTicket
from helper.protocol.worker_messages import (
    WORKER_PROTOCOL_VERSION,
    Endpoint,
    FromApp,
    FromWorker,
    InterceptsListed,
    InterceptStates,
    Lease,
    ListIntercepts,
    MintTicket,
    ProbeReport,
    SetEndpoint,
    SetIntercepts,
    SetProbes,
    TicketMinted,
    TunnelFailure,
    TunnelState,
    TunnelUp,
    WorkerSnapshot,
)
from tests.unit.session.fake_injection import FakeInjection

LEASE = Lease(
    lease_id="l1",
    address4="198.19.0.7",
    address6=None,
    mtu=1450,
    dns_servers=("10.96.0.10",),
    cluster_domain="cluster.local",
    search_domains=(),
    manager_version="0.1.0",
)
SNAPSHOT = WorkerSnapshot(WORKER_PROTOCOL_VERSION, 4711, TunnelState.IDLE, TunnelFailure.NONE, None, None)
PASSED = ProbeReport(True, 0.01, 0.01)
FAILED = ProbeReport(False, None, None, "DNS: SERVFAIL")
FOUND = Discovered((ip_network("10.96.0.0/16"), ip_network("fd00::/64")), ("default", "shop"), "10.96.0.1")


class FakeWorker:
    """Contract: the first message is a snapshot; SetEndpoint is answered by TunnelUp, SetProbes by a report.

    `on_endpoint` and `on_probes` replace these answers. As the manager behind the real one: intercepts that are set
    get their states, of so many `sidecars` and with `health`; tickets are minted unless it `mints` none; `others`
    have intercepts too.
    """

    def __init__(self, snapshot: WorkerSnapshot = SNAPSHOT) -> None:
        self.sent: list[FromApp] = []
        self.on_endpoint: tuple[FromWorker, ...] = (TunnelUp(LEASE),)
        self.on_probes: tuple[FromWorker, ...] = (PASSED,)
        self.sidecars = 2
        self.health = Health.ACTIVE
        self.mints = True
        self.others: tuple[InterceptState, ...] = ()
        self.own: tuple[InterceptState, ...] = ()
        self.closed = False
        self._said: asyncio.Queue[FromWorker | None] = asyncio.Queue()
        self.say(snapshot)

    def say(self, *messages: FromWorker) -> None:
        for message in messages:
            self._said.put_nowait(message)

    def die(self) -> None:
        self._said.put_nowait(None)

    async def send(self, message: FromApp) -> None:
        if self.closed:
            raise Gone
        self.sent.append(message)
        if isinstance(message, SetEndpoint):
            self.say(*self.on_endpoint)
        elif isinstance(message, SetProbes):
            self.say(*self.on_probes)
        elif isinstance(message, SetIntercepts):
            self.own = tuple(self.state(one) for one in message.intercepts)
            self.say(InterceptStates(self.own))
        elif isinstance(message, ListIntercepts):
            self.say(InterceptsListed((*self.own, *self.others)))
        elif isinstance(message, MintTicket) and self.mints:
            ticket = JoinTicket("token", "certificate")
            self.say(TicketMinted(message.workload, message.injection_id, ticket))

    def state(self, intercept: Intercept, owner: str = "me") -> InterceptState:
        return InterceptState(intercept, "0" * 12, owner, self.health, self.sidecars, self.sidecars)

    async def receive(self) -> FromWorker:
        message = await self._said.get()
        if message is None:
            self.closed = True
            raise Gone
        return message

    def close(self) -> None:
        self.closed = True


@dataclass
class FakeHelper:
    """Contract (tests/contract/helper_port): holds one connection, and does nothing for others. Once `stopped`, or our
    socket is closed, every verb raises HELPER_STOPPED; but to close a connection the helper is looked for anew."""

    worker: FakeWorker = field(default_factory=FakeWorker)
    overlaps: tuple[Overlap, ...] = ()
    opening: asyncio.Event = field(default_factory=asyncio.Event)
    left: tuple[str, ...] = ()
    stopped: bool = False
    held: list[str] = field(default_factory=list)
    networks: list[NetworkConfig] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    closed: bool = False

    def __post_init__(self) -> None:
        self.opening.set()

    async def open(self, label: str) -> Opened:
        self._call("open")
        await self.opening.wait()
        self.held.append("0123456789ab")
        return Opened("0123456789ab", "kubeferry0", self.worker)

    async def attach(self, connection_id: str) -> Opened:
        self._call("attach")
        self._need(connection_id)
        return Opened(connection_id, "kubeferry0", self.worker)

    async def set_network(self, connection_id: str, network: NetworkConfig) -> NetworkSet:
        self._call("set_network")
        self._need(connection_id)
        self.networks.append(network)
        return NetworkSet(ResolverBackend.SYSTEMD_RESOLVED, ("192.0.2.53",))

    async def find_overlaps(self, subnets: tuple[str, ...]) -> OverlapsFound:
        self._call("find_overlaps")
        return OverlapsFound(self.overlaps, ("192.0.2.53",))

    async def close_connection(self, connection_id: str) -> tuple[str, ...]:
        self.calls.append("close_connection")
        if self.stopped:
            raise KubeferryError(ErrorCode.HELPER_NOT_RUNNING)
        if connection_id not in self.held:
            return ()
        self.held.remove(connection_id)
        return self.left

    async def alive(self) -> bool:
        return not self.stopped and not self.closed

    def close(self) -> None:
        self.calls.append("close")
        self.closed = True

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if self.stopped or self.closed:
            raise KubeferryError(ErrorCode.HELPER_STOPPED)

    def _need(self, connection_id: str) -> None:
        if connection_id not in self.held:
            raise KubeferryError(ErrorCode.HELPER_FAILED, problem=str(RefusalCode.UNKNOWN_CONNECTION))


@dataclass
class FakeCluster:
    """Contract: methods raise KubeferryError; `next_endpoint` names the pod to use now, `renewal_due` waits."""

    context: str = "one"
    namespace: str = "shop"
    server: str = "https://api.example:6443"
    found: Discovered = FOUND
    pod: str = "manager-1"
    failure: KubeferryError | None = None
    managed: asyncio.Event = field(default_factory=asyncio.Event)
    renewal: asyncio.Event = field(default_factory=asyncio.Event)
    changes: asyncio.Queue[Discovered] = field(default_factory=lambda: asyncio.Queue(8))
    asked: list[tuple[bool, bool]] = field(default_factory=list)
    closed: bool = False
    installed: bool = True
    """As far as this fake knows, every attempt installs."""

    def __post_init__(self) -> None:
        self.managed.set()
        self._keeps = False
        self.workloads = FakeInjection()

    async def log_in(self) -> None:
        if self.failure is not None:
            raise self.failure

    async def check(self) -> str:
        return "v1.37.2"

    async def ensure_manager(self, report: Report) -> Endpoint:
        report(Stage.FINDING_MANAGER, "kubeferry")
        await self.managed.wait()
        return self._endpoint()

    def keep_manager(self) -> None:
        self._keeps = True

    async def take_back_manager(self) -> None:
        self.installed = self._keeps

    async def next_endpoint(self, known: Endpoint, *, renew: bool, lost: bool) -> Endpoint:
        self.asked.append((renew, lost))
        if self.failure is not None:
            raise self.failure
        return self._endpoint()

    async def renewal_due(self) -> None:
        await self.renewal.wait()
        self.renewal.clear()

    async def discover(self) -> Discovered:
        return self.found

    async def follow_network(self, changed: Callable[[Discovered], Awaitable[None]]) -> None:
        while True:
            await changed(await self.changes.get())

    async def outside(self) -> frozenset[IPAddress]:
        return frozenset({ip_address("10.96.0.2")})

    def injection(self) -> Injection:
        return self.workloads

    async def close(self) -> None:
        self.closed = True

    def _endpoint(self) -> Endpoint:
        return Endpoint(self.server, "kubeferry", self.pod, 7070)


class Recorder:
    """Collects events and lets a test wait for one, for as long as the test itself may take."""

    def __init__(self) -> None:
        self.events: list[c.Event] = []
        self._grew = asyncio.Event()

    def post(self, event: c.Event) -> None:
        self.events.append(event)
        self._grew.set()

    async def until(self, kind: type[c.Event], count: int = 1) -> c.Event:
        async with asyncio.timeout(5):
            while True:
                matching = [event for event in self.events if isinstance(event, kind)]
                if len(matching) >= count:
                    return matching[count - 1]
                self._grew.clear()
                await self._grew.wait()


def make_context(
    group: asyncio.TaskGroup, recorder: Recorder, target: c.Target | None = None, resume: str | None = None
) -> AttemptContext:
    return AttemptContext(1, target or c.Target(context="one"), resume, recorder.post, Hub(), group.create_task)


async def settle() -> None:
    """Lets everything that can run, run: the fakes have no delays of their own."""
    for _ in range(50):
        await asyncio.sleep(0)
