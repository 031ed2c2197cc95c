"""What is copied is a request that the rule takes, safe to paste into a shell."""

from __future__ import annotations

import json
import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.intercepts import HeaderRule, HttpRule, MatchKind
from app.domain.request_paste import parse_request
from app.domain.rule_snippets import curl_line, gaps, header_lines, made_up, modheader_profile
from app.domain.rule_templates import templates
from app.domain.rule_trial import conditions

EXACT, PREFIX, REGEX, PRESENT = MatchKind.EXACT, MatchKind.PREFIX, MatchKind.REGEX, MatchKind.PRESENT
URL = "http://reviews.shop:9080"


def rule(*headers: tuple[str, MatchKind, str], path: str = "") -> HttpRule:
    return HttpRule(tuple(HeaderRule(*header) for header in headers), path)


@pytest.mark.parametrize(
    ("wanted", "line"),
    [
        (rule(("x-user", EXACT, "alice")), "curl -H 'x-user: alice' http://reviews.shop:9080/"),
        (rule(path="/api"), "curl http://reviews.shop:9080/api"),
        (rule(path="/a b'c"), """curl 'http://reviews.shop:9080/a%20b'"'"'c'"""),
        (rule(("x", EXACT, "")), "curl -H 'x;' http://reviews.shop:9080/"),
        (rule(("x", EXACT, "$(rm)")), "curl -H 'x: $(rm)' http://reviews.shop:9080/"),
        (rule(("x", PREFIX, "al")), "curl -H 'x: al' http://reviews.shop:9080/"),
        (rule(("x", PRESENT, "")), "curl -H 'x: 1' http://reviews.shop:9080/"),
        (rule(("x", REGEX, "al.*|bobby")), "curl -H 'x: al' http://reviews.shop:9080/"),
        (rule(("x", REGEX, "a$b")), "curl http://reviews.shop:9080/"),
        (rule((":method", EXACT, "PUT")), "curl -X PUT http://reviews.shop:9080/"),
        (rule((":path", PREFIX, "/a?b")), "curl 'http://reviews.shop:9080/a?b'"),
        (rule((":authority", EXACT, "a")), "curl -H 'host: a' http://reviews.shop:9080/"),
        (rule((":scheme", EXACT, "https")), "curl https://reviews.shop:9080/"),
    ],
)
def test_curl_lines(wanted: HttpRule, line: str) -> None:
    assert curl_line(wanted, URL) == line


def test_what_is_made_up_is_known_and_what_is_missing() -> None:
    wanted = rule(("x-a", EXACT, "1"), ("x-b", PREFIX, "2"), ("x-c", REGEX, "a$b"))
    assert [header.name for header in made_up(wanted)] == ["x-b"]
    assert gaps(wanted) == ("x-c",)


def test_what_a_browser_adds() -> None:
    wanted = rule(("x-user", EXACT, "älice"), ("host", EXACT, "a"), (":method", EXACT, "PUT"), ("x-c", REGEX, "a$b"))
    assert header_lines(wanted) == "x-user: älice"
    (profile,) = json.loads(modheader_profile(wanted, "Kubeferry alice"))
    assert profile["title"] == "Kubeferry alice"
    assert [(one["name"], one["value"], one["enabled"]) for one in profile["headers"]] == [("x-user", "älice", True)]


def test_templates_have_examples() -> None:
    for template in templates("alice"):
        assert gaps(template.rule) == ()
        assert all(one.holds for one in conditions(parse_request(curl_line(template.rule, URL)), template.rule))


VALUES = st.text(
    st.characters(min_codepoint=0x21, max_codepoint=0x17F, exclude_characters="\x7f"), min_size=1, max_size=9
)


@settings(deadline=None, derandomize=True)
@given(
    st.lists(
        st.tuples(st.sampled_from(["x-user", "cookie", "x-b"]), st.sampled_from([EXACT, PREFIX]), VALUES), max_size=3
    ),
    st.sampled_from(["", "/", "/api", "/a'b", "/ü%20x", "/$(x)"]),
)
def test_what_is_copied_is_taken(headers: list[tuple[str, MatchKind, str]], path: str) -> None:
    wanted = rule(*headers, path=path)
    line = curl_line(wanted, URL)
    assert shlex.join(shlex.split(line)) == line
    assert all(one.holds for one in conditions(parse_request(line), wanted))
