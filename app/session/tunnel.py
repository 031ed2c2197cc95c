"""What the worker tells, turned into events, facts and things that others of the attempt can wait for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from app.domain import connection as c
from app.domain.errors import ErrorCode, KubeferryError, Problem
from app.session.ports import Gone, Helper, Worker
from app.session.runner import AttemptContext
from helper.protocol.worker_messages import (
    FromApp,
    FromWorker,
    Lease,
    ProbeReport,
    SetProbes,
    Statistics,
    TunnelFailure,
    TunnelLost,
    TunnelState,
    TunnelUp,
    WorkerSnapshot,
)

HOPELESS = frozenset(
    {
        TunnelFailure.TLS_UNTRUSTED,
        TunnelFailure.FORBIDDEN,
        TunnelFailure.MANAGER_VERSION,
        TunnelFailure.LEASE_REFUSED,
        TunnelFailure.PROXY_FAILED,
    }
)
"""While connecting these end the attempt at once; later the worker keeps trying, because the cause may pass."""


class Tunnel:
    """One attempt's worker. `read` runs for as long as the attempt."""

    def __init__(self, context: AttemptContext, worker: Worker, helper: Helper) -> None:
        self._context = context
        self._worker = worker
        self._helper = helper
        self._up = False
        self._failure: Problem | None = None
        self._hopeless = False
        self._news = asyncio.Event()
        self._probes_count = False
        self._just_lifted = False
        self._passed = False
        self._report: ProbeReport | None = None
        self.lease: Lease | None = None
        self.lifted = asyncio.Event()
        self.endpoint_wanted = asyncio.Event()
        self.unauthorized = False
        self.listener: Callable[[FromWorker], None] = lambda _: None
        """Hears everything, after this tunnel has taken it in. Must not raise or block."""

    @property
    def up(self) -> bool:
        return self._up

    @property
    def failure(self) -> Problem | None:
        """Why the tunnel is away; None while it is there."""
        return self._failure

    async def send(self, message: FromApp) -> None:
        try:
            await self._worker.send(message)
        except Gone as error:
            raise await self._why_gone() from error

    async def read(self) -> None:
        """Raises KubeferryError when worker or helper have gone; never returns otherwise."""
        try:
            while True:
                self._take(await self._worker.receive())
        except Gone as error:
            raise await self._why_gone() from error

    async def first_lease(self, timeout_s: float) -> Lease:
        """Raises KubeferryError with the tunnel's own reason when there is none in time."""
        try:
            async with asyncio.timeout(timeout_s):
                while self.lease is None:
                    self._raise_if_hopeless()
                    await self._next_news()
        except TimeoutError:
            raise self._give_up("the tunnel", timeout_s) from None
        return self.lease

    async def first_probe(self, probes: SetProbes, timeout_s: float) -> None:
        """Starts probing, and returns when a probe has passed. Raises KubeferryError when none does in time.

        From here on probes decide what the connection is. Those of before do not: an attempt that takes over a
        running worker has its own network to set first.
        """
        self._probes_count = True
        await self.send(probes)
        try:
            async with asyncio.timeout(timeout_s):
                while not self._passed:
                    await self._next_news()
        except TimeoutError:
            if self._up and self._report is not None:
                raise KubeferryError(ErrorCode.PROBE_FAILED, problem=describe_probe(self._report)) from None
            raise self._give_up("an answer from the cluster", timeout_s) from None

    def lost_because(self, problem: Problem) -> None:
        """Gives the loss of the tunnel a better reason than the worker can know. Ignored while the tunnel is up."""
        if not self._up:
            self._failure = problem
            self._context.post(c.TunnelLost(self._context.attempt, problem, time.time()))

    def _take(self, message: FromWorker) -> None:
        match message:
            case WorkerSnapshot():
                if message.state is TunnelState.UP and message.lease is not None:
                    self._lift(message.lease)
                if message.probe is not None:
                    self._probe(message.probe)
            case TunnelUp(lease):
                self._lift(lease)
            case TunnelLost():
                self._lose(message)
            case Statistics():
                self._context.hub.set_statistics(message)
            case ProbeReport():
                self._probe(message)
        self.listener(message)
        self._news.set()

    def _lift(self, lease: Lease) -> None:
        self._up = True
        self._just_lifted = True
        self._failure = None
        self.unauthorized = False
        self.endpoint_wanted.clear()
        self.lease = lease
        self.lifted.set()
        self._context.hub.update_facts(
            lease_id=lease.lease_id,
            manager_version=lease.manager_version,
            cluster_domain=lease.cluster_domain,
            dns_servers=lease.dns_servers,
            mtu=lease.mtu,
            addresses=tuple(address for address in (lease.address4, lease.address6) if address),
        )

    def _lose(self, lost: TunnelLost) -> None:
        self._up = False
        self._hopeless = lost.failure in HOPELESS
        self.unauthorized = lost.failure is TunnelFailure.UNAUTHORIZED
        self.lost_because(problem_of_loss(lost))
        if lost.endpoint_wanted:
            self.endpoint_wanted.set()

    def _probe(self, report: ProbeReport) -> None:
        """A probe that ran while the tunnel was down says nothing that its loss has not said."""
        if not self._up or not self._probes_count:
            return
        if self._just_lifted and not report.ok:
            # It may have begun before the tunnel was there; the worker probes again at once.
            self._just_lifted = False
            return
        self._just_lifted = False
        self._report = report
        self._context.hub.set_probe(report)
        if report.ok:
            self._passed = True
            self._context.post(c.ProbePassed(self._context.attempt, time.time()))
        else:
            reason = Problem(ErrorCode.PROBE_FAILED, {"problem": describe_probe(report)}, report.detail)
            self._context.post(c.ProbeFailed(self._context.attempt, reason))

    async def _next_news(self) -> None:
        self._news.clear()
        await self._news.wait()

    def _raise_if_hopeless(self) -> None:
        if self._hopeless and self._failure is not None:
            raise KubeferryError(self._failure.code, detail=self._failure.detail, **self._failure.params)

    def _give_up(self, waiting_for: str, seconds: float) -> KubeferryError:
        if self._failure is not None:
            return KubeferryError(self._failure.code, detail=self._failure.detail, **self._failure.params)
        return KubeferryError(ErrorCode.TIMED_OUT, waiting_for=waiting_for, seconds=f"{seconds:.0f}")

    async def _why_gone(self) -> KubeferryError:
        code = ErrorCode.WORKER_STOPPED if await self._helper.alive() else ErrorCode.HELPER_STOPPED
        return KubeferryError(code)


def problem_of_loss(lost: TunnelLost) -> Problem:
    """Returns the problem whose code has the worker's failure in its name."""
    failure = TunnelFailure.CLOSED if lost.failure is TunnelFailure.NONE else lost.failure
    return Problem(ErrorCode(f"tunnel_{failure}"), {"problem": lost.detail or "it gave no reason"}, lost.detail)


def describe_probe(report: ProbeReport) -> str:
    """Names what failed, in words that fit into a sentence."""
    return report.detail or "no answer"
