"""Whose intercepts are in force, and what each sidecar is told."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from helper.cluster.manager.intercepts import GroupKey, InterceptTable, Owner
from helper.protocol.intercepts import MAX_INTERCEPTS, HeaderMatch, Health, HttpMatch, Intercept, PortMap, Workload
from helper.wire.sidecar_messages import Applied

REVIEWS = Workload("Deployment", "shop", "reviews")
RATINGS = Workload("Deployment", "shop", "ratings")
INJECTION = "0" * 16
KEY = GroupKey(REVIEWS, INJECTION)


def owner(number: int) -> Owner:
    return Owner(f"lease{number}", f"{number:012x}", f"user{number}", f"198.19.1.{number}")


def header(value: str) -> HttpMatch:
    return HttpMatch((HeaderMatch("x-user", value=value),))


def mesh(number: int, value: str, since: float = 1.0, workload: Workload = REVIEWS, port: int = 9080) -> Intercept:
    return Intercept(f"{number:012x}", workload, INJECTION, since, header(value), (PortMap(port, 8080),))


def proxy(number: int, since: float = 1.0) -> Intercept:
    return Intercept(f"{number:012x}", REVIEWS, INJECTION, since, None, (), True)


def ids(table: InterceptTable, key: GroupKey = KEY) -> list[int]:
    return [int(rule.intercept_id, 16) for rule in table.groups[key].rules]


def health(table: InterceptTable, holder: str, *applied: int, trouble: str = "") -> list[Health]:
    progress = {KEY: tuple(Applied(generation, trouble) for generation in applied)}
    return [state.health for state in table.states(holder, progress)]


def test_rules_come_before_what_takes_everything_and_older_ones_first() -> None:
    table = InterceptTable()
    table.declare(owner(1), [proxy(1, since=0.0)])
    table.declare(owner(2), [mesh(2, "bob", since=3.0)])
    table.declare(owner(3), [mesh(3, "carol", since=2.0)])
    assert ids(table) == [3, 2, 1]
    assert [rule.address4 for rule in table.groups[KEY].rules] == ["198.19.1.3", "198.19.1.2", "198.19.1.1"]


def test_only_what_changed_is_told() -> None:
    table = InterceptTable()
    assert table.declare(owner(1), [mesh(1, "a")]) == {KEY}
    assert table.declare(owner(1), [mesh(1, "a")]) == frozenset()
    other = GroupKey(RATINGS, INJECTION)
    assert table.declare(owner(1), [mesh(1, "a"), mesh(2, "a", workload=RATINGS)]) == {other}
    assert table.declare(owner(1), []) == {KEY, other}
    assert table.groups == {}


def test_a_laptop_that_is_away_keeps_its_place_and_gets_nothing() -> None:
    table = InterceptTable()
    table.declare(owner(1), [mesh(1, "a")])
    assert table.set_present("lease1", False) == {KEY}
    assert ids(table) == []
    assert health(table, "lease1", 2) == [Health.ABSENT]
    assert table.set_present("lease1", False) == frozenset()
    assert table.set_present("lease1", True) == {KEY}
    assert ids(table) == [1]


def test_who_was_forgotten_holds_nothing() -> None:
    table = InterceptTable()
    table.declare(owner(1), [mesh(1, "a")])
    assert table.forget("lease1") == {KEY}
    assert table.forget("lease1") == frozenset()
    assert table.holders() == ()


def test_of_two_that_want_the_same_the_newer_counts() -> None:
    table = InterceptTable()
    table.declare(owner(1), [mesh(1, "a", since=1.0)])
    table.declare(owner(2), [mesh(2, "a", since=2.0)])
    assert ids(table) == [2]
    (state,) = table.states("lease1", {KEY: (Applied(9),)})
    assert (state.health, state.superseded_by) == (Health.SUPERSEDED, "user2")
    table.declare(owner(2), [])
    assert ids(table) == [1]


def test_the_same_rule_on_other_ports_is_another_one() -> None:
    table = InterceptTable()
    table.declare(owner(1), [mesh(1, "a", since=1.0)])
    table.declare(owner(2), [mesh(2, "a", since=2.0, port=9081)])
    assert ids(table) == [1, 2]


def test_two_proxies_of_everything_are_one() -> None:
    table = InterceptTable()
    table.declare(owner(1), [proxy(1, since=1.0)])
    table.declare(owner(2), [proxy(2, since=2.0)])
    assert ids(table) == [2]


def test_it_is_active_when_all_sidecars_have_applied_it() -> None:
    table = InterceptTable()
    table.declare(owner(1), [mesh(1, "a")])
    first = table.groups[KEY].generation
    assert health(table, "lease1") == [Health.WAITING]
    assert health(table, "lease1", first - 1) == [Health.PARTIAL]
    assert health(table, "lease1", first, first - 1) == [Health.PARTIAL]
    assert health(table, "lease1", first, first + 4) == [Health.ACTIVE]
    assert health(table, "lease1", first, trouble="Envoy does not start") == [Health.PARTIAL]


def test_a_refused_rule_is_nobody_elses_trouble() -> None:
    table = InterceptTable()
    table.declare(owner(1), [mesh(1, "a"), mesh(2, "b")])
    said = Applied(table.groups[KEY].generation, "no such regular expression", (f"{2:012x}",))
    states = table.states("lease1", {KEY: (said,)})
    assert [(state.health, bool(state.trouble)) for state in states] == [(Health.ACTIVE, False), (Health.PARTIAL, True)]


def test_somebody_elses_change_does_not_make_it_less_active() -> None:
    table = InterceptTable()
    table.declare(owner(1), [mesh(1, "a")])
    first = table.groups[KEY].generation
    table.declare(owner(2), [mesh(2, "b")])
    assert health(table, "lease1", first) == [Health.ACTIVE]
    assert health(table, "lease2", first) == [Health.PARTIAL]


def test_what_was_applied_of_an_earlier_group_says_nothing() -> None:
    table = InterceptTable()
    for value in "abcdef":
        table.declare(owner(1), [mesh(1, value)])
    before = table.groups[KEY].generation
    table.declare(owner(1), [])
    table.declare(owner(1), [mesh(1, "z")])
    assert health(table, "lease1", before) == [Health.PARTIAL]


def test_an_installation_takes_its_intercepts_along_to_its_next_lease() -> None:
    table = InterceptTable()
    table.declare(owner(1), [mesh(1, "a"), mesh(2, "b")])
    table.declare(replace(owner(1), holder="new", address4="198.19.9.9"), [mesh(1, "a")])
    assert [rule.address4 for rule in table.groups[KEY].rules] == ["198.19.9.9", "198.19.1.1"]
    assert [one.intercept_id for one in table.declared("lease1")] == [f"{2:012x}"]


def test_nobody_takes_another_owners_intercept_by_its_id() -> None:
    table = InterceptTable()
    table.declare(owner(1), [mesh(1, "a")])
    table.declare(owner(2), [mesh(1, "b")])
    assert table.declared("lease2") == ()
    assert [rule.owner for rule in table.groups[KEY].rules] == ["user1"]


def test_a_workload_has_room_for_so_many() -> None:
    table = InterceptTable()
    for number in range(MAX_INTERCEPTS // 64 + 1):
        wanted = [mesh(1000 * number + n, f"v{number}-{n}", since=float(number)) for n in range(64)]
        table.declare(owner(number), wanted)
    assert len(table.groups[KEY].rules) == MAX_INTERCEPTS


def test_states_of_all() -> None:
    table = InterceptTable()
    table.declare(owner(1), [mesh(1, "a")])
    table.declare(owner(2), [mesh(2, "b"), mesh(3, "c", workload=RATINGS)])
    states = table.states(None, {})
    assert sorted(state.owner for state in states) == ["user1", "user2", "user2"]
    assert {state.health for state in states} == {Health.WAITING}
    assert msgspec.json.decode(msgspec.json.encode(states)), "it travels"
