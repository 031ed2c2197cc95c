"""The stub as a whole, between real sockets on the loopback device."""

from __future__ import annotations

import asyncio
import contextlib
import socket

import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from helper.tunnel.dns import exchange, listening, stub
from helper.tunnel.dns.messages import NEGATIVE_TTL_S
from tests.lab.dns_servers import FakeDnsServer, bound_pair
from tests.unit.dns.conftest import Bench, running


def records(answer: dns.message.Message) -> list[str]:
    return sorted(line for rrset in answer.answer for line in rrset.to_text().splitlines())


@pytest.mark.parametrize("tcp", [False, True])
@pytest.mark.parametrize(
    ("asked", "rdtype", "answered"),
    [
        ("reviews", "A", "reviews. 5 IN A 10.96.7.7"),
        ("ReViews.bookINFO", "A", "ReViews.bookINFO. 5 IN A 10.96.7.7"),
        ("reviews.bookinfo.svc", "A", "reviews.bookinfo.svc. 5 IN A 10.96.7.7"),
        ("reviews.bookinfo.svc.cluster.local", "A", "reviews.bookinfo.svc.cluster.local. 5 IN A 10.96.7.7"),
        ("web-0.web.bookinfo", "AAAA", "web-0.web.bookinfo. 5 IN AAAA fd00:10:244::2"),
        (
            "_http._tcp.reviews.bookinfo",
            "SRV",
            "_http._tcp.reviews.bookinfo. 5 IN SRV 0 100 9080 reviews.bookinfo.svc.cluster.local.",
        ),
        ("external.bookinfo", "A", "external.bookinfo. 5 IN CNAME www.example.com."),
        ("app.dev", "A", "app.dev. 5 IN A 10.96.8.8"),
        ("7.7.96.10.in-addr.arpa", "PTR", "7.7.96.10.in-addr.arpa. 5 IN PTR reviews.bookinfo.svc.cluster.local."),
    ],
)
async def test_names_of_the_cluster(bench: Bench, asked: str, rdtype: str, answered: str, tcp: bool) -> None:
    answer = await bench.ask(asked, rdtype, tcp=tcp)
    assert answer.rcode() == dns.rcode.NOERROR
    assert answer.question[0].name.to_text(omit_final_dot=True) == asked
    assert records(answer) == [answered]
    assert bench.upstream.asked == []
    assert [over_tcp for _, _, over_tcp in bench.cluster.asked] == [tcp]


async def test_addresses_of_srv_targets_stay(bench: Bench) -> None:
    answer = await bench.ask("_http._tcp.reviews.bookinfo", "SRV")
    assert [str(rrset) for rrset in answer.additional] == ["reviews.bookinfo.svc.cluster.local. 5 IN A 10.96.7.7"]


@pytest.mark.parametrize("asked", ["reviews", "reviews.bookinfo", "reviews.bookinfo.svc.cluster.local"])
async def test_a_service_without_the_type_is_not_looked_for_elsewhere(bench: Bench, asked: str) -> None:
    answer = await bench.ask(asked, "AAAA")
    assert answer.rcode() == dns.rcode.NOERROR
    assert answer.answer == []
    assert answer.flags & (dns.flags.AA | dns.flags.RA)
    assert bench.upstream.asked == []


@pytest.mark.parametrize("tcp", [False, True])
@pytest.mark.parametrize(
    ("asked", "rdtype", "in_cluster", "answered"),
    [
        ("www.example.com", "A", [], "www.example.com. 5 IN A 192.0.2.80"),
        ("google.dev", "A", ["google.dev.svc.cluster.local"], "google.dev. 5 IN A 192.0.2.90"),
        ("printer", "A", ["printer.bookinfo.svc.cluster.local"], "printer. 5 IN A 192.0.2.99"),
        (
            "9.0.168.192.in-addr.arpa",
            "PTR",
            ["9.0.168.192.in-addr.arpa"],
            "9.0.168.192.in-addr.arpa. 5 IN PTR printer.lan.",
        ),
    ],
)
async def test_names_of_elsewhere(
    bench: Bench, asked: str, rdtype: str, in_cluster: list[str], answered: str, tcp: bool
) -> None:
    assert records(await bench.ask(asked, rdtype, tcp=tcp)) == [answered]
    assert bench.cluster.names == in_cluster
    assert [over_tcp for _, _, over_tcp in bench.upstream.asked] == [tcp]


