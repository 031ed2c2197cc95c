from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication

from app.controllers import traffic as module
from app.controllers.flow_book import KEPT_S, FlowBook, rates_by_workload
from app.controllers.kube_names import KubeNames
from app.controllers.scope import Scope
from app.controllers.traffic import TrafficController
from app.controllers.traffic_views import NamesNote
from app.controllers.views import ConnectionView, Phase
from app.domain.errors import ErrorCode, KubeferryError
from app.domain.flow_names import Place, PlaceKind
from app.session import intercept_messages as im
from app.session import messages as m
from helper.protocol.intercepts import RequestBatch, RequestRecord, Verdict, Workload
from helper.protocol.worker_messages import Flow
from tests.gui.test_controllers import Heard
from tests.gui.traffic_data import RATINGS, REVIEWS, RULE, FakeTraffic, mesh, statistics

UP = ConnectionView(Phase.CONNECTED, "staging-eu", "shop")
DOWN = ConnectionView(Phase.DISCONNECTED)
_WORKLOAD = Workload(*REVIEWS)
_OUT = Flow(6, "10.240.0.2", 40001, "10.96.0.1", 80, 100, 3000)
_IN = Flow(6, "10.240.0.2", 8080, "10.240.0.9", 50000, 700, 90)


@pytest.fixture
async def scope(qapp: QCoreApplication) -> AsyncIterator[Scope]:
    bugs: list[Exception] = []
    async with Scope(bugs.append) as scope:
        yield scope
    assert not bugs


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_S", 0.0)
    monkeypatch.setattr(module, "NAMES_PAUSE_S", 0.0)
    monkeypatch.setattr(module, "NAMES_RETRY_S", 0.0)


def _record(number: int, **fields: Any) -> RequestRecord:
    told = {"verdict": Verdict.CLUSTER, "port": 9080, **fields}
    return RequestRecord(float(number), "GET", f"/{number}", "reviews", "HTTP/1.1", 200, 0.01, **told)


def _seen(*records: RequestRecord, seen: int | None = None, pod: str = "reviews-1") -> im.RequestsSeen:
    return im.RequestsSeen(RequestBatch(_WORKLOAD, pod, len(records) if seen is None else seen, records))


async def _told(session: FakeTraffic, kind: type[m.Request]) -> m.Request:
    async with asyncio.timeout(2):
        while True:
            request = await session.told.get()
            if isinstance(request, kind):
                return request


async def test_own_meshes_are_watched_and_the_selected_one_instead(scope: Scope) -> None:
    session = FakeTraffic()
    traffic = TrafficController(scope, session)
    watched = Heard(traffic.watched_changed)
    other = mesh(RATINGS, mine=False, intercept_id="b" * 12)
    proxy = mesh(("StatefulSet", "shop", "mysql"), mode="proxy", intercept_id="c" * 12)
    traffic.follow((), (mesh(), other, proxy))
    assert await watched.next() == (REVIEWS,)
    traffic.show_connection(UP)
    assert await _told(session, im.WatchTraffic) == im.WatchTraffic((_WORKLOAD,))
    traffic.follow((RATINGS, ("Pod", "shop", "unknown")), (mesh(), other, proxy))
    assert await watched.next() == (RATINGS,)
    assert await _told(session, im.WatchTraffic) == im.WatchTraffic((Workload(*RATINGS),))
    traffic.follow((proxy.key,), (proxy,))
    assert await watched.next() == ()
    assert traffic.watched == ()


async def test_requests_are_gathered_and_know_whose_rule_took_them(scope: Scope) -> None:
    session = FakeTraffic()
    traffic = TrafficController(scope, session)
    seen = Heard(traffic.requests_seen)
    traffic.follow((), (mesh(),))
    traffic.show_connection(UP)
    session.say(_seen(_record(1), seen=41))
    headers = (("x-user", "alice"),)
    session.say(_seen(_record(2, verdict=Verdict.LAPTOP, intercept_id=RULE, headers=headers), pod="reviews-2"))
    rows, skipped = await seen.next()
    assert [(row.path, row.pod, row.verdict) for row in rows] == [
        ("/1", "reviews-1", "cluster"),
        ("/2", "reviews-2", "laptop"),
    ]
    assert (rows[1].owner, rows[1].rule, rows[1].mine, rows[1].headers) == ("alice", "x-user = alice", True, headers)
    assert (rows[0].owner, rows[0].workload) == ("", REVIEWS)
    assert skipped == 40


async def test_flows_are_told_with_rates_and_end_with_the_connection(scope: Scope) -> None:
    session = FakeTraffic()
    traffic = TrafficController(scope, session)
    flows, rates = Heard(traffic.flows_changed), Heard(traffic.rates_changed)
    traffic.follow((), (mesh(),))
    traffic.show_connection(UP)
    session.say(m.StatisticsChanged(statistics(1.0, _OUT, _IN)))
    first, second = await flows.next()
    assert (first.address, first.port, first.incoming, first.down_bytes_s) == ("10.96.0.1", 80, False, 3000.0)
    assert (str(second.place), second.place.kind, second.incoming) == ("reviews.shop", PlaceKind.INTERCEPT, True)
    assert await rates.next() == {REVIEWS: 790.0}
    traffic.show_connection(DOWN)
    assert await flows.next() == ()
    assert await rates.next() == {}


