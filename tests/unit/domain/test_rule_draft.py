"""A rule that is being written is a rule of the command line, or it is said what is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.intercept_options import MAX_HEADERS, MAX_VALUE, parse_rule
from app.domain.intercepts import HeaderRule, HttpRule, MatchKind
from app.domain.rule_draft import Fault, HeaderDraft, Trouble, check_rule

EXACT, PREFIX, REGEX, PRESENT = MatchKind.EXACT, MatchKind.PREFIX, MatchKind.REGEX, MatchKind.PRESENT


@pytest.mark.parametrize(
    ("draft", "trouble"),
    [
        (HeaderDraft("", EXACT, "alice"), Trouble.NO_NAME),
        (HeaderDraft("x user", EXACT, "alice"), Trouble.BAD_NAME),
        (HeaderDraft("x=user", EXACT, "alice"), Trouble.BAD_NAME),
        (HeaderDraft("x=user", PRESENT), Trouble.BAD_NAME),
        (HeaderDraft(":none", PRESENT), Trouble.BAD_NAME),
        (HeaderDraft("x" * 257, EXACT, "a"), Trouble.BAD_NAME),
        (HeaderDraft("x-user", PREFIX), Trouble.NO_VALUE),
        (HeaderDraft("x-user", REGEX), Trouble.NO_VALUE),
        (HeaderDraft("x-user", EXACT, "a" * (MAX_VALUE + 1)), Trouble.LONG_VALUE),
        (HeaderDraft("x-user", EXACT, "a\nb"), Trouble.BREAK_IN_VALUE),
        (HeaderDraft("x-user", REGEX, "(?=a)"), Trouble.BAD_REGEX),
        (HeaderDraft("x-user", REGEX, "("), Trouble.BAD_REGEX),
    ],
)
def test_what_is_wrong_with_a_row(draft: HeaderDraft, trouble: Trouble) -> None:
    checked = check_rule([HeaderDraft("x-fine", EXACT, "1"), draft], "")
    assert checked.rule is None
    assert checked.rows[0] is None
    assert checked.rows[1] is not None
    assert checked.rows[1].trouble is trouble
    assert checked.faults == (checked.rows[1],)


@pytest.mark.parametrize(
    ("draft", "trouble"),
    [
        (HeaderDraft("x-user", EXACT, ""), Trouble.EMPTY_VALUE),
        (HeaderDraft("x-user", EXACT, "a "), Trouble.BLANKS_AROUND),
        (HeaderDraft("x-user", PREFIX, " a"), Trouble.BLANKS_AROUND),
        (HeaderDraft("x-fine", EXACT, "2"), Trouble.NEVER_BOTH),
    ],
)
def test_what_is_odd_can_be_started(draft: HeaderDraft, trouble: Trouble) -> None:
    checked = check_rule([HeaderDraft("x-fine", EXACT, "1"), draft], "")
    assert checked.rule is not None
    assert checked.rows[1] is not None
    assert checked.rows[1].trouble is trouble
    assert checked.faults == ()


@pytest.mark.parametrize(
    ("path", "trouble"),
    [
        ("api", Trouble.PATH_START),
        ("/api?x", Trouble.PATH_QUERY),
        ("/api#x", Trouble.PATH_QUERY),
        ("/a b", Trouble.PATH_BLANK),
        ("/" * (MAX_VALUE + 1), Trouble.LONG_PATH),
    ],
)
def test_what_is_wrong_with_a_path(path: str, trouble: Trouble) -> None:
    checked = check_rule([], path)
    assert checked.rule is None
    assert checked.path is not None
    assert checked.path.trouble is trouble


def test_a_rule_needs_a_condition() -> None:
    assert check_rule([HeaderDraft(), HeaderDraft(" ", PREFIX)], " ").faults == (Fault(Trouble.EMPTY_RULE),)
    assert check_rule([], "/").rule == HttpRule((), "/")


def test_there_is_an_end_to_headers() -> None:
    drafts = [HeaderDraft(f"x-{number}", EXACT, "1") for number in range(MAX_HEADERS + 1)]
    assert check_rule(drafts, "").faults == (Fault(Trouble.TOO_MANY, str(MAX_HEADERS)),)
    assert check_rule(drafts[1:], "").rule is not None


def test_names_are_lower_case_blank_rows_and_doubles_do_not_count() -> None:
    drafts = [HeaderDraft(" X-User ", EXACT, "Alice"), HeaderDraft(), HeaderDraft("x-user", EXACT, "Alice")]
    drafts += [HeaderDraft("X-Any", PRESENT, "left over"), HeaderDraft("x-user", PREFIX, "A ")]
    checked = check_rule(drafts, " /api/ ")
    assert checked.rows == (None,) * 5
    assert checked.rule == HttpRule(
        (HeaderRule("x-user", EXACT, "Alice"), HeaderRule("x-any", PRESENT), HeaderRule("x-user", PREFIX, "A ")), "/api"
    )


@settings(deadline=None, derandomize=True)
@given(
    st.lists(
        st.builds(
            HeaderDraft,
            st.sampled_from(["x-user", "X-User", ":path", ":no", "", "a b", "x="]) | st.text(max_size=4),
            st.sampled_from(MatchKind),
            st.sampled_from(["", "alice", "(", "a\n", " a"]) | st.text(max_size=4),
        ),
        max_size=3,
    ),
    st.sampled_from(["", "/", "/api", "api", "/a?b", "/a b"]) | st.text(max_size=3),
)
def test_what_can_be_started_here_can_be_started_with_the_command_line(drafts: list[HeaderDraft], path: str) -> None:
    rule = check_rule(drafts, path).rule
    if rule is None:
        return
    values = {kind: [f"{one.name}={one.value}" for one in rule.headers if one.kind is kind] for kind in MatchKind}
    present = [one.name for one in rule.headers if one.kind is PRESENT]
    typed = parse_rule(values[EXACT], values[PREFIX], values[REGEX], present, rule.path or None)
    assert (set(typed.headers), typed.path) == (set(rule.headers), rule.path)