async def test_what_exists_nowhere_is_not_remembered_for_long(bench: Bench) -> None:
    soa = "a.root-servers.net. nstld.verisign-grs.com. 1 1800 900 604800 86400"

    def nothing(query: dns.message.Message, over_tcp: bool) -> bytes:
        answer = dns.message.make_response(query)
        answer.set_rcode(dns.rcode.NXDOMAIN)
        answer.authority.append(dns.rrset.from_text(".", 86400, "IN", "SOA", soa))
        return answer.to_wire()

    bench.upstream.respond = nothing
    for asked, ttl in (("new.bookinfo", NEGATIVE_TTL_S), ("new", NEGATIVE_TTL_S), ("nothing.example.com", 86400)):
        answer = await bench.ask(asked)
        assert answer.rcode() == dns.rcode.NXDOMAIN
        assert [rrset.ttl for rrset in answer.authority] == [ttl]
    bench.stub.set_tunnel_up(False)
    answer = await bench.ask("reviews.bookinfo")
    assert [rrset.ttl for rrset in answer.authority] == [NEGATIVE_TTL_S]


async def test_names_of_the_cluster_never_leave_it(bench: Bench) -> None:
    answer = await bench.ask("nothing.bookinfo.svc.cluster.local")
    assert answer.rcode() == dns.rcode.NXDOMAIN
    assert bench.upstream.asked == []


async def test_without_the_tunnel(bench: Bench) -> None:
    bench.stub.set_tunnel_up(False)
    answer = await bench.ask("reviews.bookinfo.svc.cluster.local")
    assert answer.rcode() == dns.rcode.SERVFAIL
    assert [str(option) for option in answer.options] == ["EDE 14 (Not Ready): the tunnel to the cluster is down"]
    assert records(await bench.ask("google.dev")) == ["google.dev. 5 IN A 192.0.2.90"]
    assert records(await bench.ask("www.example.com")) == ["www.example.com. 5 IN A 192.0.2.80"]
    assert bench.cluster.asked == []
    bench.stub.set_tunnel_up(True)
    assert records(await bench.ask("reviews")) == ["reviews. 5 IN A 10.96.7.7"]


async def test_upstreams_get_the_query_byte_for_byte_with_another_id(bench: Bench) -> None:
    query = dns.message.make_query("wWw.eXample.com", "A", use_edns=0, payload=1400, want_dnssec=True)
    query.use_edns(0, payload=1400, options=[dns.edns.GenericOption(dns.edns.OptionType.COOKIE, b"12345678")])
    sent = query.to_wire()
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.setblocking(False)
        client.connect(("127.0.0.1", bench.port))
        client.send(sent)
        received = await loop.sock_recv(client, 65_535)
        client.send(sent)
        await loop.sock_recv(client, 65_535)
    assert received[:2] == sent[:2]
    assert [raw[2:] for raw in bench.upstream.raw] == [sent[2:]] * 2
    assert len({sent[:2], *(raw[:2] for raw in bench.upstream.raw)}) == 3


@pytest.mark.parametrize(("edns", "truncated"), [(None, True), (512, True), (4096, False)])
@pytest.mark.parametrize("asked", ["big.bookinfo", "big.bookinfo.svc.cluster.local", "big.example.com"])
async def test_large_answers(bench: Bench, asked: str, edns: int | None, truncated: bool) -> None:
    answer = await bench.ask(asked, edns=edns)
    assert bool(answer.flags & dns.flags.TC) is truncated
    assert len(records(answer)) == (0 if truncated else 100)
    assert len(records(await bench.ask(asked, edns=edns, tcp=True))) == 100


