"""The real session process against 1,322 messages of 19 kinds by clients that have said hello: it lives, serves the
next one, keeps no descriptor and no memory, and logs no fault."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.platform import launch, paths
from app.session import intercept_messages as im
from app.session import messages as m
from app.session.client import SessionClient
from helper.protocol.framing import encode
from helper.protocol.intercepts import Workload
from tests.unit.protocol.hostile_bytes import Thrower, open_descriptors, settle, throw_at

SEED = 20_251_125
OF_EACH = 73
MAX_GROWTH_KIB = 12 * 1024
HELLO = m.Hello(m.SESSION_PROTOCOL_VERSION)
HONEST = (
    m.Cancel(1),
    m.GetStatus(),
    m.Subscribe(),
    HELLO,
    im.PlanIntercept(im.Wish(Workload("Deployment", "shop", "reviews"))),
    im.CancelOperation(1),
    im.WatchTraffic((Workload("Deployment", "shop", "reviews"),)),
)


@pytest.fixture
def session() -> Iterator[int]:
    """Its pid."""
    launch._started.clear()
    launch.start_session()
    (process,) = launch._started
    yield process.pid
    process.terminate()
    assert process.wait(10) == 0


def _resident_kib(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def _serves() -> bool:
    async def ask() -> m.Answer:
        client = SessionClient()
        try:
            return await client.request(m.GetStatus())
        finally:
            client.close()

    return isinstance(asyncio.run(ask()), m.StatusIs)


def test_whatever_is_thrown(session: int) -> None:
    assert _serves()
    descriptors, resident = open_descriptors(session), _resident_kib(session)
    counts: Counter[str] = Counter()
    for thrown in Thrower(HONEST, SEED).throw(OF_EACH):
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(10)
            sock.connect(str(paths.session_socket()))
            throw_at(sock, thrown, encode(HELLO))
        counts[thrown.kind] += 1
    print(f"{counts.total()} messages of {len(counts)} kinds; {_resident_kib(session) - resident} KiB more memory")
    assert _serves()
    assert settle(session, descriptors) <= descriptors
    assert _resident_kib(session) - resident < MAX_GROWTH_KIB
    log = paths.session_log().read_text()
    assert "Traceback" not in log
    assert max(map(len, log.splitlines()), default=0) < 1000
    assert (counts.total(), len(counts)) == (18 * OF_EACH + 8, 19)
