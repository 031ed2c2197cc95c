"""When two people want the same traffic."""

from __future__ import annotations

import pytest

from app.domain.intercept_stages import InterceptStage, describe_intercept_stage
from app.domain.intercepts import Claim, HeaderRule, HttpRule, MatchKind, PortMap, Wish, conflicts
from app.domain.repairs import SETTLING_S, InjectedWorkload, Remains, find_remains
from app.domain.stages import MAX_WAITS_FOR
from app.domain.workload import WorkloadKind, WorkloadRef

REVIEWS = WorkloadRef(WorkloadKind.DEPLOYMENT, "shop", "reviews")
HTTP = (PortMap(9080, 8080),)
GRPC = (PortMap(9090, 9090),)


def header(text: str, kind: MatchKind = MatchKind.EXACT, name: str = "x-user") -> HttpRule:
    return HttpRule((HeaderRule(name, kind, text),))


def claim(
    rule: HttpRule | None, ports: tuple[PortMap, ...] = HTTP, *, owner: str = "bob", only_ports: bool = False
) -> Claim:
    return Claim("b" * 12, owner, f"{owner}@desk", 1.0, rule, ports, only_ports)


PREFIX, REGEX, PRESENT = MatchKind.PREFIX, MatchKind.REGEX, MatchKind.PRESENT
APART: list[tuple[HttpRule | None, HttpRule | None]] = [
    (None, header("alice")),
    (header("alice"), header("bob")),
    (header("alice"), header("bob", PREFIX)),
    (header("ali", PREFIX), header("bob", PREFIX)),
    (header("ali.*", REGEX), header("bob")),
    (header("alice"), header("alice", name="x-team")),
    (HttpRule(path="/api"), HttpRule(path="/apis")),
    (HttpRule(header("alice").headers, "/a"), HttpRule(header("alice").headers, "/b")),
    (
        HttpRule((HeaderRule("a", value="1"), HeaderRule("b", value="1"))),
        HttpRule((HeaderRule("a", value="1"), HeaderRule("b", value="2"))),
    ),
]
MEETING: list[tuple[HttpRule | None, HttpRule | None]] = [
    (None, None),
    (header("alice"), header("alice")),
    (header("alice"), header("ali", PREFIX)),
    (header("ali", PREFIX), header("alice", PREFIX)),
    (header("ali.*", REGEX), header("alice")),
    (header("ali.*", REGEX), header("bob.*", REGEX)),
    (header("ali.*", REGEX), header("bob", PREFIX)),
    (header("", PRESENT), header("bob")),
    (header("", PRESENT), header(".*", REGEX)),
    (header("", PRESENT), header("", PRESENT)),
    (HttpRule(path="/api"), HttpRule(path="/api/v1")),
    (HttpRule(path="/"), HttpRule(path="/api")),
    (HttpRule(path="/api"), HttpRule(path="/api")),
    (HttpRule(path="/api"), header("alice")),
    (HttpRule(header("alice").headers, "/api"), header("alice")),
    (
        HttpRule((HeaderRule("a", value="1"), HeaderRule("b", value="1"))),
        HttpRule((HeaderRule("a", value="1"),)),
    ),
]


@pytest.mark.parametrize(("one", "other"), APART)
def test_apart(one: HttpRule | None, other: HttpRule | None) -> None:
    assert conflicts(claim(one, owner="me"), [claim(other)]) == ()
    assert conflicts(claim(other, owner="me"), [claim(one)]) == ()


@pytest.mark.parametrize(("one", "other"), MEETING)
def test_meeting(one: HttpRule | None, other: HttpRule | None) -> None:
    assert conflicts(claim(one, owner="me"), [claim(other)]) == (claim(other),)
    assert conflicts(claim(other, owner="me"), [claim(one)]) == (claim(one),)


@pytest.mark.parametrize(("one", "other"), [*APART, *MEETING])
def test_on_other_ports_nothing_meets(one: HttpRule | None, other: HttpRule | None) -> None:
    mine = claim(one, HTTP, owner="me", only_ports=True)
    assert conflicts(mine, [claim(other, GRPC, only_ports=True)]) == ()


def test_a_proxy_of_all_ports_meets_one_of_any() -> None:
    everything = claim(None, (), owner="me")
    assert conflicts(everything, [claim(None, GRPC, only_ports=True)])
    assert conflicts(claim(None, GRPC, owner="me", only_ports=True), [claim(None, ())])


def test_nobody_is_in_their_own_way() -> None:
    assert conflicts(claim(None, owner="me"), [claim(None, owner="me")]) == ()


def test_a_regex_of_anybody_is_no_reason_to_fail() -> None:
    assert conflicts(claim(header("(", REGEX), owner="me"), [claim(header("alice"))])


def test_words() -> None:
    assert [str(header("v", kind)) for kind in MatchKind] == ["x-user=v", "x-user=v*", "x-user~v", "x-user"]
    assert str(HttpRule()) == "every request"
    assert str(HttpRule(header("v").headers, "/api")) == "x-user=v and path /api"
    assert [str(port) for port in (PortMap(80, 80), PortMap(80, 81))] == ["80", "80:81"]
    assert Wish(REVIEWS).mode == "proxy"
    assert Wish(REVIEWS, HttpRule()).mode == "mesh"


@pytest.mark.parametrize("stage", InterceptStage)
def test_every_stage_has_words(stage: InterceptStage) -> None:
    assert describe_intercept_stage(stage)
    assert describe_intercept_stage(stage, "deployment/reviews").endswith("(deployment/reviews)")
    assert len(describe_intercept_stage(stage, "x" * 1000)) < MAX_WAITS_FOR + 60


ALICE = Claim("a" * 12, "a" * 12, "alice@desk", 100.0)
BOB = Claim("b" * 12, "b" * 12, "bob@desk", 100.0)


def test_what_vanished_owners_left() -> None:
    injected = [
        InjectedWorkload(REVIEWS, "1" * 16, (ALICE, BOB)),
        InjectedWorkload(WorkloadRef(WorkloadKind.POD, "shop", "x"), "2" * 16, (ALICE,)),
        InjectedWorkload(WorkloadRef(WorkloadKind.POD, "shop", "y"), "3" * 16, ()),
    ]
    remains = find_remains(injected, {"a" * 12}, 1000.0, any_manager=True)
    assert remains == (
        Remains(REVIEWS, (BOB,), (ALICE,)),
        Remains(WorkloadRef(WorkloadKind.POD, "shop", "y"), (), ()),
    )
    assert [one.restores for one in remains] == [False, True]


def test_who_has_only_begun_has_not_vanished() -> None:
    injected = [InjectedWorkload(REVIEWS, "1" * 16, (ALICE,))]
    assert find_remains(injected, (), 100.0 + SETTLING_S / 2, any_manager=True) == ()
    assert find_remains(injected, (), 100.0 + SETTLING_S, any_manager=True)


def test_without_a_manager_nobody_is_there() -> None:
    injected = [InjectedWorkload(REVIEWS, "1" * 16, (ALICE,))]
    assert find_remains(injected, {"a" * 12}, 100.0, any_manager=False) == (Remains(REVIEWS, (ALICE,), ()),)
