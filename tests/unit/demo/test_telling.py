"""Steps with real commands: what is shown of them, and when a step counts as done."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.demo import teller
from tests.demo.place import Hands, HerePlace
from tests.demo.story import STEPS, Action, Step
from tests.demo.teller import Told, carry_out, shown_line, trimmed
from tests.demo.terminal import Paper, TerminalTour, side_by_side
from tests.demo.truth import Truth

READY = ("sh", "-c", "echo ready; exec sleep 60")
HELLO = Step("hello", "Hello", "Somebody says hello.", "", (Action(("echo", "hello")),), lambda _: "", done="Said.")


@pytest.fixture
def hands() -> Iterator[Hands]:
    with Hands(HerePlace()) as made:
        yield made


def told(steps: tuple[Step, ...], hands: Hands, *, colours: bool = False) -> tuple[bool, str, int]:
    """Whether it came to its end, what was written, and how many pauses there were."""
    out, pauses = io.StringIO(), list[None]()
    tour = TerminalTour(Paper(out, colours=colours), hands, lambda: pauses.append(None))
    return tour.tell(steps), out.getvalue(), len(pauses)


def test_a_step_shows_its_command_and_what_it_said(hands: Hands) -> None:
    finished, text, pauses = told((HELLO, HELLO), hands)
    assert finished
    assert pauses == 1
    assert "── 1/2  Hello ─" in text
    assert "\n$ echo hello\n  hello\n\n✓ Said.\n" in text
    assert "\033" not in text
    assert "\033[32m✓ Said." in told((HELLO,), hands, colours=True)[1]


def test_a_failure_ends_the_story_with_what_was_said(hands: Hands) -> None:
    broken = replace(HELLO, actions=(Action(("sh", "-c", "echo oh no >&2; exit 3")),))
    finished, text, pauses = told((broken, HELLO), hands)
    assert not finished
    assert pauses == 0
    assert "oh no" in text
    assert "✗ This step did not work: The command ended with 3." in text


def test_what_has_to_fail_has_to(hands: Hands) -> None:
    assert told((replace(HELLO, actions=(Action(("false",), fails=True),)),), hands)[0]
    assert not told((replace(HELLO, actions=(Action(("true",), fails=True),)),), hands)[0]


def test_a_step_is_done_when_it_is_so_and_not_before(hands: Hands) -> None:
    looks: list[Truth] = []

    def missing(truth: Truth) -> str:
        looks.append(truth)
        return "" if len(looks) == 3 else "not yet"

    assert carry_out(replace(HELLO, missing=missing), hands, lambda _: None) == ""
    assert len(looks) == 3
    assert carry_out(replace(HELLO, missing=lambda _: "never", within_s=0), hands, lambda _: None) == "never"


def test_what_proves_a_step_is_run_when_it_stays_so(
    hands: Hands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not at the first moment at which it is so: after pods were replaced it may go to and fro."""
    monkeypatch.setattr(teller, "_STEADY_S", 0.15)
    monkeypatch.setattr(teller, "_AGAIN_S", 0.05)
    page = tmp_path / "page"
    looks = ["not yet"] * 5 + ["", "not again"]
    heard: list[tuple[str, int]] = []

    def missing(_: Truth) -> str:
        found = looks.pop(0) if looks else ""
        page.write_text(found or "from the laptop")
        return found

    step = replace(HELLO, actions=(Action(("true",)), Action(("cat", str(page)), proves=True)), missing=missing)
    assert carry_out(step, hands, lambda told: heard.append((told.output, len(looks)))) == ""
    assert heard == [("", 7), ("from the laptop", 0)]


def test_pages_after_a_change_of_pods_are_proofs() -> None:
    changing = [step for step in STEPS if {"proxy", "leave"} & {word for one in step.actions for word in one.argv}]
    last = {step.key: step.actions[-1] for step in changing if step.actions[-1].argv[:1] == ("curl",)}
    assert set(last) == {"proxy", "leave"}
    assert all(action.proves for action in last.values())


def test_programs_go_on_until_they_are_ended(hands: Hands) -> None:
    heard: list[Told] = []
    assert carry_out(replace(HELLO, actions=(Action(READY, keep="one"),)), hands, heard.append) == ""
    assert hands.runs("one")
    assert heard[0].line.endswith("&")
    assert carry_out(replace(HELLO, actions=(Action(READY, keep="one"),)), hands, heard.append) == ""
    assert heard[1].output == "runs already"
    assert carry_out(replace(HELLO, actions=(Action(end="one"),)), hands, heard.append) == ""
    assert not hands.runs("one")


def test_a_program_that_does_not_start_says_why(hands: Hands) -> None:
    ran = hands.keep("one", ("sh", "-c", "echo no port left; exit 1"))
    assert (ran.code, ran.output) == (1, "no port left\n")
    assert not hands.runs("one")


def test_whatever_interrupts_a_command_ends_it(hands: Hands, tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    ran = hands.run(("sh", "-c", f"echo $$ > {mark}; exec sleep 60"), timeout_s=0.5)
    assert (ran.code, ran.output) == (-1, "no end after 0.5 s")
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)


def test_leaving_ends_what_still_runs() -> None:
    begin = time.monotonic()
    with Hands(HerePlace()) as hands:
        hands.keep("one", READY)
    assert not hands.runs("one")
    assert time.monotonic() - begin < 5


def test_long_outputs_are_trimmed() -> None:
    assert trimmed("a\nb\n", 2) == "a\nb"
    assert trimmed("a\nb\nc\nd\n", 3) == "a\nb\n… 2 more lines"


def test_two_pages_side_by_side() -> None:
    rows = side_by_side("one\n───\n  a long line that is broken", "two", 43, ("left", "right"))
    assert rows[0] == "left                 │ right"
    assert rows[2] == "one                  │ two"
    assert rows[3] == "──────────────────── │"
    assert rows[4].startswith("  a long line that")
    assert rows[5].startswith("  is broken")
    assert max(map(len, rows)) <= 43


def test_the_story_has_what_it_needs() -> None:
    keys = [step.key for step in STEPS]
    assert keys == ["outside", "connect", "open", "proxy", "leave", "mesh", "both", "away"]
    for step in STEPS:
        assert step.why.endswith(".")
        assert step.done
        assert all(shown_line(action) for action in step.actions)
    kept = {action.keep for step in STEPS for action in step.actions if action.keep}
    assert kept == {action.end for step in STEPS for action in step.actions if action.end}
    assert sum(step.compares for step in STEPS) == 1


def test_paper_that_is_no_terminal_has_a_fixed_width() -> None:
    assert Paper(io.StringIO()).width == 100
