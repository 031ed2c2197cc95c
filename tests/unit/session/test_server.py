"""Server and client over real sockets: connections, who is served, and which versions."""

from __future__ import annotations

import os
import stat
from contextlib import aclosing

import msgspec
import pytest

from app.domain import connection as c
from app.domain.errors import ErrorCode, KubeferryError
from app.platform import paths
from app.session import messages as m
from app.session import server as server_module
from app.session.client import SessionClient
from app.session.server import MAX_OUTBOX, Outbox
from helper.protocol.framing import encode
from tests.unit.session.raw_client import Raw
from tests.unit.session.running_session import running


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


def test_a_client_that_does_not_read_is_let_go() -> None:
    outbox = Outbox()
    for _ in range(MAX_OUTBOX + 1):
        outbox.add(m.Done())
    assert outbox.overflowed
    assert len(outbox.messages) == MAX_OUTBOX


def test_messages_carry_every_state() -> None:
    for kind in m.StateKind:
        status = m.Status(kind, problem=m.ProblemInfo(ErrorCode.INTERNAL, {"a": "b"}))
        assert msgspec.json.decode(msgspec.json.encode(m.StatusIs(status)), type=m.FromSession) == m.StatusIs(status)
