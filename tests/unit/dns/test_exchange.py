from __future__ import annotations

import socket

import dns.message
import pytest

from helper.tunnel.dns import exchange
from helper.tunnel.dns.exchange import Server, parse_server
from tests.lab.dns_servers import FakeDnsServer


@pytest.mark.parametrize(
    ("text", "server", "family"),
    [
        ("192.0.2.1", Server("192.0.2.1"), socket.AF_INET),
        ("192.0.2.1:5353", Server("192.0.2.1", 5353), socket.AF_INET),
        ("2001:db8::1", Server("2001:db8::1"), socket.AF_INET6),
        ("[2001:db8::1]:5353", Server("2001:db8::1", 5353), socket.AF_INET6),
        ("fe80::1%eth0", Server("fe80::1%eth0"), socket.AF_INET6),
    ],
)
def test_servers(text: str, server: Server, family: socket.AddressFamily) -> None:
    assert parse_server(text) == server
    assert parse_server(text).family == family


@pytest.mark.parametrize("text", ["", "dns.example", "192.0.2.1:0", "192.0.2.1:65536", "192.0.2", "[::1", "1.1.1.1:"])
def test_nonsense_is_no_server(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_server(text)


async def test_nonsense_over_tcp_is_an_error() -> None:
    request = dns.message.make_query("a.example", "A").to_wire()

    def nonsense(query: dns.message.Message, over_tcp: bool) -> bytes:
        return b"nonsense"

    async with FakeDnsServer(nonsense) as server:
        with pytest.raises(ConnectionError):
            await exchange.ask_tcp(Server("127.0.0.1", server.port), request)


async def test_over_ipv6() -> None:
    query = dns.message.make_query("a.example", "A")

    def answer(query: dns.message.Message, over_tcp: bool) -> bytes:
        return dns.message.make_response(query).to_wire()

    async with FakeDnsServer(answer, "::1") as server:
        for ask in (exchange.ask_udp, exchange.ask_tcp):
            assert query.is_response(dns.message.from_wire(await ask(parse_server(server.endpoint), query.to_wire())))
