"""Regular expressions are decided as RE2 does. Envoy itself is asked in tests/netns/cluster/test_envoy_trial.py."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.regex_match import Budget, example, full_match
from app.domain.regex_program import NotUnderstood, parse_regex

YES: list[tuple[str, str]] = [
    ("", ""),
    ("al.*|bob", "alice"),
    ("al.*|bob", "bob"),
    ("(?i)alice", "ALICE"),
    ("(?i:al)ice", "ALice"),
    ("(?P<who>alice)", "alice"),
    ("(?:a|b)+", "abba"),
    ("[[:alpha:]]+", "abc"),
    ("[[:^alpha:]]+", "123"),
    ("[^a-c]", "d"),
    ("[]a]+", "]a]"),
    ("[a-]+", "a-"),
    (r"[\d\-x]+", "1-x"),
    (r"[^\D]", "7"),
    (r"[\S]", "7"),
    (r"\d{2,3}", "123"),
    ("a{2}", "aa"),
    ("a{2,}", "aaaa"),
    ("a{,2}", "a{,2}"),
    ("x{", "x{"),
    (r"\x41\x{1F600}", "A\U0001f600"),
    (r"\t\.\*", "\t.*"),
    (r"^alice$", "alice"),
    (r"\Aalice\z", "alice"),
    (r"\bfoo\b.*", "foo bar"),
    (r"a\Bb", "ab"),
    ("a*?b+?c??", "aabb"),
    ("(.*; ?)?user=me(;.*)?", "a=1; user=me; b=2"),
    (".*", "müller"),
    ("(?s).", "\n"),
    ("(?i)a(?-i)B", "AB"),
    (r"\W", "ü"),
]
NO: list[tuple[str, str]] = [
    ("", "a"),
    ("al.*|bob", "bobby"),
    ("(?i)a(?-i)B", "Ab"),
    ("(?i:al)ice", "alICE"),
    (r"\d", "٣"),
    (r"\w", "ü"),
    (".", "\n"),
    ("a{2}", "aaa"),
    (r"\bfoo\b.*", "food"),
    (r"a\Bb", "a-b"),
    ("a^b", "ab"),
    ("(.*; ?)?user=me(;.*)?", "user=me2"),
    ("[[:digit:]]", "x"),
]
UNKNOWN = [
    r"\pL",
    r"\p{Greek}",
    "(?m)^a",
    "a**b(",
    "(",
    ")",
    "[a",
    "*a",
    "a{1001}",
    "a{3,2}",
    "[z-a]",
    "[[:none:]]",
    "\\",
]
UNKNOWN += [r"\x{FFFFFFF}", r"\xZZ", r"\Q", "(?=a)", "(((a{1,100}){1,100}){1,100})"]


@pytest.mark.parametrize(("regex", "value"), YES)
def test_what_matches(regex: str, value: str) -> None:
    assert full_match(regex, value) is True


@pytest.mark.parametrize(("regex", "value"), NO)
def test_what_does_not_match(regex: str, value: str) -> None:
    assert full_match(regex, value) is False


@pytest.mark.parametrize("regex", UNKNOWN)
def test_what_is_not_understood_is_not_decided(regex: str) -> None:
    assert full_match(regex, "a") is None
    assert example(regex) is None


@pytest.mark.parametrize(
    ("regex", "value"),
    [("ab(c|d)ef+", "abcefff"), ("(?i)ab", "AB"), ("(xy)+z?", "xyxy"), ("a[b]c", "abc"), ("a?b", "b")],
)
def test_what_every_match_contains_is_looked_for_first_and_rightly(regex: str, value: str) -> None:
    assert full_match(regex, value)
    assert full_match(regex, value[1:] + "!") is False


def test_deep_nesting_is_not_decided() -> None:
    assert full_match("(" * 5000 + ")" * 5000, "") is None


@pytest.mark.parametrize("regex", ["(a*)*b", "(a|aa)+b", "(a+)+(a+)+b", "(x?){200}x{200}b", "(.*a){20}b"])
def test_nobodys_expression_stops_the_window(regex: str) -> None:
    began = time.thread_time()
    assert full_match(regex, "a" * 4000) in (False, None)
    assert time.thread_time() - began < 1.0


def test_what_takes_too_long_is_not_decided() -> None:
    assert full_match("a*" * 50, "a" * 40, Budget(100)) is None
    assert full_match("a*" * 50, "a" * 40, Budget()) is True
    spent = Budget(0)
    assert full_match("a", "a", spent) is None


PIECES = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", r"\d", "-", "(?:ab|b)", "(a)", "^", "$", r"\b"])
QUANTIFIERS = st.sampled_from(["", "", "", "*", "+", "?", "{2}", "{1,2}", "{1,}", "*?"])


@st.composite
def expressions(draw: st.DrawFn) -> str:
    found = ""
    for _ in range(draw(st.integers(0, 5))):
        piece = draw(PIECES)
        found += piece + ("" if piece in ("^", "$", r"\b") else draw(QUANTIFIERS))
        if draw(st.integers(0, 5)) == 0:
            found = f"(?:{found}|{draw(PIECES)})"
    return found


@settings(max_examples=400, deadline=None, derandomize=True)
@given(expressions(), st.text("ab1-", max_size=7))
def test_it_says_what_python_says_where_they_mean_the_same(regex: str, value: str) -> None:
    assert full_match(regex, value) is (re.fullmatch(regex, value) is not None)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(expressions())
def test_examples_match(regex: str) -> None:
    found = example(regex)
    assert found is None or full_match(regex, found)


@pytest.mark.parametrize(
    ("regex", "value"),
    [
        ("(.*; ?)?user=me(;.*)?", "user=me"),
        ("al.*|bob", "al"),
        (r"\d{3}-[xyz]", "111-x"),
        (r"[^\x00-\x7f]", "\x80"),
        ("a$b", None),
        ("[^\\x00-\\x{10FFFF}]", None),
    ],
)
def test_examples(regex: str, value: str | None) -> None:
    assert example(regex) == value


def test_what_is_no_expression_raises() -> None:
    with pytest.raises(NotUnderstood):
        parse_regex("a)")
