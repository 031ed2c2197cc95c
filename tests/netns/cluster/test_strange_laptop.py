"""A laptop that may port-forward to the manager, like everybody's, and then says what no worker of ours would."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack

import msgspec
import pytest

from helper.cluster.manager.links import GREETING_S
from helper.protocol.intercepts import HeaderMatch, HttpMatch, Intercept, PortMap, Workload
from helper.wire.frames import HEADER, FrameKind, encode_frame
from helper.wire.hello import HelloRefusal
from helper.wire.laptop_messages import Declare, ListAll, Listed
from tests.netns.cluster.interception_lab import INJECTION, InterceptionLab, interception_lab, proxy
from tests.netns.cluster.strangers import (
    ManagerProcess,
    Peer,
    StrangeLaptop,
    StrangeSidecar,
    datagram,
    laptop_socket,
)

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")

RATINGS = Workload("Deployment", "shop", "ratings")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InterceptionLab]:
    with interception_lab(tmp_path_factory.mktemp("strange")) as made:
        yield made
        assert ManagerProcess(made).faults() == ""


@pytest.fixture
def victim(lab: InterceptionLab) -> Iterator[StrangeLaptop]:
    """Somebody else at the same manager, who is well afterwards."""
    with StrangeLaptop(lab, "ab" * 8) as made:
        yield made
        assert made.is_answered()
        made.send(FrameKind.RELEASE)
        assert made.ended_within(20), "as soon as the manager comes to it"


@pytest.fixture
def stranger(lab: InterceptionLab) -> Iterator[StrangeLaptop]:
    with StrangeLaptop(lab, "cd" * 8) as made:
        yield made
        made.send(FrameKind.RELEASE)
        made.ended_within(2)


def of(workload: Workload, number: int) -> Intercept:
    return msgspec.structs.replace(proxy(number), workload=workload)


def test_a_forged_source_goes_nowhere(lab: InterceptionLab, victim: StrangeLaptop, stranger: StrangeLaptop) -> None:
    """In the name of another laptop, of a pod, of the manager: neither to laptops, nor to sidecars."""
    token = stranger.mint().token
    with StrangeSidecar(lab, token) as sidecar:
        there = sidecar.joined()
        assert [state.sidecars for state in stranger.declare(proxy())] == [1]
        for source in (victim.address4, "10.77.0.2", "198.19.0.1", "127.0.0.1", there):
            stranger.send(FrameKind.DATA, datagram(source, there))
            stranger.send(FrameKind.DATA, datagram(source, victim.address4))
        assert stranger.is_answered()
        assert sidecar.packets() == []
        assert victim.packets() == []
        stranger.send(FrameKind.DATA, datagram(stranger.address4, there))
        assert stranger.is_answered()
        assert len(sidecar.packets()) == 1, "the counter-test"


def test_a_laptop_reaches_only_sidecars_of_what_it_declared(
    lab: InterceptionLab, victim: StrangeLaptop, stranger: StrangeLaptop
) -> None:
    with StrangeSidecar(lab, victim.mint().token) as sidecar:
        there = sidecar.joined()
        victim.declare(proxy())
        stranger.declare(of(RATINGS, 0xCC))
        stranger.send(FrameKind.DATA, datagram(stranger.address4, there))
        stranger.send(FrameKind.DATA, datagram(stranger.address4, victim.address4))
        assert stranger.is_answered()
        assert sidecar.packets() == []
        assert victim.packets() == []


def test_a_sidecar_reaches_only_who_intercepts_its_workload(
    lab: InterceptionLab, victim: StrangeLaptop, stranger: StrangeLaptop
) -> None:
    """One of a workload of the stranger's own, with a token that it may have."""
    victim.declare(proxy())
    with StrangeSidecar(lab, stranger.mint(RATINGS).token, workload=RATINGS) as sidecar:
        mine = sidecar.joined()
        stranger.declare(of(RATINGS, 0xCC))
        sidecar.send(FrameKind.DATA, datagram(mine, victim.address4))
        sidecar.send(FrameKind.DATA, datagram(mine, stranger.address4))
        assert sidecar.is_answered()
        assert victim.packets() == []
        assert len(stranger.packets()) == 1, "the counter-test"


def test_somebody_elses_intercept_stays_theirs(
    lab: InterceptionLab, victim: StrangeLaptop, stranger: StrangeLaptop
) -> None:
    with StrangeSidecar(lab, victim.mint().token) as sidecar:
        sidecar.joined()
        victim.declare(proxy())
        assert [rule.address4 for rule in sidecar.hear().rules] == [victim.address4]
        assert stranger.declare(proxy()) == (), "not taken: its id is somebody's"
        stranger.say(ListAll())
        listed = stranger.hear()
        assert isinstance(listed, Listed)
        assert [state.owner_id for state in listed.states] != []
        assert all(state.superseded_by == "" for state in listed.states)


