"""What the page of the connection's details is told."""

from __future__ import annotations

import asyncio
from typing import Any

from app.controllers.connection import ConnectionController
from app.controllers.diagnosis import ROUND_TRIPS_S
from app.controllers.scope import Scope
from app.controllers.views import ConnectionView, Phase
from app.domain.errors import ErrorCode, KubeferryError
from app.session import messages as m
from helper.protocol.worker_messages import ProbeReport
from tests.gui.diagnosis.bench import FACTS, Heard, Session, controller, statistics, status
from tests.gui.fakes import FakeSession


async def test_the_connections_news_reach_it(scope: Scope) -> None:
    session = FakeSession()
    connection = ConnectionController(scope, session, session.watch, lambda _context, _namespace: ())
    diagnosis = controller(scope)
    connection.heard.connect(diagnosis.hear)
    details = Heard(diagnosis.details_changed)
    connection.start()
    session.say(m.Snapshot(status(m.StateKind.CONNECTED, since=900.0), None, ()))
    view = await details.next()
    assert (view.phase, view.context, view.subnets, view.lanes) == (Phase.CONNECTED, "staging-eu", FACTS.subnets, 1)
    assert view.match_domains == ("cluster.local", "svc", "pod", "shop", "payments")
    assert view.search_domains[0] == "shop.svc.cluster.local"
    assert view.resolver == ""


async def test_the_last_probe_is_asked_for(scope: Scope) -> None:
    session = Session()
    diagnosis = controller(scope, session)
    details = Heard(diagnosis.details_changed)
    probed = status(m.StateKind.CONNECTED, probe=ProbeReport(True, 0.012, None), probed_at=990.0)
    session.answers.append(m.StatusIs(probed))
    diagnosis.refresh_details()
    probe = (await details.next()).probe
    assert (probe.is_ok, probe.dns_s, probe.tcp_s, probe.at) == (True, 0.012, None, 990.0)
    session.answers.append(KubeferryError(ErrorCode.SESSION_FAILED, problem="it ended"))
    diagnosis.refresh_details()
    await asyncio.sleep(0)
    assert details.nothing()


async def test_round_trips_are_kept_for_five_minutes_and_of_one_connection(scope: Scope) -> None:
    diagnosis = controller(scope)
    heard: list[Any] = []
    diagnosis.round_trips_changed.connect(heard.append)
    diagnosis.hear(m.Snapshot(status(m.StateKind.CONNECTED), None, ()))
    for _ in range(ROUND_TRIPS_S + 5):
        diagnosis.hear(statistics(0.01))
    diagnosis.hear(statistics(None))
    assert len(heard[-1]) == ROUND_TRIPS_S
    assert [sample.rtt_s for sample in heard[-1][-2:]] == [0.01, None]
    diagnosis.hear(m.StatusChanged(status(m.StateKind.CONNECTED, facts=m.Facts(context="b", connection_id="c2"))))
    assert heard[-1] == ()


async def test_a_session_that_is_gone_has_said_nothing(scope: Scope) -> None:
    diagnosis = controller(scope)
    diagnosis.hear(m.Snapshot(status(m.StateKind.CONNECTED), None, ()))
    details = Heard(diagnosis.details_changed)
    diagnosis.show_connection(ConnectionView(Phase.CONNECTED))
    assert details.nothing()
    diagnosis.show_connection(ConnectionView(Phase.FAILED))
    assert not (await details.next()).is_known
