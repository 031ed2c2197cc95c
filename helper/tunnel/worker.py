"""The tunnel worker: one TUN device, one tunnel, one DNS stub, and at most one app that watches.

Lives as long as the helper's control socket. Apps come and go; the tunnel stays.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import time
from contextlib import suppress
from importlib import import_module

from helper.protocol.control_messages import AttachApp, Control, ListenDns, TakeDevice
from helper.protocol.framing import ProtocolError
from helper.protocol.message_socket import ChannelClosed, MessageSocket
from helper.protocol.worker_messages import (
    WORKER_PROTOCOL_VERSION,
    Flow,
    FromApp,
    FromWorker,
    ListIntercepts,
    MintTicket,
    ProbeReport,
    SetEndpoint,
    SetIntercepts,
    SetProbes,
    SetResolver,
    Statistics,
    Stop,
    TunnelLost,
    TunnelUp,
    WatchRequests,
    WorkerSnapshot,
)
from helper.tunnel.dns.stub import DnsStub
from helper.tunnel.interception import LaptopInterception
from helper.tunnel.keeper import TunnelKeeper
from helper.tunnel.outbox import Outbox
from helper.tunnel.probe import probe_once
from helper.tunnel.pump import Pump
from helper.tunnel.traffic import Traffic
from helper.tunnel.utun_pump import UtunPump

STATISTICS_INTERVAL_S = 1.0
PROBE_RETRY_S = 0.5
"""After a probe that failed: whoever waits for the first one that passes should not wait for the interval."""

_RELEASE_GRACE_S = 0.2
_PRELOADED = "helper.tunnel.dns.answering"

log = logging.getLogger(__name__)


class WorkerStopped(Exception):
    """The worker's work is done: the helper has gone, or an app said Stop."""


async def run_worker(control: socket.socket) -> None:
    """Waits for a device, as long as there is none, then works. Returns when the helper has gone or an app said Stop.

    What the first connection needs is imported meanwhile.
    """
    channel: MessageSocket[Control] = MessageSocket(control, Control, max_descriptors=2)
    preload = asyncio.get_running_loop().run_in_executor(None, import_module, _PRELOADED)
    try:
        first = await channel.receive()
        if not isinstance(first, TakeDevice):
            raise ProtocolError(f"{type(first).__name__} before the device")
        (tun,) = channel.take_descriptors(1)
    except (ChannelClosed, ProtocolError) as error:
        log.info("ends without having had a device: %s", error)
        return
    finally:
        preload.cancel()
    await Worker(tun, channel, offload=first.offload, family_word=first.family_word).run()


