"""What clients and servers say to each other through Envoy: everything the workload could before, and untouched."""

from __future__ import annotations

import asyncio
import itertools
import os
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from helper.protocol.intercepts import PortMap
from tests.netns.cluster.envoy_lab import CLIENT4, POD4, POD6, EnvoyLab, catch_all, envoy_lab, header, rule
from tests.netns.cluster.envoy_servers import (
    LOCAL_PORT,
    LOCAL_SERVER_FIRST_PORT,
    LOCAL_TLS_PORT,
    PORT,
    SERVER_FIRST_PORT,
    TLS_PORT,
)
from tests.netns.cluster.h2_client import H2Client

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")

ALICE, BOB = "X-User: alice", "X-User: bob"
ALL_PORTS = (
    PortMap(PORT, LOCAL_PORT),
    PortMap(TLS_PORT, LOCAL_TLS_PORT),
    PortMap(SERVER_FIRST_PORT, LOCAL_SERVER_FIRST_PORT),
)
BIG = 100 << 20
WHO = {ALICE: "laptop", BOB: "pod"}


@asynccontextmanager
async def alice(folder: Path) -> AsyncIterator[EnvoyLab]:
    """Her requests come to the laptop, on all ports."""
    async with envoy_lab(folder) as lab:
        applied = await lab.set(rule(1, header("x-user=alice"), ports=ALL_PORTS))
        assert not applied.trouble
        yield lab


@asynccontextmanager
async def http2(lab: EnvoyLab, host: str = POD4) -> AsyncIterator[H2Client]:
    client = H2Client(*await lab.streams(host=host))
    async with asyncio.TaskGroup() as group:
        task = group.create_task(client.run())
        try:
            yield client
        finally:
            task.cancel()
            client.close()


@pytest.mark.parametrize("host", [POD4, POD6])
async def test_each_request_of_a_connection_is_decided_by_itself(tmp_path: Path, host: str) -> None:
    async with alice(tmp_path) as lab:
        connection = await lab.open(host=host)
        users = [ALICE, BOB, BOB, ALICE] * 5
        answers = [(await connection.ask(user)).json for user in users]
        assert [answer["who"] for answer in answers] == [WHO[user] for user in users]
        connection.close()


async def test_requests_sent_ahead_are_answered_in_order(tmp_path: Path) -> None:
    async with alice(tmp_path) as lab:
        connection = await lab.open()
        for user in (ALICE, BOB, ALICE):
            connection.writer.write(f"GET / HTTP/1.1\r\nHost: x\r\n{user}\r\n\r\n".encode())
        assert [(await connection.answer()).who for _ in range(3)] == ["laptop", "pod", "laptop"]
        connection.close()


@pytest.mark.parametrize("user", [ALICE, BOB])
async def test_headers_and_paths_arrive_as_they_were_sent(tmp_path: Path, user: str) -> None:
    fields = [user, "X-MiXed-CaSe: Värde", "X-Twice: 1", "X-Twice: 2", "x_under: 1", "X-Request-Id: mine", "Server: s"]
    fields += ["User-Agent: lab", "X-Forwarded-Host: h", "Accept-Encoding: gzip"]
    path = "//a/../b%2f%2e;c=d/?q=%zz&r=a//b"
    async with alice(tmp_path) as lab:
        answer = await lab.ask(*fields, path=path)
        got = answer.json
        assert got["line"] == f"GET {path} HTTP/1.1"
        added = [["x-forwarded-for", CLIENT4]]
        assert got["fields"] == [["Host", "reviews:9080"], *(line.split(": ") for line in fields), *added]
        assert {"X-MiXed-Case": "Kept", "Server": "lab/1"}.items() <= answer.headers.items()
        assert not [name for name in answer.headers if name.lower().startswith("x-envoy")]


