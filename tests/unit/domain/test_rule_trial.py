"""Which rule wins: the window's word is compared with what manager and sidecar make of the same claims."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest

from app.domain.intercepts import Claim, HeaderRule, HttpRule, MatchKind, PortMap
from app.domain.rule_templates import short_name, templates
from app.domain.rule_trial import decide, decide_with
from app.domain.sample_request import SampleRequest
from app.domain.workload import WorkloadKind, WorkloadRef
from app.session.intercept_convert import intercept_of
from helper.cluster.manager.intercepts import InterceptTable, Owner
from helper.cluster.sidecar.envoy_config import routes

REVIEWS = WorkloadRef(WorkloadKind.DEPLOYMENT, "shop", "reviews")
PORT = 9080
HTTP = (PortMap(PORT, 8080),)
ME = "0" * 12
EXACT, PREFIX, REGEX, PRESENT = MatchKind.EXACT, MatchKind.PREFIX, MatchKind.REGEX, MatchKind.PRESENT


def claim(
    number: int,
    rule: HttpRule | None,
    *,
    owner: int = 1,
    since: float | None = None,
    ports: tuple[PortMap, ...] = HTTP,
    only_ports: bool = False,
) -> Claim:
    when = float(number) if since is None else since
    return Claim(f"{number:012x}", f"{owner:012x}", f"owner{owner}", when, rule, ports, only_ports)


def header(value: str, kind: MatchKind = EXACT, name: str = "x-user") -> HttpRule:
    return HttpRule((HeaderRule(name, kind, value),))


def request(*headers: tuple[str, str], path: str = "/", method: str = "GET") -> SampleRequest:
    return SampleRequest(headers, method, path, "reviews:9080")


ALICE = request(("x-user", "alice"))


def winner(trial_request: SampleRequest, *claims: Claim, port: int | None = None) -> str | None:
    found = decide(trial_request, claims, port).winner
    return None if found is None else found.claim.intercept_id.lstrip("0")


def test_the_older_rule_wins_and_rules_come_before_a_proxy() -> None:
    assert winner(ALICE, claim(2, header("alice")), claim(1, header("a", PREFIX))) == "1"
    assert winner(ALICE, claim(1, None), claim(2, header("alice"))) == "2"
    assert winner(request(), claim(1, None), claim(2, header("alice"))) == "1"
    assert winner(request(), claim(2, header("alice"))) is None


def test_of_equal_rules_the_newest_counts() -> None:
    trial = decide(ALICE, (claim(1, header("alice")), claim(2, header("alice"), owner=2)))
    assert [verdict.superseded for verdict in trial.verdicts] == [True, False]
    assert trial.winner is trial.verdicts[1]
    apart = claim(3, header("alice"), owner=3, ports=(PortMap(1, 1),))
    assert winner(ALICE, claim(1, header("alice")), apart) == "1"
    assert winner(ALICE, claim(1, header("alice")), claim(2, header("alice"), ports=())) == "2"
    assert winner(request(), claim(1, None), claim(2, None, only_ports=True)) == "2"


def test_a_port_leaves_out_what_is_about_others() -> None:
    rules = claim(1, header("alice"), ports=(PortMap(1, 1),)), claim(2, None, ports=HTTP, only_ports=True)
    assert winner(ALICE, *rules, port=PORT) == "2"
    assert winner(ALICE, *rules, port=1) == "1"
    assert winner(ALICE, *rules, port=3) is None
    assert winner(ALICE, claim(1, header("alice"), ports=()), port=3) == "1"
    assert winner(ALICE, claim(1, None, ports=()), port=3) == "1"


def test_every_condition_is_told() -> None:
    rule = HttpRule(
        (HeaderRule("x-user", EXACT, "alice"), HeaderRule("x-b", REGEX, "a+"), HeaderRule("x-c", PRESENT)), "/api"
    )
    trial = decide(request(("x-user", "bob"), ("x-b", "aa"), path="/apis?x=1"), (claim(1, rule),))
    assert [(one.holds, one.found) for one in trial.verdicts[0].conditions] == [
        (False, ("bob",)),
        (True, ("aa",)),
        (False, ()),
        (False, ("/apis",)),
    ]
    assert trial.verdicts[0].matches is False


def test_what_cannot_be_told_is_not_guessed() -> None:
    unknown = claim(1, header(r"\pL+", REGEX))
    trial = decide(ALICE, (unknown, claim(2, header("alice"))))
    assert trial.unsure
    assert trial.winner is trial.verdicts[1]
    assert decide(ALICE, (unknown,)).unsure
    assert not decide(ALICE, (claim(0, header("alice")), unknown)).unsure
    assert decide(request(("x-user", "a"), ("x-user", "b")), (unknown,)).verdicts[0].matches is None


def test_a_wanted_rule_that_others_have_takes_over_and_is_the_newest_otherwise() -> None:
    wanted = Claim("", ME, "", float("inf"), header("alice"), HTTP)
    rival, beside = claim(1, header("ali", PREFIX)), claim(2, header("1", name="x-b"))
    trial = decide_with(request(("x-user", "alice"), ("x-b", "1")), wanted, (rival, beside))
    assert trial.rivals == (rival,)
    assert trial.winner is not None
    assert trial.winner.claim == beside
    assert [verdict.claim for verdict in trial.verdicts] == [beside, wanted]
    alone = decide_with(ALICE, wanted, (rival,))
    assert alone.winner is not None
    assert alone.winner.claim == wanted


def test_templates_take_their_owners_requests_only() -> None:
    takes = {
        "header": [("x-user", "al.ice")],
        "baggage": [
            ("baggage", "user=al.ice"),
            ("baggage", "a=1, user=al.ice;p=1,b=2"),
            ("baggage", "a=1,user=al.ice ,b"),
        ],
        "cookie": [("cookie", "user=al.ice"), ("cookie", "a=1; user=al.ice; b=2"), ("cookie", "a=1;user=al.ice")],
    }
    leaves = {
        "header": [("x-user", "al.ice2"), ("x-user", "alxice")],
        "baggage": [("baggage", "user=al.ice2"), ("baggage", "xuser=al.ice"), ("baggage", "user=alxice")],
        "cookie": [("cookie", "user=al.ice2"), ("cookie", "xuser=al.ice"), ("cookie", "a=user=al.ice")],
    }
    for template in templates("al.ice"):
        mine = claim(1, template.rule)
        assert [winner(request(one), mine) for one in takes[template.kind]] == ["1"] * len(takes[template.kind])
        assert [winner(request(one), mine) for one in leaves[template.kind]] == [None] * len(leaves[template.kind])


@pytest.mark.parametrize(
    ("owner", "name"),
    [("Alice@desk", "alice"), ("Jörg Müller@x", "j-rg-m-ller"), ("", "me"), ("@x", "me"), ("a.b", "a.b")],
)
def test_short_names(owner: str, name: str) -> None:
    assert short_name(owner) == name


HEADERS = (
    HeaderRule("x-user", EXACT, "alice"),
    HeaderRule("x-user", EXACT, ""),
    HeaderRule("x-user", PREFIX, "al"),
    HeaderRule("x-user", REGEX, "al.*|bob"),
    HeaderRule("x-user", PRESENT),
    HeaderRule("x-team", EXACT, "a"),
    HeaderRule("x-team", PRESENT),
    HeaderRule("cookie", REGEX, "(.*; ?)?user=me(;.*)?"),
    HeaderRule("host", PREFIX, "reviews"),
    HeaderRule(":method", EXACT, "PUT"),
    HeaderRule(":path", PREFIX, "/api?"),
)
PATHS = ("", "", "/", "/api", "/api/v1", "/caf é")
REQUEST_PATHS = ("/", "/api", "/apis", "/api?x=1", "/api/v1/x", "/caf%20%C3%A9/1", "/caf é")
REQUEST_HEADERS = (
    ("x-user", "alice"),
    ("x-user", "bob"),
    ("x-user", ""),
    ("x-team", "a"),
    ("x-team", "b"),
    ("cookie", "a=1; user=me"),
    ("cookie", "user=you"),
)


def random_claims(chance: random.Random) -> list[Claim]:
    found = []
    for number in range(1, chance.randint(1, 7)):
        rule = None
        if chance.random() < 0.8:
            rule = HttpRule(tuple(chance.sample(HEADERS, chance.randint(0, 2))), chance.choice(PATHS))
        ports = tuple(chance.sample((PortMap(PORT, 8080), PortMap(9090, 9090)), chance.randint(1, 2)))
        found.append(
            claim(
                number,
                rule,
                owner=chance.randint(1, 4),
                since=float(chance.randint(1, 4)),
                ports=ports,
                only_ports=rule is None and chance.random() < 0.5,
            )
        )
    return found


def random_request(chance: random.Random) -> SampleRequest:
    headers = chance.sample(REQUEST_HEADERS, chance.randint(0, 3))
    return request(*headers, path=chance.choice(REQUEST_PATHS), method=chance.choice(("GET", "PUT")))


def envoys_choice(claims: list[Claim], asked: SampleRequest) -> str:
    """The route that Envoy takes, by the manager's order and the sidecar's configuration."""
    table = InterceptTable()
    for owner in sorted({one.owner_id for one in claims}):
        own = [intercept_of(one, REVIEWS, "f" * 16) for one in claims if one.owner_id == owner]
        table.declare(Owner(owner, owner, own[0].intercept_id, "198.19.1.1"), own)
    (group,) = table.groups.values()
    config = routes(PORT, group.rules)["resources"][0]["virtual_hosts"][0]["routes"]
    return next(str(route["name"]) for route in config if _takes(route["match"], asked))


def _takes(match: dict[str, Any], asked: SampleRequest) -> bool:
    """As Envoy reads a RouteMatch: config/route/v3/route_components.proto."""
    path = asked.path.partition("?")[0]
    below = match.get("path_separated_prefix")
    if below is not None and path != below and not path.startswith(f"{below}/"):
        return False
    return all(_has(condition, asked) for condition in match.get("headers", ()))


def _has(condition: dict[str, Any], asked: SampleRequest) -> bool:
    values = asked.values(condition["name"])
    if "present_match" in condition:
        return bool(values)
    string = condition["string_match"]
    if "prefix" in string:
        return any(value.startswith(string["prefix"]) for value in values)
    if "safe_regex" in string:
        return any(re.fullmatch(string["safe_regex"]["regex"], value) for value in values)
    return any(value == string["exact"] for value in values)


@pytest.mark.parametrize("seed", range(20))
def test_it_says_what_manager_and_sidecar_do(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    for _ in range(60):
        claims = random_claims(chance)
        if not claims:
            continue
        for _ in range(4):
            asked = random_request(chance)
            found = decide(asked, claims, PORT).winner
            assert ("" if found is None else found.claim.intercept_id) == envoys_choice(claims, asked), (claims, asked)
