"""The server and clients that send anything."""

from __future__ import annotations

import struct

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.session import intercept_messages as im
from app.session import messages as m
from app.session.client import SessionClient
from helper.protocol.framing import MAX_MESSAGE_BYTES, encode
from helper.protocol.intercepts import Workload
from tests.unit.session.raw_client import Raw
from tests.unit.session.running_session import running

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