async def test_a_cluster_server_with_a_lower_limit_is_asked_again_over_tcp(bench: Bench) -> None:
    whole = bench.cluster.respond

    def over_tcp_only(query: dns.message.Message, over_tcp: bool) -> bytes | None:
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.TC
        return whole(query, over_tcp) if over_tcp else answer.to_wire()

    bench.cluster.respond = over_tcp_only
    assert len(records(await bench.ask("big.bookinfo", edns=4096))) == 100
    assert [over_tcp for _, _, over_tcp in bench.cluster.asked] == [False, True]


async def test_the_next_server_is_asked_when_one_refuses_or_is_not_there(bench: Bench) -> None:
    def refuse(query: dns.message.Message, over_tcp: bool) -> bytes:
        answer = dns.message.make_response(query)
        answer.set_rcode(dns.rcode.REFUSED)
        return answer.to_wire()

    udp, tcp = bound_pair()
    nobody = f"127.0.0.1:{udp.getsockname()[1]}"
    udp.close()
    tcp.close()
    async with FakeDnsServer(refuse) as refusing:
        bench.configure(
            upstreams=(nobody, refusing.endpoint, bench.upstream.endpoint),
            cluster_servers=(nobody, refusing.endpoint, bench.cluster.endpoint),
        )
        for over_tcp in (False, True):
            assert len(records(await bench.ask("www.example.com", tcp=over_tcp))) == 1
            assert len(records(await bench.ask("reviews", tcp=over_tcp))) == 1
        assert len(refusing.asked) == 4
        bench.configure(upstreams=(refusing.endpoint,))
        assert (await bench.ask("www.example.com")).rcode() == dns.rcode.REFUSED
        bench.configure(upstreams=(nobody,), cluster_servers=(nobody,))
        assert (await bench.ask("www.example.com")).rcode() == dns.rcode.SERVFAIL
        assert (await bench.ask("reviews.bookinfo.svc.cluster.local")).rcode() == dns.rcode.SERVFAIL


async def test_a_silent_server_is_tried_twice_then_the_next(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "TRY_TIMEOUT_S", 0.05)
    async with FakeDnsServer(lambda query, over_tcp: None) as silent:
        bench.configure(cluster_servers=(silent.endpoint, bench.cluster.endpoint))
        assert records(await bench.ask("reviews")) == ["reviews. 5 IN A 10.96.7.7"]
        assert len(silent.asked) == 2
        bench.configure(cluster_servers=(silent.endpoint,))
        assert records(await bench.ask("google.dev")) == ["google.dev. 5 IN A 192.0.2.90"]


async def test_answers_to_other_questions_are_not_believed(bench: Bench) -> None:
    real = bench.upstream.respond

    def forged(query: dns.message.Message, over_tcp: bool) -> bytes:
        query.id ^= 1
        return real(query, over_tcp) or b""

    bench.upstream.respond = forged
    async with FakeDnsServer(real) as honest:
        bench.configure(upstreams=(bench.upstream.endpoint, honest.endpoint))
        assert len(records(await bench.ask("www.example.com", tcp=True))) == 1
        assert honest.names == ["www.example.com"]


async def test_nothing_configured_is_a_failure_not_silence() -> None:
    udp, tcp = bound_pair()
    stub_ = stub.DnsStub()
    stub_.listen(udp, tcp)
    async with running(stub_):
        port = udp.getsockname()[1]
        answer = await dns.asyncquery.udp(dns.message.make_query("a.example", "A"), "127.0.0.1", port=port, timeout=5)
    assert answer.rcode() == dns.rcode.SERVFAIL


