"""A pod that has no token, against the real manager's process: whatever it sends, it gets a refusal or nothing.

One run sends 2,000 first messages (500 of each of four kinds, from a fixed seed: random bytes over TLS; frames with
random headers; HELLOs that are cut, changed or of wrong types; plain text instead of TLS) and opens 3,000 connections
that say nothing. A correct laptop is answered all the while, a correct sidecar is let in at the worst moment, and
afterwards the process has no descriptor more, less than 64 MiB more memory, and no traceback in its log.
"""

from __future__ import annotations

import os
import random
import socket
import ssl
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

import pytest

from helper.cluster.manager.sidecar_registry import MAX_SIDECARS
from helper.cluster.manager.sidecars import GREETING_S, MAX_GREETING_BYTES
from helper.wire.frames import HEADER, FrameKind, encode_frame
from helper.wire.hello import WIRE_VERSION, HelloRefusal, encode_hello
from helper.wire.sidecar_messages import SidecarHello
from tests.netns.cluster.interception_lab import INJECTION, MANAGER4, WORKLOAD, InterceptionLab, interception_lab
from tests.netns.cluster.strangers import (
    ManagerProcess,
    Peer,
    StrangeLaptop,
    StrangeSidecar,
    connected,
    over_tls,
    pod_socket,
    socket_in,
)

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")

SEED = 20_261_125
OF_EACH = 500
SILENT = 3_000
MORE_MIB = 64


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InterceptionLab]:
    with interception_lab(tmp_path_factory.mktemp("foreign")) as made:
        yield made


@pytest.fixture(scope="module")
def laptop(lab: InterceptionLab) -> Iterator[StrangeLaptop]:
    with StrangeLaptop(lab, "ab" * 8) as made:
        yield made


@pytest.fixture
def manager(lab: InterceptionLab, laptop: StrangeLaptop) -> Iterator[ManagerProcess]:
    """Unharmed afterwards, whatever the test did."""
    made = ManagerProcess(lab)
    assert laptop.is_answered()
    token = laptop.mint().token
    before, memory = made.descriptors(), made.resident_mib()
    yield made
    assert laptop.is_answered(), "a correct laptop is served"
    with StrangeSidecar(lab, token) as sidecar:
        sidecar.joined()
    assert made.has_come_down_to(before), f"{made.descriptors()} descriptors, {before} before"
    assert made.resident_mib() - memory < MORE_MIB
    assert made.faults() == ""


def hello(token: str = "") -> bytes:
    return encode_hello(SidecarHello(WIRE_VERSION, WORKLOAD, INJECTION, token, "stranger"))


def noise(chance: random.Random) -> bytes:
    return chance.randbytes(chance.choice((1, 4, 64, 4096, MAX_GREETING_BYTES)))


def frames_that_are_none(chance: random.Random) -> bytes:
    """Every kind, lengths from 0 to 16 MiB, with less behind them than they say."""
    return HEADER.pack(chance.getrandbits(32)) + chance.randbytes(chance.randrange(2048))


def broken_hello(chance: random.Random) -> bytes:
    text = hello(chance.choice(("", "0" * 64, "\N{SNOWMAN}", "x" * 128)))
    match chance.randrange(6):
        case 0:
            text = text[: chance.randrange(len(text))]
        case 1:
            at = chance.randrange(len(text))
            text = text[:at] + chance.randbytes(1) + text[at + 1 :]
        case 2:
            text = b'{"version":' + chance.choice((b"1e999", b"-1", b'"2"', b"[]", b"9" * 400)) + b"}"
        case 3:
            text = b"[" * 15_000
        case 4:
            text = text.replace(b'"stranger"', b'"\\ud800 \\u0000"')
        case _:
            text = text.replace(b'"pod"', b'"admin":true,"pod"')
    return encode_frame(FrameKind.HELLO, text[: 16 * 1024])


def plain_text(chance: random.Random) -> bytes:
    words = (b"GET / HTTP/1.1\r\nHost: manager\r\n\r\n", b"\x16\x03\x01\xff\xff", b"\0" * 4096, b"EHLO a\r\n", b"\n")
    return chance.choice(words) + chance.randbytes(chance.randrange(512))


@pytest.mark.parametrize(
    ("make", "tls"), [(noise, True), (frames_that_are_none, True), (broken_hello, True), (plain_text, False)]
)
def test_no_first_message_is_let_in(
    lab: InterceptionLab,
    laptop: StrangeLaptop,
    manager: ManagerProcess,
    make: Callable[[random.Random], bytes],
    tls: bool,
) -> None:
    chance = random.Random(SEED)  # noqa: S311 - the same every time
    answers: dict[str, int] = {}
    for number in range(OF_EACH):
        data = make(chance)
        sock = over_tls(pod_socket(lab)) if tls else pod_socket(lab)
        with Peer(sock) as peer:
            peer.send_bytes(data)
            # Our end, so that the manager need not wait for the rest of what is not whole.
            with suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_WR)
            answer = str(peer.refusal()) if tls else _told_in_plain(sock)
        answers[answer] = answers.get(answer, 0) + 1
        if number % 100 == 0:
            assert laptop.is_answered()
    print(f"{make.__name__}: {OF_EACH} messages: {answers}")
    assert sum(answers.values()) == OF_EACH


def _told_in_plain(sock: socket.socket) -> str:
    try:
        told = sock.recv(2)
    except ConnectionError:
        return "reset"
    assert told in (b"", b"\x15\x03"), "nothing but an alert of TLS"
    return "alert" if told else "closed"