async def test_forwarded_headers_of_an_ingress_are_kept_and_none_are_invented(tmp_path: Path) -> None:
    async with alice(tmp_path) as lab:
        sent = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}
        got = dict((await lab.ask(*(f"{name}: {value}" for name, value in sent.items()))).json["fields"])
        assert got["X-Forwarded-Proto"] == "https"
        assert re.split(", ?", got["X-Forwarded-For"]) == ["192.0.2.7", CLIENT4]
        names = {name.lower() for name, _ in (await lab.ask("x-kubeferry-forwarded-proto: https")).json["fields"]}
        assert names == {"host", "x-forwarded-for"}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND", "BREW"])
async def test_any_method(tmp_path: Path, method: str) -> None:
    async with alice(tmp_path) as lab:
        assert (await lab.ask(BOB, method=method)).json["line"] == f"{method} / HTTP/1.1"


async def test_http_10_and_connections_that_close(tmp_path: Path) -> None:
    async with alice(tmp_path) as lab:
        for user, who in WHO.items():
            connection = await lab.open()
            answer = await connection.ask(user, version="1.0")
            assert answer.who == who
            assert "transfer-encoding" not in {name.lower() for name in answer.headers}
            assert await connection.reader.read() == b"", "closed, as HTTP/1.0 is"
            connection.close()
            connection = await lab.open()
            assert (await connection.ask(user, "Connection: close")).who == who
            assert await connection.reader.read() == b""
            connection.close()


async def test_the_server_itself_says_that_it_wants_the_body(tmp_path: Path) -> None:
    async with alice(tmp_path) as lab:
        connection = await lab.open()
        connection.writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
        assert (await connection.head())[0] == 100
        connection.writer.write(b"abc")
        got = (await connection.answer()).json
        assert got["received"] == 3
        assert ["Expect", "100-continue"] in got["fields"]
        connection.close()


async def test_trailers_of_http_1(tmp_path: Path) -> None:
    async with alice(tmp_path) as lab:
        connection = await lab.open()
        head = b"POST / HTTP/1.1\r\nHost: x\r\nTrailer: X-T\r\nTransfer-Encoding: chunked\r\n\r\n"
        connection.writer.write(head + b"3\r\nabc\r\n0\r\nX-T: 1\r\n\r\n")
        assert (await connection.answer()).json["trailers"] == ["x-t: 1"]
        connection.writer.write(b"GET /trailers HTTP/1.1\r\nHost: x\r\nTE: trailers\r\n\r\n")
        assert await connection.reader.readuntil(b"\r\n0\r\n")
        assert (await connection.reader.readline()).lower() == b"x-sum: 42\r\n"
        connection.close()


async def test_large_headers_both_ways(tmp_path: Path) -> None:
    async with alice(tmp_path) as lab:
        answer = await lab.ask(f"X-Large: {'a' * 500_000}", *(f"X-{n}: {n}" for n in range(500)), path="/big?500000")
        assert len(answer.json["fields"]) == 503
        assert len(answer.headers["X-Big"]) == 500_000


@pytest.mark.parametrize("user", [ALICE, BOB])
@pytest.mark.parametrize("wish", ["websocket", "WebSocket", "tcp", "SPDY/3.1"])
async def test_a_connection_becomes_another(tmp_path: Path, wish: str, user: str) -> None:
    async with alice(tmp_path) as lab:
        connection = await lab.open()
        wanted = f"GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: {wish}\r\n{user}\r\n\r\n"
        connection.writer.write(wanted.encode())
        status, fields = await connection.head()
        assert (status, fields["Upgrade"]) == (101, wish)
        expected = WHO[user].encode() + b":"
        for number in range(20):
            sent = b"\x81\x05frame%d" % number
            connection.writer.write(sent)
            expected += sent
            assert expected.endswith(await connection.reader.readexactly(len(expected) if number == 0 else len(sent)))
        connection.close()


@pytest.mark.parametrize("wish", ["h2c", "TLS/1.2", "wibble/1"])
async def test_a_wish_that_is_not_known_is_an_ordinary_request(tmp_path: Path, wish: str) -> None:
    async with alice(tmp_path) as lab:
        assert (await lab.ask("Connection: Upgrade", f"Upgrade: {wish}", ALICE)).who == "laptop"


