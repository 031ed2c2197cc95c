"""The window says which rule wins before anything is sent: the real Envoy, with the manager's order, must agree."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from app.domain.intercepts import Claim, HeaderRule, HttpRule, MatchKind
from app.domain.intercepts import PortMap as DomainPort
from app.domain.rule_trial import decide
from app.domain.sample_request import SampleRequest
from app.domain.workload import WorkloadKind, WorkloadRef
from app.session.intercept_convert import intercept_of
from helper.cluster.manager.intercepts import InterceptTable, Owner
from helper.wire.sidecar_messages import Rule
from tests.netns.cluster.envoy_lab import LAPTOP4, OTHER4, EnvoyLab, envoy_lab
from tests.netns.cluster.envoy_servers import LOCAL_PORT, PORT

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")

EXACT, PREFIX, REGEX, PRESENT = MatchKind.EXACT, MatchKind.PREFIX, MatchKind.REGEX, MatchKind.PRESENT
REVIEWS = WorkloadRef(WorkloadKind.DEPLOYMENT, "shop", "reviews")
OWNERS = {"a" * 12: LAPTOP4, "b" * 12: OTHER4}
WHO = {LAPTOP4: "laptop", OTHER4: "other"}
HEADERS = (
    HeaderRule("x-user", EXACT, "alice"),
    HeaderRule("x-user", EXACT, ""),
    HeaderRule("x-user", PREFIX, "al"),
    HeaderRule("x-user", PRESENT),
    HeaderRule("x-user", REGEX, "al.*|bob"),
    HeaderRule("x-user", REGEX, "(?i)ALICE"),
    HeaderRule("x-user", REGEX, r"[[:alpha:]]{2,3}\w?"),
    HeaderRule("x-user", REGEX, r".*\bbo+b\b.*"),
    HeaderRule("x-user", REGEX, r"[^\d\s]+"),
    HeaderRule("x-user", REGEX, "(a|l|i|c|e)+?"),
    HeaderRule("cookie", REGEX, "(.*; ?)?user=me(;.*)?"),
    HeaderRule("baggage", REGEX, "(.*, *)?user=me( *[,;].*)?"),
    HeaderRule("accept", EXACT, "a"),
    HeaderRule("accept", REGEX, "a,.*"),
    HeaderRule("host", PREFIX, "reviews"),
    HeaderRule(":method", EXACT, "PUT"),
    HeaderRule(":path", PREFIX, "/api?"),
)
PATHS = ("", "", "/", "/api", "/api/v1", "/a'b", "/café")
REQUEST_PATHS = ("/", "/api", "/apis", "/api?x=1", "/api/v1/x", "/a'b", "/a%27b", "/caf%C3%A9/1", "//api")
VALUES = {
    "x-user": ("alice", "Alice", "bob", "a bob b", "bobby", "", "al", "al7", "x;y"),
    "cookie": ("user=me", "a=1; user=me; b=2", "user=you"),
    "accept": ("a", "b"),
    "baggage": ("user=me", "a=1,user=me;p", "user=mex"),
}
ROUNDS, REQUESTS = 24, 10


def claims_by(chance: random.Random) -> list[Claim]:
    found = []
    for number in range(chance.randint(1, 5)):
        rule = HttpRule(tuple(chance.sample(HEADERS, chance.randint(0, 2))), chance.choice(PATHS))
        owner = chance.choice(sorted(OWNERS))
        ports = (DomainPort(PORT, LOCAL_PORT),)
        everything = chance.random() < 0.1
        found.append(Claim(f"{number:012x}", owner, owner, chance.random(), None if everything else rule, ports, True))
    return found


def rules_of(claims: list[Claim]) -> tuple[Rule, ...]:
    """As the manager tells the sidecar."""
    table = InterceptTable()
    for owner, address in OWNERS.items():
        own = [intercept_of(one, REVIEWS, "f" * 16) for one in claims if one.owner_id == owner]
        table.declare(Owner(owner, owner, owner, address), own)
    return next(iter(table.groups.values())).rules


def request_by(chance: random.Random) -> SampleRequest:
    names = chance.sample(sorted(VALUES), chance.randint(0, 2))
    headers = [(name, chance.choice(VALUES[name])) for name in names]
    headers += [(name, chance.choice(VALUES[name])) for name in names if chance.random() < 0.3]
    return SampleRequest(tuple(headers), chance.choice(("GET", "PUT")), chance.choice(REQUEST_PATHS), "reviews:9080")


async def who_answers(lab: EnvoyLab, asked: SampleRequest) -> str:
    lines = [f"{name}: {value}" for name, value in asked.headers]
    return (await lab.ask(*lines, path=asked.path, method=asked.method)).who


async def test_what_is_foretold_comes_true(tmp_path: Path) -> None:
    chance = random.Random(5)  # noqa: S311
    won: set[str] = set()
    async with envoy_lab(tmp_path) as lab:
        for _ in range(ROUNDS):
            claims = claims_by(chance)
            applied = await lab.set(*rules_of(claims))
            assert applied.refused == ()
            for _ in range(REQUESTS):
                asked = request_by(chance)
                trial = decide(asked, claims, PORT)
                assert not trial.unsure
                foretold = "pod" if trial.winner is None else WHO[OWNERS[trial.winner.claim.owner_id]]
                assert await who_answers(lab, asked) == foretold, (asked, claims)
                won.add(foretold)
    assert won == {"pod", "laptop", "other"}
