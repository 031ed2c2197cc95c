"""Requests, flows and a session that tells them, for the tests of the traffic dock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from app.controllers.intercept_views import Health, InterceptRow, Key
from app.controllers.traffic_views import FlowRow, RequestRow
from app.domain.errors import KubeferryError
from app.domain.flow_names import Place, PlaceKind
from app.session import messages as m
from helper.protocol.worker_messages import Flow, Statistics

REVIEWS: Key = ("Deployment", "shop", "reviews")
RATINGS: Key = ("Deployment", "shop", "ratings")
RULE = "a" * 12


def request_row(number: int = 0, **changes: Any) -> RequestRow:
    row = RequestRow(
        time=1_800_000_000.0 + number,
        method="GET",
        path=f"/api/{number}",
        status=200,
        duration_s=0.012,
        verdict="cluster",
        workload=REVIEWS,
        pod="reviews-1",
        host="reviews:9080",
        protocol="HTTP/1.1",
        port=9080,
    )
    return msgspec.structs.replace(row, **changes)


def laptop_row(number: int = 0, **changes: Any) -> RequestRow:
    fields = {"verdict": "laptop", "intercept_id": RULE, "rule": "x-user = alice", "owner": "alice", "mine": True}
    return request_row(number, **{**fields, **changes})


def mesh(key: Key = REVIEWS, *, mine: bool = True, intercept_id: str = RULE, **changes: Any) -> InterceptRow:
    fields: dict[str, Any] = {
        **{"intercept_id": intercept_id, "key": key, "mode": "mesh", "rule": "x-user = alice"},
        **{"ports": ("9080:8080",), "other_ports": False, "owner": "alice", "mine": mine, "since": 0.0},
        "health": Health.ACTIVE,
    }
    return InterceptRow(**{**fields, **changes})


def flow_row(name: str = "reviews", down: float = 1000.0, **changes: Any) -> FlowRow:
    fields: dict[str, Any] = {
        **{"place": Place(PlaceKind.SERVICE, name, "shop", REVIEWS), "address": f"10.96.0.{len(name)}", "port": 9080},
        **{"protocol": "TCP", "incoming": False, "down_bytes_s": down, "up_bytes_s": 10.0, "down_bytes": 5000},
        **{"up_bytes": 100, "age_s": 12.0},
    }
    return FlowRow(**{**fields, **changes})


def statistics(time: float, *flows: Flow) -> Statistics:
    return Statistics(time, 0, 0, 0, 0, 0, 0.01, 0, 0, flows)


class FakeTraffic:
    """Structurally SessionClient. `say` is what conversations hear; an error ends the one that hears it."""

    def __init__(self) -> None:
        self.asked: list[m.Request] = []
        self.told: asyncio.Queue[m.Request] = asyncio.Queue()
        self.conversations = 0
        self._events: asyncio.Queue[m.Event | KubeferryError] = asyncio.Queue()

    def say(self, event: m.Event | KubeferryError) -> None:
        self._events.put_nowait(event)

    @asynccontextmanager
    async def conversation(self) -> AsyncIterator[FakeTraffic]:
        self.conversations += 1
        yield self

    async def request(self, request: m.Request, /) -> m.Answer:
        self.asked.append(request)
        self.told.put_nowait(request)
        return m.Done()

    async def tell(self, request: m.Request, /) -> None:
        self.told.put_nowait(request)

    async def events(self) -> AsyncGenerator[m.Event, None]:
        while True:
            event = await self._events.get()
            if isinstance(event, KubeferryError):
                raise event
            yield event
