"""A caller whom the helper's own rules do not let in: what polkit's answer, and its absence, lead to."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Coroutine
from typing import Any, cast

from helper.daemon.actor import Actor, Allowance
from helper.daemon.client_session import ClientSession
from helper.daemon.connections import Connections
from helper.daemon.polkit import Polkit
from helper.protocol.framing import encode
from helper.protocol.helper_messages import HELPER_PROTOCOL_VERSION, Answer, Hello, RefusalCode, Welcome
from helper.protocol.message_socket import MessageSocket

STRANGER = Actor(pid=1, uid=54321, gid=54321, started=1)


class Nobody(Allowance):
    def allows(self, actor: Actor) -> bool:
        return False


class NoConnections:
    def release(self, holder: object) -> None:
        pass


def session(sock: socket.socket, permission: Callable[[Actor], Coroutine[Any, Any, bool]]) -> ClientSession:
    return ClientSession(sock, STRANGER, Nobody(), cast(Connections, NoConnections()), permission=permission)


async def answer_to(permission: Callable[[Actor], Coroutine[Any, Any, bool]]) -> object:
    ours, theirs = socket.socketpair()
    client: MessageSocket[Answer] = MessageSocket(ours, Answer)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(session(theirs, permission).run())
        await client.send(cast(Any, Hello(HELPER_PROTOCOL_VERSION)))
        answer = await client.receive()
        client.close()
    return answer


async def test_polkits_word_counts() -> None:
    async def yes(actor: Actor) -> bool:
        return actor == STRANGER

    async def no(_: Actor) -> bool:
        return False

    assert isinstance(await answer_to(yes), Welcome)
    assert getattr(await answer_to(no), "code", None) is RefusalCode.NOT_ALLOWED


async def test_who_leaves_takes_the_prompt_along() -> None:
    asked, ended = asyncio.Event(), asyncio.Event()

    async def prompt(_: Actor) -> bool:
        asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return True

    ours, theirs = socket.socketpair()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(session(theirs, prompt).run())
        ours.send(encode(Hello(HELPER_PROTOCOL_VERSION)))
        await asked.wait()
        ours.close()
        async with asyncio.timeout(5):
            await ended.wait()


async def test_without_a_bus_nobody_is_let_in() -> None:
    assert not await Polkit(bus="unix:path=/nonexistent/bus").allows(STRANGER)


async def test_a_caller_that_has_gone_is_not_asked_about() -> None:
    assert not await Polkit(bus="unix:path=/nonexistent/bus").allows(Actor(1, 54321, 54321))