@pytest.mark.parametrize("user", [ALICE, BOB])
async def test_events_come_when_they_are_sent(tmp_path: Path, user: str) -> None:
    async with alice(tmp_path) as lab:
        connection = await lab.open()
        connection.writer.write(f"GET /sse?4 HTTP/1.1\r\nHost: x\r\n{user}\r\n\r\n".encode())
        status, fields = await connection.head()
        assert (status, fields["Content-Type"]) == (200, "text/event-stream")
        at = [(time.monotonic(), part) async for part in connection.chunks()]
        assert [part for _, part in at] == [f"data: {n} of {WHO[user]}\n\n".encode() for n in range(4)]
        gaps = [after[0] - before[0] for before, after in itertools.pairwise(at)]
        assert min(gaps) > 0.1, "each by itself"
        connection.close()


@pytest.mark.parametrize("user", [ALICE, BOB])
async def test_a_hundred_megabytes_both_ways_without_being_stored(tmp_path: Path, user: str) -> None:
    async with alice(tmp_path) as lab:
        before = resident_mib(lab.pid)
        connection = await lab.open()
        connection.writer.write(f"POST /upload HTTP/1.1\r\nHost: x\r\n{user}\r\nContent-Length: {BIG}\r\n\r\n".encode())
        for _ in range(BIG >> 16):
            connection.writer.write(bytes(1 << 16))
            await connection.writer.drain()
        answer = await connection.answer()
        assert (answer.who, answer.json["received"]) == (WHO[user], BIG)
        connection.writer.write(f"GET /download?{BIG} HTTP/1.1\r\nHost: x\r\n{user}\r\n\r\n".encode())
        assert (await connection.head())[0] == 200
        got = 0
        while got < BIG:
            got += len(await connection.reader.read(1 << 20))
        assert got == BIG
        assert resident_mib(lab.pid) < before + 20
        connection.close()


async def test_a_silent_server_may_take_its_time(tmp_path: Path) -> None:
    """Longer than the limits that Envoy has by itself for what is idle between frames, in a test's patience."""
    async with alice(tmp_path) as lab:
        async with asyncio.TaskGroup() as group:
            asked = [group.create_task(lab.ask(user, path="/slow?4")) for user in WHO]
        assert [task.result().who for task in asked] == list(WHO.values())


@pytest.mark.parametrize("host", [POD4, POD6])
async def test_streams_of_one_http2_connection_are_decided_each_by_itself(tmp_path: Path, host: str) -> None:
    async with alice(tmp_path) as lab, http2(lab, host) as client:
        users = ["alice", "bob"] * 20
        async with asyncio.TaskGroup() as group:
            asked = [group.create_task(client.ask(("x-user", user), ("grpc-timeout", "10S"))) for user in users]
        streams = [task.result() for task in asked]
        assert [stream.who for stream in streams] == [WHO[f"X-User: {user}"] for user in users]
        assert {stream.trailers["grpc-status"] for stream in streams} == {"0"}
        names = {name for name, _ in streams[0].got}
        assert names == {
            *(":method", ":scheme", ":authority", ":path", "te", "content-type", "x-user", "grpc-timeout"),
            "x-forwarded-for",
        }


@pytest.mark.parametrize("user", ["alice", "bob"])
async def test_grpc_speaks_both_ways_at_once(tmp_path: Path, user: str) -> None:
    async with alice(tmp_path) as lab, http2(lab) as client:
        talk = await client.begin(("x-user", user))
        said = b""
        for number in range(50):
            message = b"\0\0\0\0\x04%04d" % number
            client.send(talk, message)
            said += message
            await client.until(talk, size=len(said))
            assert talk.data == said, "answered before the next was said"
        assert not talk.ended
        client.send(talk, b"", end=True)
        await client.until(talk)
        assert (talk.who, talk.trailers) == (WHO[f"X-User: {user}"], {"grpc-status": "0", "x-end": "yes"})