@pytest.mark.parametrize("kind", [FrameKind.DATA, FrameKind.PING, FrameKind.MESSAGE, FrameKind.RELEASE])
def test_before_the_token_nothing_else_is_heard(lab: InterceptionLab, manager: ManagerProcess, kind: FrameKind) -> None:
    with Peer(over_tls(pod_socket(lab))) as peer:
        peer.send(kind, bytes(64))
        assert peer.ended_within(GREETING_S / 2), "at once, not by the deadline"


def test_before_the_token_there_is_room_for_one_hello(lab: InterceptionLab, manager: ManagerProcess) -> None:
    """In small pieces too: it is the sum that counts."""
    with Peer(over_tls(pod_socket(lab))) as peer:
        peer.send_bytes(HEADER.pack(FrameKind.HELLO << 24 | 60_000))
        for _ in range(MAX_GREETING_BYTES // 1024 + 1):
            peer.send_bytes(bytes(1024))
            time.sleep(0.005)
        assert peer.ended_within(GREETING_S / 2)


def test_tokens_cannot_be_tried_one_after_another(lab: InterceptionLab, manager: ManagerProcess) -> None:
    with StrangeSidecar(lab, "0" * 64) as peer:
        assert peer.refusal() is HelloRefusal.BAD_TOKEN
        peer.send(FrameKind.HELLO, hello("1" * 64))
        assert peer.receive() is None, "one a connection"


@pytest.mark.parametrize("token", ["", "0" * 64, "\N{SNOWMAN}", "0" * 128])
def test_a_wrong_token_is_refused(lab: InterceptionLab, manager: ManagerProcess, token: str) -> None:
    with StrangeSidecar(lab, token) as peer:
        assert peer.refusal() is HelloRefusal.BAD_TOKEN
        assert peer.ended_within(2)


def test_who_says_little_and_slowly_is_cut_off_all_the_same(lab: InterceptionLab, manager: ManagerProcess) -> None:
    """A byte every 0.2 s: neither silence nor a HELLO. Once over TLS, once without so much as a handshake."""
    begin = time.monotonic()
    with Peer(over_tls(pod_socket(lab))) as slow, Peer(pod_socket(lab)) as slower:
        for peer in (slow, slower):
            peer.sock.settimeout(0.1)
        text = encode_frame(FrameKind.HELLO, hello())
        open_yet = {slow, slower}
        for byte in text + b"\x16" * 200:
            for peer in list(open_yet):
                peer.send_bytes(bytes((byte,)))
                with suppress(TimeoutError):
                    if peer.receive() is None:
                        open_yet.discard(peer)
            if not open_yet or time.monotonic() - begin > GREETING_S + 3:
                break
        assert not open_yet
        assert time.monotonic() - begin < GREETING_S + 2


def test_tls_of_before_is_refused(lab: InterceptionLab, manager: ManagerProcess) -> None:
    with pytest.raises((ssl.SSLError, ConnectionError)):
        over_tls(pod_socket(lab), ssl.TLSVersion.TLSv1_2)


def test_thousands_of_connections_keep_no_sidecar_out(
    lab: InterceptionLab, laptop: StrangeLaptop, manager: ManagerProcess
) -> None:
    token = laptop.mint().token
    before = manager.descriptors()
    with ExitStack() as stack:
        for number in range(SILENT):
            stack.enter_context(pod_socket(lab))
            if number % 500 == 499:
                assert laptop.is_answered()
        assert manager.descriptors() <= before + MAX_SIDECARS + 1, "and one that is just being taken"
        with StrangeSidecar(lab, token) as sidecar:
            sidecar.joined()
            assert sidecar.is_answered()
        print(f"{SILENT} connections: {manager.descriptors() - before} open, {manager.resident_mib():.0f} MiB")


def test_the_port_for_laptops_is_not_on_the_pod_network(lab: InterceptionLab, manager: ManagerProcess) -> None:
    with pytest.raises(ConnectionRefusedError):
        connected(lab.client, MANAGER4, 7070)
    # A route to the loopback of another pod: "strong host" by the kernel's own rule for 127.0.0.0/8.
    lab.client.ip("route", "add", "127.9.9.9/32", "via", MANAGER4)
    lab.client.set_sysctl("net.ipv4.conf.all.route_localnet", "1")
    with socket_in(lab.client) as sock:
        sock.settimeout(0.5)
        with pytest.raises(OSError, match=r"timed out|refused|unreachable"):
            sock.connect(("127.9.9.9", 7070))


def test_forged_addresses_reach_no_laptop(lab: InterceptionLab, laptop: StrangeLaptop, manager: ManagerProcess) -> None:
    """A pod on the manager's own link sends to a laptop's address, in the name of a sidecar, of another laptop, of the
    manager, of the loopback, and of itself: by the manager's pod as its router."""
    lab.client.ip("route", "replace", "198.19.0.0/16", "via", MANAGER4)
    with socket_in(lab.client, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
        for source in ("198.19.200.9", "198.19.77.7", "198.19.0.1", "127.0.0.1", laptop.address4, "10.77.0.3"):
            for protocol in (6, 17, 1):
                raw.sendto(_ip_packet(source, laptop.address4, protocol), (laptop.address4, 0))
    assert laptop.packets() == []
    assert laptop.packets() == []


def _ip_packet(source: str, destination: str, protocol: int) -> bytes:
    """TCP SYN, UDP or an ICMP echo: what would begin something."""
    body = {
        6: struct.pack(">HHIIBBHHH", 5000, 22, 1, 0, 0x50, 2, 512, 0, 0),
        17: struct.pack(">HHHH", 5000, 53, 12, 0) + b"ping",
        1: struct.pack(">BBHHH", 8, 0, 0, 1, 1),
    }[protocol]
    ends = socket.inet_aton(source) + socket.inet_aton(destination)
    return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(body), 7, 0, 64, protocol, 0) + ends + body
