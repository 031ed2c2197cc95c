"""Keeps a tunnel to the manager: opens a lane, shakes hands, notices its end, opens the next. For ever.

Connections inside survive whatever the manager survives, for the lease outlives lanes (`lease_claim`). Silence is
counted in turns of the event loop, not in seconds of a clock: after the machine slept, waiting bytes are read before
the lane is judged.
"""

from __future__ import annotations

import asyncio
import logging
import struct
import time
from collections.abc import Awaitable, Callable

from helper.protocol.worker_messages import (
    Endpoint,
    Lease,
    SetEndpoint,
    TunnelFailure,
    TunnelLost,
    TunnelState,
    TunnelUp,
)
from helper.tunnel.lane import Lane, LaneListener
from helper.tunnel.lane_events import LaneEvents
from helper.tunnel.lease_claim import LeaseClaim, unreadable
from helper.tunnel.portforward import LaneFailed, open_port_forward
from helper.tunnel.pump import Pump
from helper.wire.frames import Frame, FrameKind, encode_frame
from helper.wire.hello import HelloError, ManagerWelcome, decode_hello, encode_hello
from helper.wire.laptop_messages import FromLaptop, MessageDecoder, MessageError, ToLaptop, encode_message

PING_INTERVAL_S = 1.0
SILENT_PINGS = 3
HELLO_TIMEOUT_S = 3.0
_DELAYS_S = (0.0, 0.1, 0.2, 0.4, 0.8)
_LAST_DELAY_S = 1.0
_WANT_ENDPOINT = frozenset((TunnelFailure.UNAUTHORIZED, TunnelFailure.FORBIDDEN, TunnelFailure.POD_GONE))
_STAMP = struct.Struct(">d")

log = logging.getLogger(__name__)

OpenLane = Callable[[Endpoint, LaneListener], Awaitable[Lane]]


