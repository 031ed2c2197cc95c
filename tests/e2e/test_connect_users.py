"""Who may use the helper, and that one user's connection is not another's business."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import make_as_before
from tests.e2e.driver import Kubeferry
from tests.lab.laptop import DEV, EVE, MALLORY, Laptop


@pytest.fixture
def eve(laptop: Laptop) -> Iterator[Kubeferry]:
    yield Kubeferry(laptop, EVE)
    make_as_before(laptop)


def test_user_outside_the_group_is_refused_in_words(kubeferry: Kubeferry) -> None:
    mallory = Kubeferry(kubeferry.laptop, MALLORY)
    code, error = mallory.refused()
    assert (code, error["code"]) == (40, "helper_not_allowed")
    assert "kubeferry" in error["next_step"]
    kubeferry.laptop.signal(signal.SIGTERM, "session")


def test_no_helper_is_told(kubeferry: Kubeferry) -> None:
    kubeferry.laptop.signal(signal.SIGTERM, "helper")
    code, error = kubeferry.refused()
    assert (code, error["code"]) == (40, "helper_not_running")


def test_users_do_not_see_or_end_each_others_connections(kubeferry: Kubeferry, eve: Kubeferry) -> None:
    mine = kubeferry.connect()
    assert eve.status()["state"] == "disconnected"
    assert eve.disconnect()["state"] == "disconnected"
    assert kubeferry.status()["state"] == "connected"
    code, error = eve.refused()
    assert code == 30, error
    assert error["code"] in ("subnet_overlap", "route_conflict")
    assert kubeferry.status()["facts"]["connection_id"] == mine["facts"]["connection_id"]
    assert kubeferry.reach("http", "http://productpage:9080")["body"]["service"] == "productpage"


def test_next_user_can_connect_when_the_first_is_done(kubeferry: Kubeferry, eve: Kubeferry) -> None:
    kubeferry.connect()
    kubeferry.disconnect()
    eve.connect()
    assert eve.reach("http", "http://productpage:9080")["body"]["service"] == "productpage"
    eve.disconnect()


def test_worker_has_no_rights(kubeferry: Kubeferry) -> None:
    kubeferry.connect()
    (worker,) = kubeferry.laptop.pids("worker", DEV)
    told = Path(f"/proc/{worker}/status").read_text().splitlines()
    lines = {name: value.split() for name, value in (line.split(":", 1) for line in told)}
    assert lines["Uid"] == ["1000"] * 4
    assert {int(lines[name][0], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")} == {0}
    assert lines["NoNewPrivs"] == ["1"]
