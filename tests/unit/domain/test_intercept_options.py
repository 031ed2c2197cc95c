from __future__ import annotations

import re
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import ErrorCode, KubeferryError
from app.domain.intercept_options import (
    MAX_HEADERS,
    MAX_PORTS,
    MAX_VALUE,
    parse_header,
    parse_path,
    parse_ports,
    parse_rule,
)
from app.domain.intercepts import HeaderRule, HttpRule, MatchKind, PortMap
from app.domain.regexes import BadRegex, check_regex, may_match

OPTIONS = {
    MatchKind.EXACT: "--header",
    MatchKind.PREFIX: "--header-prefix",
    MatchKind.REGEX: "--header-regex",
    MatchKind.PRESENT: "--header-present",
}


def refused(error: pytest.ExceptionInfo[KubeferryError]) -> str:
    assert error.value.code is ErrorCode.INVALID_OPTION
    return error.value.params["problem"]


@pytest.mark.parametrize(
    ("text", "kind", "rule"),
    [
        ("x-user=alice", MatchKind.EXACT, HeaderRule("x-user", MatchKind.EXACT, "alice")),
        ("X-User=Alice", MatchKind.EXACT, HeaderRule("x-user", MatchKind.EXACT, "Alice")),
        ("a=b=c", MatchKind.EXACT, HeaderRule("a", MatchKind.EXACT, "b=c")),
        ("a=", MatchKind.EXACT, HeaderRule("a", MatchKind.EXACT, "")),
        (" a =b ", MatchKind.EXACT, HeaderRule("a", MatchKind.EXACT, "b ")),
        ("a=é", MatchKind.EXACT, HeaderRule("a", MatchKind.EXACT, "é")),
        ("!#$%&'*+.^_`|~-=1", MatchKind.EXACT, HeaderRule("!#$%&'*+.^_`|~-", MatchKind.EXACT, "1")),
        (":authority=shop", MatchKind.EXACT, HeaderRule(":authority", MatchKind.EXACT, "shop")),
        ("x-v=canary-", MatchKind.PREFIX, HeaderRule("x-v", MatchKind.PREFIX, "canary-")),
        ("x-v=(a|b)+", MatchKind.REGEX, HeaderRule("x-v", MatchKind.REGEX, "(a|b)+")),
        ("X-Debug", MatchKind.PRESENT, HeaderRule("x-debug", MatchKind.PRESENT)),
    ],
)
def test_headers(text: str, kind: MatchKind, rule: HeaderRule) -> None:
    assert parse_header(text, kind, OPTIONS[kind]) == rule


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("alice", MatchKind.EXACT, "name=value"),
        ("", MatchKind.EXACT, "name=value: --header x-user=alice"),
        ("X-User: bob", MatchKind.EXACT, "name=value: --header X-User=bob"),
        ("x-v:canary", MatchKind.PREFIX, "name=value: --header-prefix x-v=canary"),
        ("x user: bob", MatchKind.EXACT, "name=value: --header x-user=alice"),
        ("=alice", MatchKind.EXACT, "no header name"),
        ("x user=alice", MatchKind.EXACT, "not the name of a header"),
        ("x:user=alice", MatchKind.EXACT, "not the name of a header"),
        (":nonsense=1", MatchKind.EXACT, "not the name of a header"),
        ("é=1", MatchKind.EXACT, "not the name of a header"),
        ("a" * 257 + "=1", MatchKind.EXACT, "not the name of a header"),
        ("a=b\rc", MatchKind.EXACT, "line break"),
        ("a=b\nc", MatchKind.EXACT, "line break"),
        ("a=b\0c", MatchKind.EXACT, "zero byte"),
        ("a=" + "b" * (MAX_VALUE + 1), MatchKind.EXACT, "longer than"),
        ("a=", MatchKind.PREFIX, "--header-present"),
        ("a=", MatchKind.REGEX, "--header-present"),
        ("a=b", MatchKind.PRESENT, "name alone"),
        ("", MatchKind.PRESENT, "no header name"),
        ("a b", MatchKind.PRESENT, "not the name of a header"),
        ("a=(", MatchKind.REGEX, "not a regular expression"),
        ("a=(?=b)", MatchKind.REGEX, "looks ahead"),
    ],
)
def test_headers_that_are_none(text: str, kind: MatchKind, words: str) -> None:
    with pytest.raises(KubeferryError) as error:
        parse_header(text, kind, OPTIONS[kind])
    assert words in refused(error)


def test_a_rule_of_everything() -> None:
    rule = parse_rule(["a=1", "a=1"], ["b=2"], ["c=3"], ["d"], "/api/")
    assert rule == HttpRule(
        (
            HeaderRule("a", MatchKind.EXACT, "1"),
            HeaderRule("b", MatchKind.PREFIX, "2"),
            HeaderRule("c", MatchKind.REGEX, "3"),
            HeaderRule("d", MatchKind.PRESENT),
        ),
        "/api",
    )
    assert str(rule) == "a=1 and b=2* and c~3 and d and path /api"
    assert parse_rule([], [], [], [], "/") == HttpRule((), "/")