class Worker:
    """Owns both: the TUN's descriptor and the control socket."""

    def __init__(self, tun: int, control: MessageSocket[Control], *, offload: int, family_word: bool = False) -> None:
        loop = asyncio.get_running_loop()
        self._traffic = Traffic()
        pump = UtunPump if family_word else Pump
        self._pump: Pump = pump(loop, tun, self._traffic, lambda frame: self._keeper.on_control(frame))
        self._keeper = TunnelKeeper(
            loop,
            self._pump,
            offload=bool(offload),
            on_event=self._on_tunnel,
            on_message=lambda message: self._interception.heard(message),
        )
        self._interception = LaptopInterception(self._pump, self._keeper.say, self._tell)
        self._control = control
        self._dns = DnsStub()
        self._dns_address: str | None = None
        self._app: MessageSocket[FromApp] | None = None
        self._outbox: Outbox | None = None
        self._probes: SetProbes | None = None
        self._probe_now = asyncio.Event()
        self._report: ProbeReport | None = None
        self._apps: asyncio.Queue[MessageSocket[FromApp]] = asyncio.Queue(maxsize=4)

    async def run(self) -> None:
        """Returns when the helper's end of the control socket closed, or an app said Stop."""
        try:
            async with asyncio.TaskGroup() as group:
                for part in (
                    self._read_control(),
                    self._serve_apps(),
                    self._keeper.run(),
                    self._dns.run(),
                    self._probe(),
                    self._count(),
                    self._interception.run(),
                ):
                    group.create_task(part)
        except* WorkerStopped as stopped:
            log.info("stopped: %s", stopped.exceptions[0])
        finally:
            if self._app is not None:
                self._app.close()

    async def _read_control(self) -> None:
        try:
            while True:
                match await self._control.receive():
                    case AttachApp():
                        (descriptor,) = self._control.take_descriptors(1)
                        channel: MessageSocket[FromApp] = MessageSocket(socket.socket(fileno=descriptor), FromApp)
                        await self._apps.put(channel)
                        if self._app is not None:
                            self._app.close()
                    case TakeDevice():
                        raise ProtocolError("a second device")
                    case ListenDns(address=address):
                        udp, tcp = self._control.take_descriptors(2)
                        self._dns.listen(socket.socket(fileno=udp), socket.socket(fileno=tcp))
                        self._dns_address = address
                        self._probe_now.set()
        except (ChannelClosed, ProtocolError) as error:
            raise WorkerStopped(f"the helper is gone ({error})") from error

    async def _serve_apps(self) -> None:
        """One app at a time: a newer one replaces the one before."""
        while True:
            channel = await self._apps.get()
            outbox = Outbox(channel)
            self._app, self._outbox = channel, outbox
            outbox.put(self._snapshot())
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(outbox.run())
                    group.create_task(self._read_app(channel))
            except* (ChannelClosed, ProtocolError) as gone:
                log.info("the app went away: %s", gone.exceptions[0])
            finally:
                self._outbox = self._app = None
                self._interception.forget_requests()
                channel.close()

    async def _read_app(self, channel: MessageSocket[FromApp]) -> None:
        while True:
            match await channel.receive():
                case SetEndpoint() as wish:
                    self._keeper.set_endpoint(wish)
                case SetResolver(resolver=resolver):
                    self._dns.set_resolver(resolver)
                case SetProbes() as probes:
                    self._probes = probes
                    self._probe_now.set()
                case SetIntercepts() | MintTicket() | ListIntercepts() | WatchRequests() as wish:
                    self._interception.wish(wish)
                case Stop():
                    self._keeper.release()
                    await asyncio.sleep(_RELEASE_GRACE_S)
                    raise WorkerStopped("an app said so")

    def _on_tunnel(self, event: TunnelUp | TunnelLost) -> None:
        self._dns.set_tunnel_up(isinstance(event, TunnelUp))
        if isinstance(event, TunnelUp):
            self._interception.tunnel_up(event.lease)
        self._probe_now.set()
        self._tell(event)

    async def _probe(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._next_probe_in_s()):
                    await self._probe_now.wait()
            self._probe_now.clear()
            if self._probes is not None:
                self._report = await probe_once(self._probes, self._dns_address)
                self._tell(self._report)

    def _next_probe_in_s(self) -> float | None:
        if self._probes is None:
            return None
        failed = self._report is not None and not self._report.ok
        return min(PROBE_RETRY_S, self._probes.interval_s) if failed else self._probes.interval_s

    async def _count(self) -> None:
        while True:
            await asyncio.sleep(STATISTICS_INTERVAL_S)
            traffic = self._traffic
            flows = traffic.take_flows()
            if self._outbox is None:
                continue
            self._tell(
                Statistics(
                    time=time.time(),
                    bytes_up=traffic.bytes_up,
                    bytes_down=traffic.bytes_down,
                    packets_up=traffic.packets_up,
                    packets_down=traffic.packets_down,
                    dropped=traffic.dropped,
                    rtt_s=self._keeper.rtt_s,
                    reconnects=self._keeper.reconnects,
                    dns_queries=self._dns.queries,
                    flows=tuple(
                        Flow(
                            flow.protocol,
                            flow.local,
                            flow.local_port,
                            flow.remote,
                            flow.remote_port,
                            flow.bytes_up,
                            flow.bytes_down,
                        )
                        for flow in flows
                    ),
                )
            )

    def _snapshot(self) -> WorkerSnapshot:
        keeper = self._keeper
        return WorkerSnapshot(
            version=WORKER_PROTOCOL_VERSION,
            pid=os.getpid(),
            state=keeper.state,
            failure=keeper.failure,
            lease=keeper.lease,
            probe=self._report,
            intercepts=self._interception.states,
        )

    def _tell(self, message: FromWorker) -> None:
        if self._outbox is not None:
            self._outbox.put(message)
