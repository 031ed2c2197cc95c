"""What is said to the manager about intercepts, and heard of it: by way of the worker."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from app.domain.errors import ErrorCode, KubeferryError
from app.session.tunnel import Tunnel
from helper.protocol.intercepts import Intercept, InterceptState, JoinTicket, RequestBatch, Workload
from helper.protocol.worker_messages import (
    FromWorker,
    InterceptsListed,
    InterceptStates,
    ListIntercepts,
    MintTicket,
    RequestsSeen,
    SetIntercepts,
    TicketMinted,
    TunnelLost,
    TunnelUp,
    WatchRequests,
    WorkerSnapshot,
)

TICKET_S = 10.0
LIST_S = 4.0
ASK_AGAIN_S = 1.0
"""A question that was asked while there was no tunnel is not answered: it is asked again."""


class InterceptChannel:
    """`changed` is called when own states or the tunnel changed, `seen` for every batch of requests."""

    def __init__(self, tunnel: Tunnel) -> None:
        self._tunnel = tunnel
        self._news = asyncio.Event()
        self._tickets: dict[tuple[Workload, str], JoinTicket] = {}
        self._listed: tuple[InterceptState, ...] = ()
        self._lists = 0
        self.states: dict[str, InterceptState] = {}
        self.changed: Callable[[], None] = lambda: None
        self.seen: Callable[[RequestBatch], None] = lambda _: None
        tunnel.listener = self._hear

    @property
    def up(self) -> bool:
        return self._tunnel.up

    async def declare(self, intercepts: tuple[Intercept, ...]) -> None:
        """The whole set. Raises KubeferryError when the worker has gone."""
        wanted = {one.intercept_id for one in intercepts}
        self.states = {known: state for known, state in self.states.items() if known in wanted}
        await self._tunnel.send(SetIntercepts(intercepts))

    async def watch(self, workloads: tuple[Workload, ...]) -> None:
        await self._tunnel.send(WatchRequests(workloads))

    async def ticket(self, workload: Workload, injection_id: str, manager_namespace: str) -> JoinTicket:
        """Raises KubeferryError (TICKET_MISSING) when there is none in time."""
        asked = (workload, injection_id)
        self._tickets.pop(asked, None)
        try:
            async with asyncio.timeout(TICKET_S):
                while asked not in self._tickets:
                    await self._tunnel.send(MintTicket(workload, injection_id))
                    await self._heard_something(lambda: asked in self._tickets)
        except TimeoutError:
            if not self.up:
                raise _timed_out("the tunnel", TICKET_S) from None
            raise KubeferryError(ErrorCode.TICKET_MISSING, namespace=manager_namespace) from None
        return self._tickets.pop(asked)

    async def list_all(self) -> tuple[InterceptState, ...]:
        """Everybody's. Raises KubeferryError (TIMED_OUT) while there is no tunnel."""
        lists = self._lists
        try:
            async with asyncio.timeout(LIST_S):
                while self._lists == lists:
                    await self._tunnel.send(ListIntercepts())
                    await self._heard_something(lambda: self._lists != lists)
        except TimeoutError:
            raise _timed_out("the traffic manager's list of intercepts", LIST_S) from None
        return self._listed

    async def until(self, done: Callable[[], bool]) -> None:
        """Returns when `done`, which is asked after everything that was heard. The caller has the deadline."""
        while not done():
            self._news.clear()
            await self._news.wait()

    async def _heard_something(self, enough: Callable[[], bool]) -> None:
        try:
            async with asyncio.timeout(ASK_AGAIN_S):
                await self.until(enough)
        except TimeoutError:
            return

    def _hear(self, message: FromWorker) -> None:
        match message:
            case InterceptStates(states) | WorkerSnapshot(intercepts=states):
                self.states = {state.intercept.intercept_id: state for state in states}
                self.changed()
            case TicketMinted(workload, injection_id, ticket):
                self._tickets[workload, injection_id] = ticket
            case InterceptsListed(states):
                self._listed = states
                self._lists += 1
            case RequestsSeen(batch):
                self.seen(batch)
            case TunnelUp() | TunnelLost():
                self.changed()
            case _:
                return
        self._news.set()


def _timed_out(waiting_for: str, seconds: float) -> KubeferryError:
    return KubeferryError(ErrorCode.TIMED_OUT, waiting_for=waiting_for, seconds=f"{seconds:.0f}")
