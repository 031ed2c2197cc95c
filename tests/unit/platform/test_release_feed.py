"""A release feed is believed for its signature, its form and its time, and for nothing else."""

from __future__ import annotations

import base64
import datetime
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.platform.feed_address import address_fault
from app.platform.release_feed import (
    CONTEXT,
    MAX_BYTES,
    Feed,
    FeedError,
    FeedFault,
    builtin_keys,
    key_id,
    newest,
    parse_version,
    read_feed,
)

KEY = Ed25519PrivateKey.generate()
OTHER = Ed25519PrivateKey.generate()
NOW = datetime.datetime(2026, 7, 1, 12, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


def payload(*versions: str, **changes: Any) -> str:
    releases = [{"version": version, "page": f"https://example.com/{version}"} for version in versions]
    whole = {"format": 1, "made": NOW.isoformat(), "expires": (NOW + DAY).isoformat(), "releases": releases}
    return json.dumps(whole | changes)


def envelope(text: str, *keys: Ed25519PrivateKey, context: bytes = CONTEXT) -> bytes:
    signatures = [
        {
            "key": key_id(key.public_key()),
            "signature": base64.b64encode(key.sign(context + text.encode())).decode(),
        }
        for key in keys
    ]
    return json.dumps({"payload": text, "signatures": signatures}).encode()


def read(text: bytes, now: datetime.datetime = NOW) -> Feed:
    return read_feed(text, [KEY.public_key()], now)


def fault_of(text: bytes, now: datetime.datetime = NOW) -> FeedFault:
    with pytest.raises(FeedError) as error:
        read(text, now)
    return error.value.fault


def test_one_valid_signature_of_a_known_key_is_enough() -> None:
    feed = read(envelope(payload("0.2.0"), OTHER, KEY))
    assert [release.version for release in feed.releases] == ["0.2.0"]


def test_what_is_not_signed_by_a_known_key() -> None:
    text = payload("0.2.0")
    good = json.loads(envelope(text, KEY))
    assert fault_of(envelope(text, OTHER)) is FeedFault.UNSIGNED
    assert fault_of(envelope(text)) is FeedFault.UNSIGNED
    assert fault_of(envelope(text, KEY, context=b"")) is FeedFault.UNSIGNED
    tampered = {**good, "payload": good["payload"].replace("0.2.0", "0.3.0")}
    assert fault_of(json.dumps(tampered).encode()) is FeedFault.UNSIGNED
    stolen = json.loads(envelope(text, OTHER))
    stolen["signatures"][0]["key"] = key_id(KEY.public_key())
    assert fault_of(json.dumps(stolen).encode()) is FeedFault.UNSIGNED
    for broken in ("", "%%%", "QUJD"):
        good["signatures"][0]["signature"] = broken
        assert fault_of(json.dumps(good).encode()) is FeedFault.UNSIGNED


@pytest.mark.parametrize("position", range(0, 400, 13))
def test_no_single_bit_may_change(position: int) -> None:
    text = bytearray(envelope(payload("0.2.0"), KEY))
    text[position % len(text)] ^= 1
    try:
        feed = read(bytes(text))
    except FeedError:
        return
    assert feed == read(envelope(payload("0.2.0"), KEY)), "only what is not signed may differ"


@pytest.mark.parametrize("text", [b"", b"<html>", b"[]", b"{}", b'{"payload": 1, "signatures": []}', b"\xff\xfe"])
def test_what_is_no_feed(text: bytes) -> None:
    assert fault_of(text) is FeedFault.NO_FEED


def test_a_feed_is_small() -> None:
    assert fault_of(b" " * (MAX_BYTES + 1)) is FeedFault.NO_FEED


@pytest.mark.parametrize(
    "changes",
    [
        {"format": 2},
        {"releases": [{"version": "1.0", "page": "https://example.com"}]},
        {"releases": [{"version": "1.0.0", "page": "http://example.com"}]},
        {"releases": [{"version": "1.0.0", "page": "javascript:alert(1)"}]},
        {"expires": "soon"},
        {"made": "2026-07-01T12:00:00"},
    ],
)
def test_what_is_signed_and_of_another_form(changes: dict[str, Any]) -> None:
    assert fault_of(envelope(payload("0.2.0", **changes), KEY)) is FeedFault.FORM


def test_a_feed_has_an_end() -> None:
    text = envelope(payload("0.2.0"), KEY)
    with pytest.raises(FeedError) as error:
        read(text, NOW + DAY)
    assert (error.value.fault, error.value.detail) == (FeedFault.EXPIRED, "2026-07-02")


def test_what_a_later_server_adds_is_ignored() -> None:
    assert read(envelope(payload("0.2.0", more={"a": 1}), KEY)).releases


def test_the_newest_above_our_own() -> None:
    feed = read(envelope(payload("0.9.0", "0.10.0", "0.1.0"), KEY))
    found = newest(feed, "0.1.0")
    assert found is not None
    assert found.version == "0.10.0"
    assert newest(feed, "0.10.0") is None
    assert newest(feed, "1.0.0") is None
    assert newest(feed, "0.1.0.dev3") is None, "built by hand"


def test_a_mended_weakness_on_the_way_counts() -> None:
    releases = [
        {"version": "0.2.0", "page": "https://example.com", "security": True},
        {"version": "0.3.0", "page": "https://example.com"},
    ]
    feed = read(envelope(payload(releases=releases), KEY))
    for own, is_security in (("0.1.0", True), ("0.2.0", False)):
        found = newest(feed, own)
        assert found is not None
        assert (found.version, found.security) == ("0.3.0", is_security)


def test_versions() -> None:
    assert parse_version("0.10.2") == (0, 10, 2)
    assert [parse_version(text) for text in ("", "1", "1.2", "1.2.3.4", "v1.2.3", "1.2.3-rc1", "1.2.-3")] == [None] * 7


def test_the_program_brings_a_key() -> None:
    assert builtin_keys()


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("https://example.com/feed.json", None),
        ("http://127.0.0.1:8000/feed.json", None),
        ("http://[::1]/feed.json", None),
        ("http://localhost/feed.json", None),
        ("http://example.com/feed.json", FeedFault.NOT_HTTPS),
        ("http://127.0.0.1.example.com/", FeedFault.NOT_HTTPS),
        ("https://me:secret@example.com/", FeedFault.LOGIN_IN_ADDRESS),
        ("file:///etc/passwd", FeedFault.ADDRESS),
        ("ftp://example.com/", FeedFault.ADDRESS),
        ("example.com", FeedFault.ADDRESS),
        ("https://", FeedFault.ADDRESS),
        ("https://[::1", FeedFault.ADDRESS),
        ("https://example.com:99999/", FeedFault.ADDRESS),
    ],
)
def test_addresses(address: str, fault: FeedFault | None) -> None:
    assert address_fault(address) is fault