def test_a_rule_of_nothing() -> None:
    with pytest.raises(KubeferryError) as error:
        parse_rule([], [], [], [], None)
    assert "kubeferry proxy" in refused(error)
    with pytest.raises(KubeferryError) as error:
        parse_rule([], [], [], [], "")
    refused(error)
    with pytest.raises(KubeferryError) as error:
        parse_rule([f"a{number}=1" for number in range(MAX_HEADERS + 1)], [], [], [], None)
    assert "more than" in refused(error)


@pytest.mark.parametrize(("text", "path"), [("/api", "/api"), ("/api/", "/api"), ("/", "/"), ("/a//", "/a")])
def test_paths(text: str, path: str) -> None:
    assert parse_path(text) == path


@pytest.mark.parametrize("text", ["api", "/api?x=1", "/a#b", "/a b", "/a\nb", "/a\x7f", "/" + "a" * MAX_VALUE, "*"])
def test_paths_that_are_none(text: str) -> None:
    with pytest.raises(KubeferryError) as error:
        parse_path(text)
    refused(error)


def test_ports() -> None:
    assert parse_ports(["9080", "9081:8081", "65535:1"]) == (
        PortMap(9080, 9080),
        PortMap(9081, 8081),
        PortMap(65535, 1),
    )
    assert parse_ports(["9080:1", "9081:1"]) == (PortMap(9080, 1), PortMap(9081, 1))
    assert parse_ports([]) == ()


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["0"], "1 to 65535"),
        (["65536"], "1 to 65535"),
        (["1" * 5000], "1 to 65535"),
        (["80:0"], "1 to 65535"),
        (["80:"], "look like"),
        ([":80"], "look like"),
        (["80:81:82"], "look like"),
        (["http"], "look like"),
        (["-1"], "look like"),
        (["+1"], "look like"),
        (["８０"], "look like"),
        (["80", "80:81"], "named twice"),
        ([str(number) for number in range(1, MAX_PORTS + 2)], "more than"),
    ],
)
def test_ports_that_are_none(texts: list[str], words: str) -> None:
    with pytest.raises(KubeferryError) as error:
        parse_ports(texts)
    assert words in refused(error)


@pytest.mark.parametrize(
    "text",
    [
        "alice",
        ".*",
        "a|b",
        "(a)(?:b)(?P<n>c)",
        "(?i)alice",
        "(?i:a)b",
        "(?s-i:a)",
        "a{1,1000}",
        "a{3}b{2,}",
        "{",
        "a{x}",
        "[a-z]+",
        "[(?=]",
        "[]a]",
        "[^]a]",
        r"[\]a]",
        "[[:alpha:]]",
        r"\(\?=",
        r"\d\w\s\.",
        r"\0",
        "a+?b*?c??d{1,2}?",
        "é",
        r"[\\]",
    ],
)
def test_regexes_that_envoy_takes(text: str) -> None:
    check_regex(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a(?=b)", "looks ahead or behind"),
        ("a(?!b)", "looks ahead or behind"),
        ("(?<=a)b", "looks ahead or behind"),
        ("(?<!a)b", "looks ahead or behind"),
        (r"(a)\1", "backreference"),
        ("(?P<n>a)(?P=n)", "backreference"),
        ("(a)(?(1)b|c)", "does not know"),
        ("(?>a)", "does not know"),
        ("(?#x)a", "does not know"),
        ("(?x)a", "does not know"),
        ("a*+", "possessive"),
        ("a++", "possessive"),
        ("a?+", "possessive"),
        ("a{1,2}+", "possessive"),
        ("a{1001}", "more than 1000"),
        ("a{1,5000}", "more than 1000"),
        (r"a\Z", "does not know"),
        (r"\u0041", "does not know"),
        ("(", "not a regular expression"),
        ("a**", "not a regular expression"),
        ("[a", "not a regular expression"),
        ("\\", "not a regular expression"),
        ("a{2,1}", "not a regular expression"),
        ("(?P<n", "does not know"),
        ("(?", "does not know"),
    ],
)
def test_regexes_that_envoy_does_not_take(text: str, words: str) -> None:
    with pytest.raises(BadRegex) as error:
        check_regex(text)
    assert words in str(error.value)


@given(st.text(st.sampled_from("ab\\(?:=!<>P*+{}1,2|[]^-.$ "), max_size=12))
def test_whatever_is_typed_is_taken_or_refused(text: str) -> None:
    try:
        check_regex(text)
    except BadRegex:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        re.compile(text)


@pytest.mark.parametrize(
    ("regex", "value", "told"),
    [
        ("ali.*", "alice", True),
        ("ali.*", "bob", False),
        ("ali", "alice", False),
        ("a|bob", "bob", True),
        ("[a-z]+", "bob", True),
        ("(a+)+", "b", True),
        ("(a{1,2}){3}", "b", True),
        ("a*a*a*a*", "b", True),
        ("*", "b", True),
        ("+a", "b", True),
        ("(", "b", True),
        ("a", "b" * 257, True),
    ],
)
def test_may_match(regex: str, value: str, told: bool) -> None:
    """What cannot be told quickly, or at all, is taken for yes."""
    assert may_match(regex, value) is told


def test_nobodys_regex_holds_up_anybody() -> None:
    assert may_match("(a|a)*b", "a" * 200)
    assert not may_match("a*a*a*b", "a" * 256)