@pytest.mark.usefixtures("quick")
async def test_a_session_that_goes_is_asked_again(scope: Scope) -> None:
    session = FakeTraffic()
    traffic = TrafficController(scope, session)
    seen = Heard(traffic.requests_seen)
    traffic.show_connection(UP)
    session.say(KubeferryError(ErrorCode.SESSION_FAILED, problem="it ended"))
    session.say(_seen(_record(1)))
    rows, _ = await seen.next()
    assert len(rows) == 1
    assert session.conversations == 2


class FakeNames:
    def __init__(self) -> None:
        self.places: dict[str, Place] = {}
        self.is_forbidden = False
        self.asked: list[str] = []
        self.opened: list[tuple[str, str | None]] = []
        self.failure: KubeferryError | None = None

    @asynccontextmanager
    async def open(self, context: str, namespace: str | None) -> AsyncIterator[FakeNames]:
        self.opened.append((context, namespace))
        yield self

    def find(self, address: str) -> Place | None:
        return self.places.get(address)

    async def learn(self, addresses: Iterable[str]) -> bool:
        self.asked += addresses
        failure, self.failure = self.failure, None
        if failure is not None:
            raise failure
        if "10.96.0.1" in self.asked and not self.places:
            self.places = {"10.96.0.1": Place(PlaceKind.SERVICE, "reviews", "shop", REVIEWS)}
            return True
        return False


@pytest.mark.usefixtures("quick")
async def test_flows_get_their_names(scope: Scope) -> None:
    session, names = FakeTraffic(), FakeNames()
    traffic = TrafficController(scope, session, names)
    flows, rates = Heard(traffic.flows_changed), Heard(traffic.rates_changed)
    traffic.show_connection(UP)
    session.say(m.StatisticsChanged(statistics(1.0, _OUT)))
    (row,) = await flows.next()
    assert row.place == Place(PlaceKind.ADDRESS, "10.96.0.1")
    (row,) = await flows.next()
    assert str(row.place) == "reviews.shop"
    assert await rates.next() == {}
    session.say(m.StatisticsChanged(statistics(2.0, _OUT)))
    assert await rates.next() == {REVIEWS: 3100.0}  # one figure a second, and none because of the name
    assert names.opened == [("staging-eu", "shop")]


async def test_names_are_asked_for_with_the_users_kubeconfig(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text(
        "{apiVersion: v1, kind: Config, contexts: [{name: one, context: {cluster: c}}],"
        ' clusters: [{name: c, cluster: {server: "http://127.0.0.1:1"}}]}'
    )
    async with KubeNames({"KUBECONFIG": str(config)}).open("one", "shop") as names:
        assert names.find("10.96.0.1") is None
        with pytest.raises(KubeferryError):
            await names.learn(["10.96.0.1"])


@pytest.mark.usefixtures("quick")
async def test_why_there_are_no_names_is_told(scope: Scope) -> None:
    names = FakeNames()
    names.failure = KubeferryError(ErrorCode.API_UNREACHABLE, server="https://x", problem="refused")
    traffic = TrafficController(scope, FakeTraffic(), names)
    notes = Heard(traffic.names_changed)
    traffic.show_connection(UP)
    assert await notes.next() is NamesNote.UNREACHABLE
    assert await notes.next() is NamesNote.NONE
    names.is_forbidden = True
    assert await notes.next() is NamesNote.FORBIDDEN


def test_seconds_are_added_up_and_idle_rows_go() -> None:
    book = FlowBook()
    book.count([_OUT], 1.0)
    book.count([_OUT, Flow(6, "10.240.0.2", 40002, "10.96.0.1", 80, 0, 1000)], 3.0)
    (row,) = book.rows()
    assert (row.down_bytes_s, row.down_bytes, row.up_bytes, row.connections, row.age_s) == (2000.0, 7000, 200, 2, 2.0)
    book.count([], 4.0)
    assert book.rows()[0].down_bytes_s == 0.0
    book.count([], 3.5 + KEPT_S)
    assert book.rows() == ()
    assert book.addresses == ()


@pytest.mark.parametrize(
    ("flow", "port", "protocol", "incoming"),
    [
        (Flow(17, "10.240.0.2", 40000, "10.96.0.10", 53, 1, 1), 53, "UDP", False),
        (Flow(1, "10.240.0.2", 0, "10.96.0.10", 0, 1, 1), 0, "ICMP", False),
        (Flow(6, "10.240.0.2", 8080, "10.244.0.1", 9080, 1, 1), 8080, "TCP", True),
        (Flow(47, "10.240.0.2", 0, "10.96.0.10", 0, 1, 1), 0, "47", False),
    ],
)
def test_which_end_serves(flow: Flow, port: int, protocol: str, incoming: bool) -> None:
    book = FlowBook()
    book.count([flow], 1.0)
    (row,) = book.rows()
    assert (row.port, row.protocol, row.incoming) == (port, protocol, incoming)
    assert rates_by_workload([row]) == {}
