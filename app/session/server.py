"""The session's socket: 0600 in a 0700 directory, and only peers of our own uid are answered."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field

from app.domain import connection as c
from app.domain.errors import ErrorCode, KubeferryError, Problem
from app.platform.paths import session_socket
from app.platform.peer import peer_uid
from app.session import intercept_messages as im
from app.session import messages as m
from app.session.convert import target_from_request
from app.session.problems import info_from_problem
from app.session.runner import Runner
from helper.protocol.framing import ProtocolError
from helper.protocol.intercepts import RequestBatch
from helper.protocol.message_socket import ChannelClosed, MessageSocket

_log = logging.getLogger(__name__)

InterceptRequest = (
    im.PlanIntercept
    | im.StartIntercept
    | im.Leave
    | im.CancelOperation
    | im.ListIntercepts
    | im.WatchTraffic
    | im.PlanRepair
    | im.Repair
)
AtOnce = m.Hello | m.Connect | m.HoldKubeconfig | m.Cancel | m.Disconnect | m.GetStatus | m.Subscribe | m.Shutdown

MAX_CLIENTS = 64
MAX_OUTBOX = 512
"""Messages that wait for a client which does not read. One that is further behind is let go: it can come again."""


def listen() -> socket.socket:
    """Returns the listening socket. Raises KubeferryError when another session has it."""
    path = session_socket()
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        path.unlink(missing_ok=True)
        before = os.umask(0o177)
        try:
            sock.bind(str(path))
        finally:
            os.umask(before)
        sock.listen(16)
    except OSError as error:
        sock.close()
        raise KubeferryError(ErrorCode.SESSION_FAILED, problem=f"{path}: {error.strerror}") from error
    sock.setblocking(False)
    return sock


@dataclass
class Outbox:
    """What is still to be sent to one client. Adding never waits."""

    messages: deque[m.FromSession] = field(default_factory=deque)
    filled: asyncio.Event = field(default_factory=asyncio.Event)
    overflowed: bool = False

    def add(self, message: m.FromSession) -> None:
        if len(self.messages) >= MAX_OUTBOX:
            self.overflowed = True
        else:
            self.messages.append(message)
        self.filled.set()


class Server:
    """Answers clients until `run` is cancelled; `ended` is set when one asked for the session's end."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self.clients = 0
        self.changed = asyncio.Event()
        self.ended = asyncio.Event()

    async def run(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as group:
            while True:
                sock, _ = await loop.sock_accept(listener)
                group.create_task(self._serve(sock))

    async def _serve(self, sock: socket.socket) -> None:
        channel: MessageSocket[m.FromClient] = MessageSocket(sock, m.FromClient)
        self.clients += 1
        self.changed.set()
        try:
            if self.clients <= MAX_CLIENTS and peer_uid(sock) == os.getuid():
                await _Conversation(self, self._runner, channel).run()
        except (ChannelClosed, ProtocolError) as error:
            _log.debug("a client left: %s", error)
        finally:
            channel.close()
            self.clients -= 1
            self.changed.set()


class _Hangup(Exception):
    """This client is to be let go."""


class _Conversation:
    def __init__(self, server: Server, runner: Runner, channel: MessageSocket[m.FromClient]) -> None:
        self._server = server
        self._runner = runner
        self._channel = channel
        self._outbox = Outbox()
        self._attempts: set[int] = set()
        self._operations: set[int] = set()

    async def run(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._send())
                group.create_task(self._receive())
        except* (ChannelClosed, ProtocolError, _Hangup) as left:
            _log.debug("a client left: %s", left.exceptions)
        finally:
            self._runner.hub.remove(self._outbox.add)
            for attempt in self._attempts:
                self._runner.post(c.CancelRequested(attempt))
            await self._drop_intercept_work()

    async def _receive(self) -> None:
        first = await self._channel.receive()
        if not isinstance(first, m.Hello) or first.version != m.SESSION_PROTOCOL_VERSION:
            await self._channel.send(m.Refused(m.ProblemInfo(ErrorCode.SESSION_VERSION)))
            if isinstance(self._runner.state, c.Disconnected | c.Failed):
                # The program was upgraded while nothing is connected: the client's own session takes over.
                self._server.ended.set()
            raise _Hangup
        self._outbox.add(m.Welcome(m.SESSION_PROTOCOL_VERSION, os.getpid()))
        while True:
            request = await self._channel.receive()
            try:
                await self._answer(request)
            except KubeferryError as error:
                self._outbox.add(m.Refused(info_from_problem(Problem.of(error))))

    async def _answer(self, request: m.FromClient) -> None:
        if isinstance(request, InterceptRequest):
            self._outbox.add(await self._answer_about_intercepts(request))
        else:
            self._answer_at_once(request)

    async def _answer_about_intercepts(self, request: InterceptRequest) -> m.Answer:
        keeper = self._runner.desk.need()
        match request:
            case im.PlanIntercept():
                return await keeper.plan(request)
            case im.PlanRepair():
                return await keeper.plan_repair(request)
            case im.ListIntercepts():
                return await keeper.list_all()
            case im.WatchTraffic(workloads):
                await keeper.watch(self._saw, workloads)
                return m.Done()
            case im.CancelOperation(operation):
                if operation in self._operations:
                    keeper.cancel(operation)
                return m.Done()
            case _:
                operation = self._runner.desk.next_number()
                self._operations.add(operation)
                keeper.begin(operation, request, self._outbox.add)
                return im.OperationAccepted(operation)

    async def _drop_intercept_work(self) -> None:
        """An operation that is not done yet belongs to its client; nobody looks at its requests any more."""
        keeper = self._runner.desk.keeper
        if keeper is not None:
            for operation in self._operations:
                keeper.cancel(operation)
            with suppress(KubeferryError):
                await keeper.watch(self._saw, ())

    def _saw(self, batch: RequestBatch) -> None:
        self._outbox.add(im.RequestsSeen(batch))

    def _answer_at_once(self, request: AtOnce) -> None:
        match request:
            case m.Connect():
                attempt, already = self._runner.connect(target_from_request(request))
                if not already:
                    self._attempts.add(attempt)
                self._outbox.add(m.Accepted(attempt, already))
            case m.HoldKubeconfig(name, text):
                from app.kube.kubeconfig_sources import HELD  # with PyYAML, which an idle session does not need

                HELD.hold(name, text)
                self._outbox.add(m.Done())
            case m.Cancel(attempt):
                self._runner.post(c.CancelRequested(attempt))
                self._outbox.add(m.Done())
            case m.Disconnect():
                self._runner.post(c.DisconnectRequested())
                self._outbox.add(m.Done())
            case m.GetStatus():
                self._outbox.add(m.StatusIs(self._runner.hub.status()))
            case m.Subscribe():
                self._outbox.add(m.Done())
                self._runner.hub.remove(self._outbox.add)
                self._runner.hub.add(self._outbox.add)
            case m.Shutdown():
                self._outbox.add(m.Done())
                self._server.ended.set()
            case m.Hello():
                raise _Hangup

    async def _send(self) -> None:
        while True:
            await self._outbox.filled.wait()
            self._outbox.filled.clear()
            while self._outbox.messages:
                await self._channel.send(self._outbox.messages.popleft())
            if self._outbox.overflowed:
                raise _Hangup
