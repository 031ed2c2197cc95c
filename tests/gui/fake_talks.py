"""A session that plays its part in conversations: what it answers and what it then tells is put in by the test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

from app.domain.errors import KubeferryError
from app.session import intercept_messages as im
from app.session import messages as m


class FakeTalk:
    """One socket. `closed`: the client let it go."""

    def __init__(self, answers: list[m.Answer | KubeferryError]) -> None:
        self._answers = answers
        self._events: asyncio.Queue[m.Event | KubeferryError] = asyncio.Queue()
        self.requests: list[m.Request] = []
        self.closed = False

    def say(self, event: m.Event | KubeferryError) -> None:
        self._events.put_nowait(event)

    async def request(self, request: m.Request, /) -> m.Answer:
        self.requests.append(request)
        if isinstance(request, m.Subscribe | im.WatchTraffic):
            return m.Done()
        answer = self._answers.pop(0)
        if isinstance(answer, KubeferryError):
            raise answer
        return answer

    async def tell(self, request: m.Request, /) -> None:
        self.requests.append(request)

    async def events(self) -> AsyncGenerator[m.Event, None]:
        while True:
            event = await self._events.get()
            if isinstance(event, KubeferryError):
                raise event
            yield event


class FakeTalks:
    """`answers`: to what conversations ask for, in order (who only listens gets its Done). `replies`: to requests
    outside of conversations, by their type."""

    def __init__(self) -> None:
        self.answers: list[m.Answer | KubeferryError] = []
        self.replies: dict[type[m.Request], m.Answer | KubeferryError] = {}
        self.talks: list[FakeTalk] = []
        self.requests: list[m.Request] = []

    async def request(self, request: m.Request, /) -> m.Answer:
        self.requests.append(request)
        answer = self.replies[type(request)]
        if isinstance(answer, KubeferryError):
            raise answer
        return answer

    @asynccontextmanager
    async def conversation(self) -> AsyncIterator[FakeTalk]:
        talk = FakeTalk(self.answers)
        self.talks.append(talk)
        try:
            yield talk
        finally:
            talk.closed = True
