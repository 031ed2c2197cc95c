"""The handshake's messages: what one end writes the other reads, and nothing else comes through."""

from __future__ import annotations

import contextlib
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helper.wire.hello import (
    WIRE_VERSION,
    ClientHello,
    HelloError,
    HelloRefusal,
    ManagerRefusal,
    ManagerWelcome,
    decode_hello,
    encode_hello,
)

HELLO = ClientHello(WIRE_VERSION, "ab" * 8, "laptop", True, "198.19.3.4", None, "00" * 16)
WELCOME = ManagerWelcome(
    WIRE_VERSION,
    "0.1.0",
    "l1",
    "s",
    "198.19.3.4",
    None,
    1450,
    True,
    ("10.96.0.10",),
    "cluster.local",
    ("cluster.local",),
)


@pytest.mark.parametrize("message", [HELLO, WELCOME, ManagerRefusal(HelloRefusal.INTERNAL, "0.1.0")])
def test_round_trip(message: ClientHello | ManagerWelcome | ManagerRefusal) -> None:
    assert decode_hello(type(message), encode_hello(message)) == message


@pytest.mark.parametrize(
    "change",
    [
        {"mtu": 0},
        {"mtu": 1 << 20},
        {"cluster_domain": "cluster..local"},
        {"cluster_domain": ""},
        {"cluster_domain": "a" * 64},
        {"search_domains": ["not a name"]},
        {"dns_servers": ["10.96.0.10"] * 9},
        {"secret": "s" * 65},
        {"more": 1},
    ],
)
def test_a_welcome_that_makes_no_sense_is_refused(change: dict[str, Any]) -> None:
    told = {**msgspec.to_builtins(WELCOME), **change}
    with pytest.raises(HelloError):
        decode_hello(ManagerWelcome, msgspec.json.encode(told))


@pytest.mark.parametrize("change", [{"client_id": "short"}, {"client_id": "Z" * 16}, {"client_name": "n" * 129}])
def test_a_hello_that_makes_no_sense_is_refused(change: dict[str, Any]) -> None:
    told = {**msgspec.to_builtins(HELLO), **change}
    with pytest.raises(HelloError):
        decode_hello(ClientHello, msgspec.json.encode(told))


@given(st.binary(max_size=300))
def test_any_bytes_are_a_hello_or_an_error(data: bytes) -> None:
    with contextlib.suppress(HelloError):
        decode_hello(ClientHello, data)


def test_strings_that_are_no_text_are_refused() -> None:
    told = encode_hello(HELLO).replace(b"laptop", b"\\ud800")
    with pytest.raises(HelloError):
        decode_hello(ClientHello, told)