async def test_a_config_that_is_nonsense_changes_nothing(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.configure(upstreams=("nonsense",))
    assert "resolver configuration not understood" in caplog.text
    assert len(records(await bench.ask("www.example.com"))) == 1


async def test_it_does_not_ask_itself(bench: Bench) -> None:
    bench.configure(upstreams=(f"127.0.0.1:{bench.port}",))
    assert (await bench.ask("www.example.com")).rcode() == dns.rcode.SERVFAIL
    assert bench.stub.queries == 1


async def test_sockets_are_replaced_while_it_runs(bench: Bench) -> None:
    assert len(records(await bench.ask("reviews"))) == 1
    udp, tcp = bound_pair()
    old_port, bench.port = bench.port, udp.getsockname()[1]
    bench.stub.listen(udp, tcp)
    for over_tcp in (False, True):
        assert len(records(await bench.ask("reviews", tcp=over_tcp))) == 1
    for sock in bound_pair(port=old_port):
        sock.close()


async def test_everything_is_closed_at_the_end() -> None:
    stub_ = stub.DnsStub()
    udp, tcp = bound_pair()
    port = udp.getsockname()[1]
    stub_.listen(udp, tcp)
    async with running(stub_):
        await dns.asyncquery.udp(dns.message.make_query("a.example", "A"), "127.0.0.1", port=port, timeout=5)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        later = bound_pair()
        stub_.listen(*later)
    assert await reader.read() == b""
    writer.close()
    for sock in (*bound_pair(port=port), *later):
        sock.close()
    assert later[0].fileno() == -1


async def test_many_questions_at_once_on_one_connection(bench: Bench) -> None:
    names = [f"n{number}.example.com" for number in range(100)]
    reader, writer = await asyncio.open_connection("127.0.0.1", bench.port)
    for name in names:
        raw = dns.message.make_query(name, "A").to_wire()
        writer.write(len(raw).to_bytes(2) + raw)
    writer.write_eof()
    answered = set()
    while size := await reader.read(2):
        answer = dns.message.from_wire(await reader.readexactly(int.from_bytes(size)))
        answered.add(answer.question[0].name.to_text(omit_final_dot=True))
    writer.close()
    assert answered == set(names)
    assert bench.stub.queries == 100


async def test_idle_and_excess_connections_are_closed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "TCP_IDLE_S", 0.1)
    monkeypatch.setattr(listening, "MAX_TCP_CLIENTS", 1)
    idle, idle_writer = await asyncio.open_connection("127.0.0.1", bench.port)
    excess, excess_writer = await asyncio.open_connection("127.0.0.1", bench.port)
    for reader, writer in ((excess, excess_writer), (idle, idle_writer)):
        with contextlib.suppress(ConnectionResetError):
            assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()


async def test_too_many_queries_are_dropped_and_it_recovers(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(exchange, "TRY_TIMEOUT_S", 0.2)
    answers = bench.upstream.respond
    bench.upstream.respond = lambda query, over_tcp: None
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        for number in range(stub.MAX_IN_FLIGHT + stub.MAX_WAITING + 200):
            client.sendto(dns.message.make_query(f"n{number}.example.com", "A").to_wire(), ("127.0.0.1", bench.port))
            if number % 50 == 0:
                await asyncio.sleep(0)
    bench.upstream.respond = answers
    while True:
        with contextlib.suppress(dns.exception.Timeout):
            assert len(records(await bench.ask("www.example.com", timeout_s=0.2))) == 1
            break
    assert len(bench.upstream.asked) < 2 * (stub.MAX_IN_FLIGHT + stub.MAX_WAITING) + 10
    assert not caplog.records


@pytest.mark.parametrize(
    ("client", "own", "served"),
    [
        ("198.51.100.1", "198.51.100.1", True),
        ("127.0.0.1", "198.51.100.1", True),
        ("::1", "fd00::1", True),
        ("fe80::1%lo", "fd00::1", False),
    ],
)
def test_who_is_served(client: str, own: str, served: bool) -> None:
    assert listening.is_served(client, own) is served
