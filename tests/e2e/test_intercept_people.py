"""Several people and one workload: rules beside each other, conflicts in words, taking over, everybody's list."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.bookinfo import Bookinfo, Shape
from tests.e2e.driver import Kubeferry
from tests.e2e.local_service import LocalService
from tests.lab.workloads.bookinfo import BOOKINFO, HTTP

REVIEWS = ("deploy/reviews", "-n", BOOKINFO)
WORKLOAD = "deployment/reviews"
ALICE, BOB = ("x-user", "alice"), ("x-user", "bob")
PORT = ("--port", str(HTTP))
SOON_S = 5.0


@pytest.fixture(scope="module")
def before(bookinfo: Bookinfo) -> dict[str, Shape]:
    return {WORKLOAD: bookinfo.shape(WORKLOAD)}


@pytest.fixture(scope="module")
def services(before: dict[str, Shape], dev: Kubeferry, eve: Kubeferry, third: Kubeferry) -> Iterator[None]:
    """Of three laptops, which say whose they are; `dev` holds the rule of x-user=alice throughout."""
    with LocalService(dev, who="dev"), LocalService(eve, who="eve"), LocalService(third, who="third"):
        dev.mesh("deploy/reviews", "--header", "x-user=alice", *PORT)
        yield
        for one in (dev, eve, third):
            one.run("leave", "--all")


@pytest.fixture(autouse=True)
def _others_leave(services: None, eve: Kubeferry, third: Kubeferry) -> Iterator[None]:
    yield
    for one in (eve, third):
        if one.intercepts():
            one.run("leave", "--all")


def mine(user: Kubeferry) -> list[dict[str, Any]]:
    return [one for one in user.intercepts() if one["mine"]]


def test_rules_first_then_the_one_who_takes_all(
    dev: Kubeferry, eve: Kubeferry, third: Kubeferry, bookinfo: Bookinfo
) -> None:
    eve.mesh("deploy/reviews", "--header", "x-user=bob", *PORT)
    assert bookinfo.who("reviews") == set(bookinfo.pods("reviews"))
    third.proxy("deploy/reviews")
    assert bookinfo.who("reviews", ALICE) == {"dev"}
    assert bookinfo.who("reviews", BOB) == {"eve"}
    assert bookinfo.who("reviews") == {"third"}
    expected = {("mesh", "x-user=alice", "dev@"), ("mesh", "x-user=bob", "eve@"), ("proxy", "", "dev@")}
    for user in (dev, eve, third):
        told = user.intercepts()
        found = {(one["mode"], one["rule"] if one["mode"] == "mesh" else "", one["owner"][:4]) for one in told}
        assert found == expected
        assert sum(one["mine"] for one in told) == 1
        assert {one["health"] for one in told} == {"active"}
        text = user.run("status").out
        assert "x-user=alice" in text
        assert "x-user=bob" in text
    third.leave(*REVIEWS)
    bookinfo.wait_for_who(None, "reviews", within_s=SOON_S)
    assert bookinfo.who("reviews", ALICE) == {"dev"}


@pytest.mark.parametrize(
    "rule",
    [
        ("--header", "x-user=alice"),
        ("--header-prefix", "x-user=al"),
        ("--header-regex", "x-user=a.*e"),
        ("--header-present", "x-user"),
        ("--header", "x-user=alice", "--path", "/api"),
    ],
    ids=["same", "prefix", "regex", "present", "path"],
)
def test_overlapping_rule_is_refused_with_who_and_since_when(
    eve: Kubeferry, bookinfo: Bookinfo, rule: tuple[str, ...]
) -> None:
    code, error = eve.fails("mesh", *REVIEWS, *rule, *PORT, "--yes")
    assert (code, error["code"]) == (10, "intercept_taken"), error
    assert "dev@" in error["what"]
    assert "x-user=alice" in error["what"]
    assert error["params"]["since"]
    assert "--take-over" in error["next_step"]
    assert mine(eve) == []
    assert bookinfo.who("reviews", ALICE) == {"dev"}


def test_second_proxy_is_refused(eve: Kubeferry, third: Kubeferry, bookinfo: Bookinfo) -> None:
    third.proxy("deploy/reviews")
    code, error = eve.fails("proxy", *REVIEWS, "--yes")
    assert (code, error["code"]) == (10, "intercept_taken"), error
    assert bookinfo.who("reviews") == {"third"}


def test_take_over_asks_nobody_and_tells_them(dev: Kubeferry, eve: Kubeferry, bookinfo: Bookinfo) -> None:
    eve.mesh("deploy/reviews", "--header", "x-user=alice", *PORT, "--take-over")
    bookinfo.wait_for_who({"eve"}, "reviews", ALICE, within_s=SOON_S)

    def told(status: dict[str, Any]) -> bool:
        own = [one for one in status["intercepts"] if one["mine"]]
        return all(one["health"] in ("superseded", "removed") for one in own)

    dev.wait_for("told of the take-over", told, SOON_S)
    text = dev.run("status").out
    assert "eve@" in text
    dev.mesh("deploy/reviews", "--header", "x-user=alice", *PORT, "--take-over")
    bookinfo.wait_for_who({"dev"}, "reviews", ALICE, within_s=SOON_S)


def test_rule_change_needs_no_rollout_and_little_time(eve: Kubeferry, bookinfo: Bookinfo) -> None:
    pods = set(bookinfo.pods("reviews"))
    begin = time.monotonic()
    eve.mesh("deploy/reviews", "--header", "x-user=bob", *PORT)
    took_s = time.monotonic() - begin
    assert bookinfo.who("reviews", BOB) == {"eve"}
    assert set(bookinfo.pods("reviews")) == pods
    assert took_s < SOON_S


def test_last_one_out_removes_the_sidecar(
    dev: Kubeferry, eve: Kubeferry, bookinfo: Bookinfo, before: dict[str, Shape]
) -> None:
    eve.mesh("deploy/reviews", "--header", "x-user=bob", *PORT)
    pods = set(bookinfo.pods("reviews"))
    dev.leave(*REVIEWS)
    bookinfo.wait_for_who(set(pods), "reviews", ALICE, within_s=SOON_S)
    assert bookinfo.who("reviews", BOB) == {"eve"}
    assert set(bookinfo.with_sidecar("reviews")) == pods
    eve.leave(*REVIEWS)
    bookinfo.wait_until_restored(before)
    bookinfo.wait_for_who(None, "reviews", BOB, within_s=SOON_S)
