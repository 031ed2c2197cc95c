"""One lane's callbacks, turned into futures: whoever keeps the lane waits for them."""

from __future__ import annotations

import asyncio
import logging

from helper.protocol.worker_messages import TunnelFailure
from helper.tunnel.portforward import LaneFailed
from helper.tunnel.pump import Pump
from helper.wire.frames import FrameError
from helper.wire.hello import ManagerWelcome

log = logging.getLogger(__name__)


class LaneEvents:
    """Implements `LaneListener`. A lane's end before the handshake is `ended` as well.

    `heard`: anything came since it was last set to False.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, pump: Pump) -> None:
        self._pump = pump
        self.welcome: asyncio.Future[ManagerWelcome] = loop.create_future()
        self.ended: asyncio.Future[LaneFailed] = loop.create_future()
        self.heard = False

    def on_data(self, data: memoryview) -> None:
        self.heard = True
        try:
            self._pump.on_data(data)
        except FrameError as error:
            log.warning("the lane is left: %s", error)
            self.end(LaneFailed(TunnelFailure.CLOSED, "what came through it is not the traffic manager's"))

    def on_writable(self) -> None:
        self._pump.on_writable()

    def on_closed(self, reason: str) -> None:
        refused = not self.welcome.done() and "refused" in reason
        self.end(LaneFailed(TunnelFailure.PORT_CLOSED if refused else TunnelFailure.CLOSED, reason))

    def end(self, failure: LaneFailed) -> None:
        if not self.ended.done():
            self.ended.set_result(failure)
