"""The laptop's part of intercepts: says to the manager what the app wants, lets in what is taken, tells what is so.

Everything is said again whenever the tunnel comes back: the manager may be another one by then.
"""

from __future__ import annotations

from collections.abc import Callable

from helper.cluster.api import VIRTUAL_SUBNET4
from helper.protocol.intercepts import Intercept, InterceptState, Workload
from helper.protocol.worker_messages import (
    FromWorker,
    InterceptsListed,
    InterceptStates,
    Lease,
    ListIntercepts,
    MintTicket,
    RequestsSeen,
    SetIntercepts,
    TicketMinted,
    WatchRequests,
)
from helper.tunnel.inbound import Inbound
from helper.tunnel.pump import Pump
from helper.tunnel.relayed_inbound import RelayedInbound
from helper.tunnel.utun_pump import UtunPump
from helper.wire import laptop_messages as wire

Wish = SetIntercepts | MintTicket | ListIntercepts | WatchRequests


class LaptopInterception:
    """`say` brings a message to the manager, or nowhere while there is no tunnel; `tell` one to the app."""

    def __init__(self, pump: Pump, say: Callable[[wire.FromLaptop], None], tell: Callable[[FromWorker], None]) -> None:
        self._pump = pump
        self._say = say
        self._tell = tell
        self._relayed = RelayedInbound(pump.write_tun, VIRTUAL_SUBNET4) if isinstance(pump, UtunPump) else None
        self._inbound = self._relayed or Inbound(pump.write_tun, VIRTUAL_SUBNET4)
        self._intercepts: tuple[Intercept, ...] = ()
        self._watched: tuple[Workload, ...] = ()
        self.states: tuple[InterceptState, ...] = ()

    async def run(self) -> None:
        """What has to run beside the pump, until it is cancelled."""
        if self._relayed is not None:
            await self._relayed.run()

    def wish(self, wish: Wish) -> None:
        match wish:
            case SetIntercepts(intercepts=intercepts):
                self._set(intercepts)
            case WatchRequests(workloads=workloads):
                self._watched = workloads
                self._say(wire.WatchRequests(workloads))
            case MintTicket(workload=workload, injection_id=injection_id):
                self._say(wire.Mint(workload, injection_id))
            case ListIntercepts():
                self._say(wire.ListAll())

    def tunnel_up(self, lease: Lease) -> None:
        self._inbound.set_address(lease.address4)
        if self._intercepts:
            self._say(wire.Declare(self._intercepts))
        if self._watched:
            self._say(wire.WatchRequests(self._watched))

    def heard(self, message: wire.ToLaptop) -> None:
        match message:
            case wire.States(states=states):
                self.states = states
                self._tell(InterceptStates(states))
            case wire.Listed(states=states):
                self._tell(InterceptsListed(states))
            case wire.Minted(workload=workload, injection_id=injection_id, ticket=ticket):
                self._tell(TicketMinted(workload, injection_id, ticket))
            case wire.Requests(batch=batch):
                self._tell(RequestsSeen(batch))

    def forget_requests(self) -> None:
        """The app that looked at requests has gone."""
        if self._watched:
            self.wish(WatchRequests(()))

    def _set(self, intercepts: tuple[Intercept, ...]) -> None:
        self._intercepts = intercepts
        self._inbound.set_intercepts(intercepts)
        # Packets of those without intercepts take no detour.
        self._pump.deliver = self._inbound.deliver if intercepts else self._pump.write_tun
        self._pump.outgoing = self._inbound.leave if intercepts else None
        self._say(wire.Declare(intercepts))
