"""Server and both clients over real sockets, on attempts that do what the test says."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
import struct
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain import connection as c
from app.domain.errors import ErrorCode, KubeferryError
from app.platform import paths
from app.session import intercept_messages as im
from app.session import messages as m
from app.session import server as server_module
from app.session.blocking_client import BlockingSession
from app.session.client import SessionClient
from app.session.hub import Hub
from app.session.rendezvous import wait_until_gone
from app.session.runner import Attempt, AttemptContext, Runner
from app.session.server import MAX_OUTBOX, Outbox, Server, listen
from helper.protocol.framing import MAX_MESSAGE_BYTES, encode
from helper.protocol.intercepts import RequestBatch, Workload
from tests.unit.session.fakes import FakeKeeper, im_problem, intercept_info
from tests.unit.session.test_runner import FakeAttempt


class Running:
    def __init__(self) -> None:
        self.attempts: list[FakeAttempt] = []
        self.runner = Runner(Hub(), self._make)
        self.server = Server(self.runner)

    def _make(self, context: AttemptContext) -> Attempt:
        self.attempts.append(FakeAttempt(context, None))
        return self.attempts[-1]

    async def until(self, kind: type[c.State]) -> None:
        changed = asyncio.Event()

        def notice(_: m.Event) -> None:
            changed.set()

        self.runner.hub.add(notice)
        async with asyncio.timeout(5):
            while not isinstance(self.runner.state, kind):
                changed.clear()
                await changed.wait()
        self.runner.hub.remove(notice)


@asynccontextmanager
async def running() -> AsyncIterator[Running]:
    made = Running()
    listener = listen()
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(made.runner.run()), group.create_task(made.server.run(listener))]
            await made.runner.started.wait()
            try:
                yield made
            finally:
                for task in tasks:
                    task.cancel()
    finally:
        listener.close()


async def test_socket_is_private() -> None:
    async with running():
        assert stat.S_IMODE(paths.session_socket().stat().st_mode) == 0o600
        assert stat.S_IMODE(paths.runtime_dir().stat().st_mode) == 0o700


async def test_connect_watch_disconnect() -> None:
    async with running() as made:
        client = SessionClient()
        async with aclosing(client.watch()) as events:
            first = await anext(events)
            assert isinstance(first, m.Snapshot)
            assert first.status.state is m.StateKind.DISCONNECTED
            assert await client.request(m.Connect(context="one")) == m.Accepted(1)
            assert await client.request(m.Connect(context="one")) == m.Accepted(1, already=True)
            changed = await anext(events)
            assert isinstance(changed, m.StatusChanged)
            assert (changed.status.state, changed.status.attempt) == (m.StateKind.CONNECTING, 1)
            await made.until(c.Connecting)
            made.runner.post(c.ProbePassed(1, 1.0))
            changed = await anext(events)
            assert isinstance(changed, m.StatusChanged)
            assert changed.status.state is m.StateKind.CONNECTED
        client.close()
        answer = await client.request(m.GetStatus())
        assert isinstance(answer, m.StatusIs)
        assert answer.status.state is m.StateKind.CONNECTED, "a connection outlives who asked for it"
        assert await client.request(m.Disconnect()) == m.Done()
        await made.until(c.Disconnected)
        client.close()


async def test_an_attempt_ends_with_its_client() -> None:
    async with running() as made:
        client = SessionClient()
        await client.request(m.Connect(context="one"))
        await made.until(c.Connecting)
        client.close()
        await made.until(c.Disconnected)


async def test_cancel() -> None:
    async with running() as made:
        client = SessionClient()
        await client.request(m.Connect(context="one"))
        await client.request(m.Cancel(99))
        assert isinstance(made.runner.state, c.Connecting)
        await client.request(m.Cancel(1))
        await made.until(c.Disconnected)
        client.close()


async def test_refusals_have_a_code() -> None:
    async with running():
        client = SessionClient()
        with pytest.raises(KubeferryError) as caught:
            await client.request(m.Connect(include=("nonsense",)))
        assert caught.value.code is ErrorCode.INVALID_OPTION
        client.close()


async def test_shutdown_is_asked_for() -> None:
    async with running() as made:
        client = SessionClient()
        await client.request(m.Shutdown())
        assert made.server.ended.is_set()
        client.close()


async def test_blocking_client() -> None:
    def use() -> list[str]:
        session = BlockingSession.open(start=False)
        assert session is not None
        with session:
            session.request(m.Subscribe())
            session.request(m.Connect(context="one"))
            names = []
            for event in session.events():
                names.append(type(event).__name__)
                if isinstance(event, m.StatusChanged):
                    break
            session.set_timeout(0.01)
            with pytest.raises(TimeoutError):
                next(session.events())
            return names

    async with running():
        assert await asyncio.to_thread(use) == ["Snapshot", "StatusChanged"]


async def test_nobody_listens() -> None:
    assert BlockingSession.open(start=False) is None
    async with running():
        pass
    assert BlockingSession.open(start=False) is None


async def test_another_user_gets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "peer_uid", lambda _: os.getuid() + 1)
    async with running():
        client = SessionClient()
        with pytest.raises(KubeferryError):
            await client.request(m.GetStatus())


async def test_other_version_is_refused() -> None:
    async with running():
        raw = Raw()
        assert await raw.exchange(encode(m.Hello(99))) == [
            m.Refused(m.ProblemInfo(ErrorCode.SESSION_VERSION)),
        ]


async def test_an_idle_session_gives_way_to_another_version() -> None:
    async with running() as made:
        await Raw().exchange(encode(m.Hello(99)))
        assert made.server.ended.is_set()


async def test_a_session_that_holds_a_connection_stays() -> None:
    async with running() as made:
        client = SessionClient()
        await client.request(m.Connect(context="one"))
        await made.until(c.Connecting)
        await Raw().exchange(encode(m.Hello(99)))
        assert not made.server.ended.is_set()
        client.close()


async def test_a_client_waits_until_the_other_version_has_gone() -> None:
    async with running():
        assert not await asyncio.to_thread(wait_until_gone, 0.1)
    paths.session_socket().unlink()
    assert await asyncio.to_thread(wait_until_gone, 0.1)


class Raw:
    """A peer that sends what it likes, and reads until the session hangs up."""

    async def exchange(self, data: bytes) -> list[m.FromSession]:
        from helper.protocol.framing import MessageDecoder

        reader, writer = await asyncio.open_unix_connection(str(paths.session_socket()))
        writer.write(data)
        writer.write_eof()
        async with asyncio.timeout(5):
            try:
                answer = await reader.read()
            except ConnectionResetError:
                answer = b""
        writer.close()
        decoder: MessageDecoder[m.FromSession] = MessageDecoder(m.FromSession)
        return decoder.feed(answer)


HELLO = encode(m.Hello(m.SESSION_PROTOCOL_VERSION))
REQUESTS = [
    m.Cancel(1),
    m.GetStatus(),
    m.Subscribe(),
    m.Hello(m.SESSION_PROTOCOL_VERSION),
    im.PlanIntercept(im.Wish(Workload("Deployment", "shop", "reviews"))),
    im.StartIntercept(im.Wish(Workload("Deployment", "shop", "reviews"))),
    im.Leave(),
    im.CancelOperation(1),
    im.WatchTraffic(()),
]


def mutated() -> st.SearchStrategy[bytes]:
    """Whole messages, broken ones, and their lengths changed."""
    whole = st.sampled_from(REQUESTS).map(encode)
    broken = st.tuples(whole, st.integers(0, 60), st.integers(0, 255)).map(
        lambda pick: pick[0][: pick[1]] + bytes([pick[2]]) + pick[0][pick[1] + 1 :]
    )
    lengths = st.integers(0, 2**32 - 1).map(lambda size: struct.pack(">I", size))
    return st.lists(st.one_of(whole, broken, lengths, st.binary(max_size=40)), max_size=6).map(b"".join)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(greeted=st.booleans(), data=mutated())
async def test_fuzz(greeted: bool, data: bytes) -> None:
    """Whatever a client sends: it is answered in the protocol or let go, and the next one is served."""
    async with running():
        await Raw().exchange((HELLO if greeted else b"") + data)
        client = SessionClient()
        assert isinstance(await client.request(m.GetStatus()), m.StatusIs)
        client.close()


async def test_oversized_message_is_refused_at_once() -> None:
    async with running():
        assert await Raw().exchange(struct.pack(">I", MAX_MESSAGE_BYTES + 1)) == []


def test_a_client_that_does_not_read_is_let_go() -> None:
    outbox = Outbox()
    for _ in range(MAX_OUTBOX + 1):
        outbox.add(m.Done())
    assert outbox.overflowed
    assert len(outbox.messages) == MAX_OUTBOX


async def test_client_survives_a_session_that_ends() -> None:
    client = SessionClient()
    async with running():
        await client.request(m.GetStatus())
    async with running():
        with pytest.raises(KubeferryError):
            await client.request(m.GetStatus())
        assert isinstance(await client.request(m.GetStatus()), m.StatusIs)
    client.close()


async def test_a_session_that_speaks_something_else() -> None:
    listener = listen()
    listener.setblocking(True)

    def talk() -> None:
        sock, _ = listener.accept()
        sock.recv(100)
        sock.sendall(struct.pack(">I", 2) + b"{}")
        sock.close()

    with listener:
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.to_thread(talk))
            with pytest.raises(KubeferryError) as caught:
                await SessionClient().request(m.GetStatus())
        assert caught.value.code is ErrorCode.SESSION_VERSION
        assert isinstance(listener, socket.socket)


def test_messages_carry_every_state() -> None:
    for kind in m.StateKind:
        status = m.Status(kind, problem=m.ProblemInfo(ErrorCode.INTERNAL, {"a": "b"}))
        assert msgspec.json.decode(msgspec.json.encode(m.StatusIs(status)), type=m.FromSession) == m.StatusIs(status)


REVIEWS = Workload("Deployment", "shop", "reviews")
WISH = im.Wish(REVIEWS)
INTERCEPT_REQUESTS: list[m.Request] = [
    im.PlanIntercept(WISH),
    im.StartIntercept(WISH),
    im.Leave(),
    im.CancelOperation(1),
    im.ListIntercepts(),
    im.WatchTraffic((REVIEWS,)),
    im.PlanRepair(),
    im.Repair(),
]


@pytest.mark.parametrize("request_", INTERCEPT_REQUESTS, ids=lambda request: type(request).__name__)
async def test_without_a_connection_there_are_no_intercepts(request_: m.Request) -> None:
    async with running():
        client = SessionClient()
        with pytest.raises(KubeferryError) as caught:
            await client.request(request_)
        assert caught.value.code is ErrorCode.NOT_CONNECTED
        client.close()


async def test_questions_about_intercepts_are_answered() -> None:
    async with running() as made:
        made.runner.desk.keeper = keeper = FakeKeeper(listed=(intercept_info(),))
        client = SessionClient()
        assert await client.request(im.PlanIntercept(WISH)) == keeper.plan_answer
        assert await client.request(im.ListIntercepts()) == im.InterceptList((intercept_info(),))
        assert await client.request(im.PlanRepair("shop")) == keeper.repair_answer
        keeper.plan_answer = KubeferryError(ErrorCode.API_FORBIDDEN, verb="patch")
        with pytest.raises(KubeferryError) as caught:
            await client.request(im.PlanIntercept(WISH))
        assert caught.value.code is ErrorCode.API_FORBIDDEN
        client.close()


def blocking() -> BlockingSession:
    session = BlockingSession.open(start=False)
    assert session is not None
    return session


async def test_an_operation_tells_its_client_how_it_goes() -> None:
    def use() -> list[m.Event]:
        with blocking() as session:
            assert session.request(im.StartIntercept(WISH)) == im.OperationAccepted(1)
            assert session.request(im.Leave()) == im.OperationAccepted(2)
            told = []
            for event in session.events():
                told.append(event)
                if isinstance(event, im.WorkloadsRestored):
                    break
            return told

    async with running() as made:
        made.runner.desk.keeper = keeper = FakeKeeper()
        keeper.ends[im.StartIntercept] = im.InterceptDone(0, intercept_info(), 2)
        keeper.ends[im.Leave] = im.WorkloadsRestored(0, (im.Restored("deployment/reviews", "shop", True),))
        told = await asyncio.to_thread(use)
        kinds = [type(event).__name__ for event in told]
        assert kinds == ["InterceptProgress", "InterceptDone", "InterceptProgress", "WorkloadsRestored"]


async def test_an_operation_is_undone_when_its_client_goes() -> None:
    async with running() as made:
        made.runner.desk.keeper = keeper = FakeKeeper()
        client, other = SessionClient(), SessionClient()
        accepted = await client.request(im.StartIntercept(WISH))
        assert isinstance(accepted, im.OperationAccepted)
        await other.request(im.CancelOperation(accepted.operation))
        assert keeper.cancelled == [], "it is another client's"
        client.close()
        async with asyncio.timeout(5):
            while accepted.operation not in keeper.cancelled:  # noqa: ASYNC110
                await asyncio.sleep(0.001)
        other.close()


async def test_an_operation_is_called_off() -> None:
    def use() -> m.Event:
        with blocking() as session:
            accepted = session.request(im.StartIntercept(WISH))
            assert isinstance(accepted, im.OperationAccepted)
            assert session.request(im.CancelOperation(accepted.operation)) == m.Done()
            return next(event for event in session.events() if not isinstance(event, im.InterceptProgress))

    async with running() as made:
        made.runner.desk.keeper = FakeKeeper()
        assert await asyncio.to_thread(use) == im.InterceptFailed(1, im_problem(ErrorCode.CANCELLED))


async def test_requests_are_told_to_who_watches_until_it_goes() -> None:
    batch = RequestBatch(REVIEWS, "reviews-1", 3, ())

    def use() -> m.Event:
        with blocking() as session:
            session.request(im.WatchTraffic((REVIEWS,)))
            return next(session.events())

    async with running() as made:
        made.runner.desk.keeper = keeper = FakeKeeper()
        async with asyncio.TaskGroup() as group:
            seen = group.create_task(asyncio.to_thread(use))
            async with asyncio.timeout(5):
                while not keeper.watchers:  # noqa: ASYNC110
                    await asyncio.sleep(0.001)
            for watcher in keeper.watchers:
                watcher(batch)
        assert seen.result() == im.RequestsSeen(batch)
        async with asyncio.timeout(5):
            while keeper.watchers:  # noqa: ASYNC110
                await asyncio.sleep(0.001)