async def test_many_tiny_messages_are_no_flood(tmp_path: Path) -> None:
    async with alice(tmp_path) as lab, http2(lab) as client:
        talk = await client.begin(("x-user", "bob"))
        for _ in range(200):
            for _ in range(50):
                client.send(talk, b"x")
            await asyncio.sleep(0)
        client.send(talk, b"", end=True)
        await client.until(talk)
        assert len(talk.data) == 10_000


async def test_grpc_is_told_in_its_own_way_that_a_program_does_not_run(tmp_path: Path) -> None:
    async with envoy_lab(tmp_path) as lab:
        await lab.set(rule(1, header("x-user=alice"), ports=(PortMap(PORT, 8099),)))
        async with http2(lab) as client:
            stream = await client.ask(("x-user", "alice"))
            assert stream.headers["grpc-status"] == "14"
            assert "laptop of owner1, port 8099" in stream.headers["grpc-message"]
        answer = await lab.ask(ALICE)
        assert answer.who.startswith("503 Kubeferry: no connection to laptop of owner1, port 8099 (")
        assert answer.body.count(b"\n") == 1


@pytest.mark.parametrize("host", [POD4, POD6])
async def test_tls_passes_untouched(tmp_path: Path, host: str) -> None:
    async with alice(tmp_path) as lab:
        connection = await lab.open(TLS_PORT, host, lab.tls_context())
        began = time.monotonic()
        answer = await connection.ask(ALICE)
        assert answer.who == "pod"
        assert answer.json["fields"] == [["Host", "reviews:9080"], ["X-User", "alice"]]
        assert time.monotonic() - began < 0.3
        connection.close()


async def test_other_protocols_pass_untouched(tmp_path: Path) -> None:
    async with alice(tmp_path) as lab:
        for begin in (b"\x00\x01\x02", b"*1\r\n$4\r\nPING\r\n", b"G", b"GET", b"\x16\x03\x01\x00\xff"):
            reader, writer = await lab.streams()
            writer.write(begin)
            assert await reader.readexactly(4 + len(begin)) == b"pod:" + begin
            writer.write(b"more" * 100_000)
            writer.write_eof()
            assert len(await reader.read()) == 400_000
            writer.close()


async def test_who_speaks_first_is_heard(tmp_path: Path) -> None:
    async with alice(tmp_path) as lab:
        reader, writer = await lab.streams(SERVER_FIRST_PORT)
        began = time.monotonic()
        assert await reader.readline() == b"hello of pod\n"
        assert time.monotonic() - began < 1
        writer.write(b"and then")
        writer.write_eof()
        assert await reader.read() == b"pod:and then"
        writer.close()


async def test_a_proxy_of_everything_gets_what_no_rule_takes(tmp_path: Path) -> None:
    async with envoy_lab(tmp_path) as lab:
        everything = catch_all(2, address="198.19.1.2", other_ports=True)
        applied = await lab.set(rule(1, header("x-user=alice"), ports=ALL_PORTS), everything)
        assert not applied.trouble
        assert [(await lab.ask(user)).who for user in WHO] == ["laptop", "other"]
        reader, writer = await lab.streams()
        writer.write(b"\0raw")
        assert await reader.readexactly(10) == b"other:\0raw"
        writer.close()


async def test_nothing_is_written_but_in_the_folder_that_was_given(tmp_path: Path) -> None:
    """The root file system of the container is read-only."""
    async with alice(tmp_path) as lab:
        await lab.ask(ALICE)
        assert [name for name in writable(lab.pid) if not name.startswith((str(tmp_path), "/dev/"))] == []


def writable(pid: int) -> list[str]:
    """Files that the process has open for writing, but for what it was born with."""
    found = []
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            flags = int(Path(f"/proc/{pid}/fdinfo/{entry.name}").read_text().split("flags:")[1].split()[0], 8)
            target = str(entry.readlink())
            if int(entry.name) > 2 and flags & (os.O_WRONLY | os.O_RDWR) and target.startswith("/"):
                found.append(target)
    return found


def resident_mib(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024
