"""kill -9 of our processes, in any combination, leaves the laptop as it was within 5 s; the next connect works."""

from __future__ import annotations

import itertools
import signal

import pytest

from tests.e2e.conftest import assert_as_before, make_as_before
from tests.e2e.driver import RECOVERY_S, HeldConnection, Kubeferry
from tests.lab import snapshot
from tests.lab.laptop import Laptop, Role

UNDONE_S = 5.0
KILLED: tuple[Role, ...] = ("session", "worker", "helper")
COMBINATIONS = [roles for count in (1, 2, 3) for roles in itertools.combinations(KILLED, count)]


@pytest.mark.parametrize("variant", ["laptop", "plain_laptop"])
@pytest.mark.parametrize("roles", COMBINATIONS, ids="+".join)
def test_killed_processes_leave_nothing(variant: str, roles: tuple[Role, ...], request: pytest.FixtureRequest) -> None:
    laptop: Laptop = request.getfixturevalue(variant)
    make_as_before(laptop)
    before = snapshot.take(laptop)
    kubeferry = Kubeferry(laptop)
    kubeferry.connect()
    laptop.signal(signal.SIGKILL, *roles)
    if roles != ("worker",):
        # A session that is still there connects anew when only its worker died; without a helper nobody can.
        assert_as_before(laptop, before, UNDONE_S)
    make_as_before(laptop)
    assert_as_before(laptop, before, UNDONE_S)
    kubeferry.connect()
    assert kubeferry.reach("http", "http://productpage:9080")["body"]["service"] == "productpage"
    kubeferry.disconnect()
    assert_as_before(laptop, before, UNDONE_S)


@pytest.mark.parametrize("variant", ["laptop", "plain_laptop"])
def test_next_helper_undoes_what_nobody_was_left_to_undo(variant: str, request: pytest.FixtureRequest) -> None:
    laptop: Laptop = request.getfixturevalue(variant)
    make_as_before(laptop)
    before = snapshot.take(laptop)
    Kubeferry(laptop).connect()
    laptop.signal(signal.SIGKILL, "guard", "helper", "worker", "session")
    laptop.start_helper()
    assert_as_before(laptop, before, UNDONE_S)


def test_session_restarted_in_time_takes_the_connection_over(kubeferry: Kubeferry) -> None:
    """A crash of the app must not cut the user's connections."""
    addresses = kubeferry.connect()["facts"]["addresses"]
    with HeldConnection(kubeferry, "echo") as held:
        held.echo("before")
        kubeferry.laptop.signal(signal.SIGKILL, "session")
        assert kubeferry.connect()["facts"]["addresses"] == addresses
        held.echo("after")


def test_client_killed_while_connected(kubeferry: Kubeferry) -> None:
    """A client is a client: the connection is the session's."""
    client = kubeferry.popen("connect", "-n", "shop")
    client.communicate(timeout=30)
    kubeferry.works_within(RECOVERY_S)
    assert kubeferry.status()["state"] == "connected"


def test_helper_restarted(kubeferry: Kubeferry) -> None:
    kubeferry.connect()
    kubeferry.laptop.signal(signal.SIGTERM, "helper")
    kubeferry.wait_for("not connected", lambda status: status["state"] != "connected", UNDONE_S)
    make_as_before(kubeferry.laptop)
    kubeferry.connect()
