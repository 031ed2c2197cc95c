"""What was worth something once, shown again: tokens of sidecars and secrets of leases, at the real manager's process.

Refused: a token for another workload, of an earlier injection, with another manager's key; a secret that is not the
lease's. Harmless by design, and shown to be: a token twice at once (a workload has several pods, all with the one in
its Secret), which reaches what its workload's sidecars reach and no more; the secret of a lease that was released,
which gives a fresh lease with a fresh secret; an installation's id without a secret, which gives a lease of its own
for as long as the first is in use.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from helper.protocol.intercepts import Workload
from helper.wire.frames import FrameKind
from helper.wire.hello import HelloRefusal
from tests.netns.cluster.interception_lab import (
    INJECTION,
    WORKLOAD,
    InterceptionLab,
    interception_lab,
    proxy,
    write_keys,
)
from tests.netns.cluster.strangers import StrangeLaptop, StrangeSidecar, datagram

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")

RATINGS = Workload("Deployment", "shop", "ratings")
LATER = "1" * 16


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InterceptionLab]:
    with interception_lab(tmp_path_factory.mktemp("replayed")) as made:
        yield made


@pytest.fixture
def laptop(lab: InterceptionLab) -> Iterator[StrangeLaptop]:
    with StrangeLaptop(lab, "ab" * 8) as made:
        yield made
        made.send(FrameKind.RELEASE)
        made.ended_within(2)


def refusal(lab: InterceptionLab, token: str, workload: Workload, injection_id: str) -> HelloRefusal | None:
    with StrangeSidecar(lab, token, workload=workload, injection_id=injection_id) as sidecar:
        return sidecar.refusal()


@pytest.mark.parametrize(
    ("workload", "injection_id"),
    [
        (RATINGS, INJECTION),
        (WORKLOAD, LATER),
        (Workload("StatefulSet", "shop", "reviews"), INJECTION),
        (Workload("Deployment", "shop2", "reviews"), INJECTION),
        (Workload("Deployment", "s", "hop-reviews"), INJECTION),
    ],
)
def test_a_token_is_worth_nothing_elsewhere(
    lab: InterceptionLab, laptop: StrangeLaptop, workload: Workload, injection_id: str
) -> None:
    token = laptop.mint().token
    assert refusal(lab, token, workload, injection_id) is HelloRefusal.BAD_TOKEN
    with StrangeSidecar(lab, token) as sidecar:
        sidecar.joined()


def test_a_token_of_an_earlier_injection_is_no_word_about_the_later_one(
    lab: InterceptionLab, laptop: StrangeLaptop
) -> None:
    """It still says that it is a sidecar of the earlier one, of which nobody wants anything any more."""
    earlier, later = laptop.mint().token, laptop.mint(injection_id=LATER).token
    assert refusal(lab, earlier, WORKLOAD, LATER) is HelloRefusal.BAD_TOKEN
    of_later = msgspec.structs.replace(proxy(), injection_id=LATER)
    with StrangeSidecar(lab, later, injection_id=LATER) as current, StrangeSidecar(lab, earlier) as replayed:
        mine, theirs = current.joined(), replayed.joined()
        assert [state.sidecars for state in laptop.declare(of_later)] == [1]
        replayed.send(FrameKind.DATA, datagram(theirs, laptop.address4))
        assert replayed.is_answered()
        assert laptop.packets() == []
        current.send(FrameKind.DATA, datagram(mine, laptop.address4))
        assert current.is_answered()
        assert len(laptop.packets()) == 1, "the counter-test"


def test_a_token_twice_at_once_is_two_pods_of_one_workload(lab: InterceptionLab, laptop: StrangeLaptop) -> None:
    token = laptop.mint().token
    with StrangeSidecar(lab, token) as one, StrangeSidecar(lab, token) as other:
        first, second = one.joined(), other.joined()
        assert first != second, "neither takes the other's place"
        assert [state.sidecars for state in laptop.declare(proxy())] == [2], "and everybody sees that there are two"
        one.send(FrameKind.DATA, datagram(second, laptop.address4))
        assert one.is_answered()
        assert laptop.packets() == [], "nor speaks in its name"
        one.send(FrameKind.DATA, datagram(first, laptop.address4))
        assert one.is_answered()
        assert len(laptop.packets()) == 1, "the counter-test"


def test_another_managers_token(tmp_path: Path) -> None:
    """Of a cluster beside, or of the same one before its keys were made anew."""
    with interception_lab(tmp_path) as lab:
        with StrangeLaptop(lab, "ab" * 8) as laptop:
            token = laptop.mint().token
        lab.stop_manager()
        write_keys(lab.folder / "keys")
        lab.start_manager()
        assert refusal(lab, token, WORKLOAD, INJECTION) is HelloRefusal.BAD_TOKEN


class TestLeases:
    def test_a_secret_that_is_not_the_leases(self, lab: InterceptionLab, laptop: StrangeLaptop) -> None:
        for secret in ("", "0" * 32, laptop.welcome.secret[:-1], laptop.welcome.secret.upper() + "x"):
            with StrangeLaptop(lab, "ab" * 8, secret=secret, address4=laptop.address4) as thief:
                assert thief.refused is HelloRefusal.WRONG_SECRET
        assert laptop.is_answered(), "who holds it has noticed nothing"

    def test_the_secret_of_another_installations_lease(self, lab: InterceptionLab, laptop: StrangeLaptop) -> None:
        """The address is taken, so it gets another one, and no lane of the first ends."""
        with StrangeLaptop(lab, "cd" * 8, secret=laptop.welcome.secret, address4=laptop.address4) as thief:
            assert thief.address4 != laptop.address4
            assert thief.welcome.lease_id != laptop.welcome.lease_id
        assert laptop.is_answered()

    def test_a_secret_after_the_release(self, lab: InterceptionLab) -> None:
        with StrangeLaptop(lab, "ef" * 8) as first:
            before = first.welcome
            assert len(first.declare(proxy(0xBB))) == 1
            first.send(FrameKind.RELEASE)
            assert first.ended_within(2)
        with StrangeLaptop(lab, "ef" * 8, secret=before.secret, address4=before.address4) as again:
            assert again.welcome.secret != before.secret
            assert again.welcome.lease_id != before.lease_id
            assert again.declare() == (), "nothing of the former lease comes along"
        with StrangeLaptop(lab, "ef" * 8, secret=before.secret, address4=before.address4) as third:
            assert third.refused is HelloRefusal.WRONG_SECRET, "the old one never opens the new lease"

    def test_an_id_without_a_secret_while_its_lease_is_in_use(
        self, lab: InterceptionLab, laptop: StrangeLaptop
    ) -> None:
        with StrangeLaptop(lab, "ab" * 8) as second:
            assert second.address4 != laptop.address4
            assert second.welcome.secret != laptop.welcome.secret
        assert laptop.is_answered()
