"""A feed's server that means ill has no key: what it sends is no feed, however it is made."""

from __future__ import annotations

import pytest

from app.platform.release_feed import MAX_BYTES, FeedFault
from tests.unit.platform.test_release_feed import KEY, envelope, fault_of, payload, read


@pytest.mark.parametrize(
    "text",
    [
        b'{"x":' + b"[" * (MAX_BYTES - 10),
        b'{"payload":"\xff","signatures":[]}',
        b'{"payload":"\\ud800","signatures":[]}',
        b'{"payload":"","signatures":[' + b'{"key":"k","signature":"s"},' * 16 + b'{"key":"k","signature":"s"}]}',
    ],
    ids=["deep", "no text", "half a character", "too many signatures"],
)
def test_before_its_signature(text: bytes) -> None:
    assert fault_of(text) is FeedFault.NO_FEED


@pytest.mark.parametrize("page", ["https://example.com/\n", "https://a\x1b[2J", "http://example.com", "javascript:x"])
def test_a_page_that_is_none(page: str) -> None:
    """Signed, and still not shown."""
    assert read(envelope(payload("0.2.0"), KEY)).releases
    releases = [{"version": "0.2.0", "page": page}]
    assert fault_of(envelope(payload(releases=releases), KEY)) is FeedFault.FORM