def test_who_declares_very_much_is_listed_as_far_as_a_message_goes(lab: InterceptionLab, victim: StrangeLaptop) -> None:
    """Two laptops with 3 MiB of rules each: a list of all would be longer than any message may be."""
    victim.declare(proxy(1))
    rule = HttpMatch(tuple(HeaderMatch(f"x-{n}", value="v" * 1000) for n in range(12)))
    with ExitStack() as stack:
        for number in range(2):
            greedy = stack.enter_context(StrangeLaptop(lab, f"{number:x}" * 16))
            greedy.declare(*(_mesh(number * 1000 + 1000 + n, rule) for n in range(240)))
        victim.say(ListAll())
        while not isinstance(listed := victim.hear(), Listed):
            pass
        assert "0" * 11 + "1" in {state.intercept.intercept_id for state in listed.states}, "the modest one's first"
        assert len(listed.states) == 241, "and one of the others"
        assert victim.is_answered()


def _mesh(number: int, rule: HttpMatch) -> Intercept:
    workload = Workload("Deployment", "shop", f"w{number}")
    return Intercept(f"{number:012x}", workload, INJECTION, float(number), rule, (PortMap(9080, 8080),))


def test_many_declarations_do_not_hold_up_the_others(lab: InterceptionLab, victim: StrangeLaptop) -> None:
    """60 laptops of 250 intercepts each, every one of another workload: 15,000, declared again and again."""
    rule = HttpMatch((HeaderMatch("x-user", value="a"),))
    with ExitStack() as stack:
        crowd = [stack.enter_context(StrangeLaptop(lab, f"{number:016x}")) for number in range(60)]
        for number, one in enumerate(crowd):
            one.say(Declare(tuple(_mesh(number * 1000 + n, rule) for n in range(250))))
        assert crowd[-1].is_answered()
        begin = time.monotonic()
        crowd[0].say(Declare(tuple(_mesh(n, rule) for n in range(249))))
        assert crowd[0].is_answered()
        assert victim.is_answered()
        took = time.monotonic() - begin
        print(f"a declaration among 15,000 takes {took:.2f} s")
        assert took < 1.0
        for one in crowd:
            one.send(FrameKind.RELEASE)


def test_garbage_behind_the_handshake_costs_its_sender_only(lab: InterceptionLab, victim: StrangeLaptop) -> None:
    broken = (
        b"\xff" * 64,
        HEADER.pack(FrameKind.MESSAGE << 24 | 0),
        encode_frame(FrameKind.MESSAGE, b"\0" + b"[" * 60_000),
        encode_frame(FrameKind.MESSAGE, b'\0{"type":"Declare","intercepts":[1]}'),
        encode_frame(FrameKind.MESSAGE, b'\0{"type":"Mint","workload":{"kind":"Pod\\n","namespace":"a","name":"b"}}'),
        encode_frame(FrameKind.MESSAGE, b'\0{"type":"Quit"}'),
        encode_frame(FrameKind.MESSAGE, b"\1" + b"x" * 60_000) * 80,
        encode_frame(FrameKind.HELLO, b"{}") + b"\x09\0\0\0",
    )
    for number, data in enumerate(broken):
        with StrangeLaptop(lab, f"{number:x}e" * 8) as one:
            one.send_bytes(data)
            assert one.ended_within(3), data[:40]
            assert victim.is_answered()
    for payload in (b"", b"\0", bytes(29), bytes(65_000), b"\xff" * 40):
        with StrangeLaptop(lab, "9e" * 8) as one:
            one.send(FrameKind.DATA, payload)
            assert one.is_answered(), "a packet that is none is dropped"


def test_who_gets_no_lease_keeps_no_place(lab: InterceptionLab, victim: StrangeLaptop) -> None:
    """A byte a second is no HELLO; and a refused one's place is free as soon as it was told."""
    manager = ManagerProcess(lab)
    before = manager.descriptors()
    with StrangeLaptop(lab, "ab" * 8, secret="wrong", address4=victim.address4) as refused:
        assert refused.refused is HelloRefusal.WRONG_SECRET
        assert refused.ended_within(3)
    with Peer(laptop_socket(lab)) as slow:
        begin = time.monotonic()
        slow.sock.settimeout(1.0)
        for byte in encode_frame(FrameKind.HELLO, b" " * 64):
            slow.send_bytes(bytes((byte,)))
            try:
                if slow.receive() is None:
                    break
            except TimeoutError:
                continue
        assert time.monotonic() - begin < GREETING_S + 2
    assert manager.has_come_down_to(before)