class TunnelKeeper:
    """`on_event` gets every TunnelUp and TunnelLost. `run` is the only task; other methods may be called any time."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        pump: Pump,
        *,
        offload: bool,
        on_event: Callable[[TunnelUp | TunnelLost], None],
        on_message: Callable[[ToLaptop], None],
        open_lane: OpenLane = open_port_forward,
    ) -> None:
        self._loop = loop
        self._pump = pump
        self._offload = offload
        self._on_event = on_event
        self._on_message = on_message
        self._open_lane = open_lane
        self._wish: SetEndpoint | None = None
        self._wish_changed = asyncio.Event()
        self._claim = LeaseClaim()
        self._lane: Lane | None = None
        self._events: LaneEvents | None = None
        self._messages: MessageDecoder[ToLaptop] = MessageDecoder(ToLaptop)
        self.state = TunnelState.IDLE
        self.failure = TunnelFailure.NONE
        self.lease: Lease | None = None
        self.rtt_s: float | None = None
        self.reconnects = 0

    def set_endpoint(self, wish: SetEndpoint) -> None:
        """Fresh credentials for the pod that we have a tunnel to are kept for the next lane; all else is used now."""
        same = self._wish is not None and _same_pod(self._wish, wish)
        self._wish = wish
        if not (same and self.state is TunnelState.UP):
            self._wish_changed.set()

    async def run(self) -> None:
        failures = 0
        while True:
            if self._wish is None:
                await self._wish_changed.wait()
                continue
            self._wish_changed.clear()
            lasted = await self._one_lane(self._wish)
            failures = 0 if lasted else failures + 1
            delay = _DELAYS_S[failures] if failures < len(_DELAYS_S) else _LAST_DELAY_S
            if await self._pause(delay):
                failures = 0

    def release(self) -> None:
        """Tells the manager that the lease is free. The lane ends by that."""
        if self._lane is not None and self.state is TunnelState.UP:
            self._lane.send(encode_frame(FrameKind.RELEASE))

    def say(self, message: FromLaptop) -> None:
        """To the manager; to nobody while there is no tunnel."""
        if self._lane is not None and self.state is TunnelState.UP:
            self._lane.send(encode_message(message))

    def on_control(self, frame: Frame) -> None:
        """Frames that are not packets, from the pump."""
        events = self._events
        if events is None:
            return
        if frame.kind == FrameKind.PONG and len(frame.payload) == _STAMP.size:
            self.rtt_s = max(0.0, time.perf_counter() - _STAMP.unpack(frame.payload)[0])
        elif frame.kind == FrameKind.PING and self._lane is not None and self._lane.writable:
            self._lane.send(encode_frame(FrameKind.PONG, bytes(frame.payload)))
        elif frame.kind == FrameKind.MESSAGE and events.welcome.done():
            self._hear(events, frame)
        elif frame.kind == FrameKind.WELCOME and not events.welcome.done():
            try:
                events.welcome.set_result(decode_hello(ManagerWelcome, frame.payload))
            except HelloError as error:
                events.end(unreadable(error))
        elif frame.kind == FrameKind.REFUSED and not events.welcome.done():
            events.end(self._claim.refuse(frame.payload))

    def _hear(self, events: LaneEvents, frame: Frame) -> None:
        try:
            message = self._messages.feed(frame.payload)
        except MessageError as error:
            events.end(unreadable(error))
            return
        if message is not None:
            self._on_message(message)

    async def _one_lane(self, wish: SetEndpoint) -> bool:
        """Opens a lane and holds it until it ends. Returns whether it was ever up."""
        self.state = TunnelState.CONNECTING
        events = LaneEvents(self._loop, self._pump)
        was_up = False
        try:
            self._events = events
            self._messages = MessageDecoder(ToLaptop)
            lane = await self._open_and_greet(wish, events)
            was_up = True
            if self._wish is not None and _same_pod(self._wish, wish):
                # Asked for again while we were at it: here it is.
                self._wish_changed.clear()
            failure = await self._hold(lane, events)
        except LaneFailed as error:
            failure = error
        except asyncio.CancelledError:
            self.release()
            raise
        finally:
            self._pump.detach()
            self._events = None
            if self._lane is not None:
                self._lane.close()
                self._lane = None
            self.rtt_s = None
        self._lost(failure, was_up=was_up)
        return was_up

    async def _open_and_greet(self, wish: SetEndpoint, events: LaneEvents) -> Lane:
        """Given up as soon as another pod is wished: this one may be on a node that is dead. Raises LaneFailed."""
        async with asyncio.TaskGroup() as group:
            opening = group.create_task(self._greeted(wish, events))
            while not opening.done():
                changed = group.create_task(self._wish_changed.wait())
                await asyncio.wait((opening, changed), return_when=asyncio.FIRST_COMPLETED)
                changed.cancel()
                if not opening.done() and self._wish is not None:
                    if not _same_pod(self._wish, wish):
                        opening.cancel()
                        break
                    self._wish_changed.clear()
        if opening.cancelled():
            raise LaneFailed(TunnelFailure.CLOSED, "another endpoint was chosen")
        result = opening.result()
        if isinstance(result, LaneFailed):
            raise result
        return result

    async def _greeted(self, wish: SetEndpoint, events: LaneEvents) -> Lane | LaneFailed:
        """A failure is a result, so that it does not come wrapped in a group."""
        try:
            self._lane = lane = await self._open_lane(wish.endpoint, events)
            self._pump.attach(lane)
            lane.send(encode_frame(FrameKind.HELLO, encode_hello(self._claim.hello(wish, offload=self._offload))))
            await self._shake_hands(events)
        except LaneFailed as error:
            return error
        return lane

    async def _shake_hands(self, events: LaneEvents) -> None:
        """Raises LaneFailed."""
        await asyncio.wait((events.welcome, events.ended), timeout=HELLO_TIMEOUT_S, return_when=asyncio.FIRST_COMPLETED)
        if events.ended.done():
            raise events.ended.result()
        if not events.welcome.done():
            raise LaneFailed(TunnelFailure.SILENT, "the traffic manager did not answer the handshake")
        self._up(events.welcome.result())

    def _up(self, welcome: ManagerWelcome) -> None:
        """Raises LaneFailed."""
        granted = self._claim.grant(welcome)
        self.lease = granted.lease
        self.reconnects += not granted.first
        self.state, self.failure = TunnelState.UP, TunnelFailure.NONE
        self._pump.open(granted.guard)
        log.info("the tunnel is up, address %s", welcome.address4)
        self._on_event(TunnelUp(granted.lease, granted.address_changed))

    async def _hold(self, lane: Lane, events: LaneEvents) -> LaneFailed:
        """Pings until the lane ends, falls silent, or another endpoint is wished."""
        unanswered = 0
        changed = self._wish_changed
        while True:
            lane.send(encode_frame(FrameKind.PING, _STAMP.pack(time.perf_counter())))
            events.heard = False
            try:
                async with asyncio.timeout(PING_INTERVAL_S):
                    await _first(events.ended, changed)
            except TimeoutError:
                pass
            if events.ended.done():
                return events.ended.result()
            if changed.is_set():
                return LaneFailed(TunnelFailure.CLOSED, "another endpoint was chosen")
            unanswered = 0 if events.heard else unanswered + 1
            if unanswered >= SILENT_PINGS:
                return LaneFailed(TunnelFailure.SILENT, f"the traffic manager left {SILENT_PINGS} pings unanswered")

    def _lost(self, failure: LaneFailed, *, was_up: bool) -> None:
        self.state = TunnelState.WAITING
        if was_up or failure.failure is not self.failure:
            log.info("no tunnel: %s", failure)
            wanted = failure.failure in _WANT_ENDPOINT
            self._on_event(TunnelLost(failure.failure, failure.detail[:500], wanted))
        self.failure = failure.failure

    async def _pause(self, delay: float) -> bool:
        """Ends early, and returns True, when another endpoint is wished."""
        try:
            async with asyncio.timeout(delay):
                await self._wish_changed.wait()
        except TimeoutError:
            return False
        return True


def _same_pod(one: SetEndpoint, other: SetEndpoint) -> bool:
    a, b = one.endpoint, other.endpoint
    return (a.server_url, a.namespace, a.pod) == (b.server_url, b.namespace, b.pod)


async def _first(ended: asyncio.Future[LaneFailed], changed: asyncio.Event) -> None:
    """Returns when either happens; neither is cancelled."""
    waker: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def wake(_: object = None) -> None:
        if not waker.done():
            waker.set_result(None)

    ended.add_done_callback(wake)
    try:
        async with asyncio.TaskGroup() as group:
            waiting = group.create_task(changed.wait())
            waiting.add_done_callback(wake)
            await waker
            waiting.cancel()
    finally:
        ended.remove_done_callback(wake)
