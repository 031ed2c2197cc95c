"""The tour as a list of steps. Terminal and window tell the same one.

A step says what is run and how it is known to have worked; the check looks at what is so, and does not care whether the
step was done by its commands or by hand in the window.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from tests.demo.shop_objects import BOOKSHOP, PORT
from tests.demo.truth import Truth, page_command
from tests.lab.shop.front_page import is_laptop
from tests.lab.shop.storefront import PASSED_ON

USER = "alice"
WHO = f"{USER}s-laptop"
"""How the programs on the laptop answer."""
RATINGS, REVIEWS = "ratings", "reviews"


@dataclasses.dataclass(frozen=True)
class Action:
    """One command. `keep`: it goes on under this name. `end`: a program that goes on is ended, and nothing is run.

    `fails`: it has to. `lines`: how much of its output is shown. `proves`: it is run once the step is done for
    good, since what it says is to be seen so: for a moment after pods were replaced a service still leads to old ones.
    """

    argv: tuple[str, ...] = ()
    keep: str = ""
    end: str = ""
    fails: bool = False
    lines: int = 16
    proves: bool = False


@dataclasses.dataclass(frozen=True)
class Step:
    """`why`: one sentence. `by_hand`: how to do it in the window; "" where there is nothing to do. `missing`: "" when
    the step is done, else what is not so yet. `within_s`: how long after the commands that may take. `compares`: both
    answers of the shop are shown.
    """

    key: str
    title: str
    why: str
    by_hand: str
    actions: tuple[Action, ...]
    missing: Callable[[Truth], str]
    within_s: float = 10.0
    done: str = ""
    compares: bool = False


def _local(part: str, *more: str) -> Action:
    """The edition of a service that is being worked on, on the laptop's port 9080."""
    argv = ("python", "-m", "tests.lab.shop.storefront", "--part", part, "--new", "--who", WHO)
    return Action((*argv, "--bind", "127.0.0.1", "--http", str(PORT), *more), keep=part)


def _kubeferry(*arguments: str, lines: int = 16) -> Action:
    return Action(("kubeferry", *arguments), lines=lines)


def _is_out(truth: Truth) -> str:
    return "" if not truth.page() else "The shop answers already: disconnect first."


def _is_connected(truth: Truth) -> str:
    state = truth.state()
    return "" if state == "connected" else f"The connection is {state}."


def _answers_from_pods(truth: Truth) -> str:
    page = truth.page()
    if not page:
        return "The shop does not answer."
    strange = [part for part in (REVIEWS, RATINGS) if not page[part] or is_laptop(page[part])]
    return f"{' and '.join(strange)} answered by {page[strange[0]] or 'nobody'}, not by a pod." if strange else ""


def _ratings_here(truth: Truth) -> str:
    found = truth.page().get(RATINGS, "")
    return "" if is_laptop(found) else f"The ratings still come from {found or 'nowhere'}."


def _reviews_here_for_alice(truth: Truth) -> str:
    theirs, mine = truth.page().get(REVIEWS, ""), truth.page(USER).get(REVIEWS, "")
    if not is_laptop(mine):
        return f"{USER} still gets reviews from {mine or 'nowhere'}."
    if is_laptop(theirs) or not theirs:
        return f"Everybody else gets reviews from {theirs or 'nowhere'}, not from a pod."
    return ""


def _is_over(truth: Truth) -> str:
    state = truth.state()
    return "" if state == "disconnected" else f"The connection is {state}."


_HEADER = f"{PASSED_ON}={USER}"
_PAGE = Action(page_command(), proves=True)

STEPS: tuple[Step, ...] = (
    Step(
        "outside",
        "Outside",
        "This laptop reaches the cluster's API server and nothing else of it, so the shop has no name here.",
        "",
        (Action(page_command(), fails=True),),
        _is_out,
        done="As expected: the laptop does not know the name.",
    ),
    Step(
        "connect",
        "Connect",
        "One command, or one switch in the window, puts the laptop into the cluster's network, through the API server.",
        "In Kubeferry's window: click the switch at the top, look at what would change, and agree with Connect.",
        (_kubeferry("connect", "-n", BOOKSHOP),),
        _is_connected,
        done="Connected: a name was resolved and a connection was made through the whole path.",
    ),
    Step(
        "open",
        "Open the shop by its name",
        "The address that works in a pod works on the laptop; the page asks reviews by HTTP, and those ask ratings by "
        "gRPC.",
        "",
        (Action(page_command()),),
        _answers_from_pods,
        done="Three pods have answered.",
    ),
    Step(
        "proxy",
        "Proxy: all of a workload's traffic",
        "Another edition of ratings runs on this laptop, on 127.0.0.1 only; the proxy brings every gRPC call of the "
        "cluster's to it.",
        "In the window: choose ratings in bookshop, switch Proxy on, and agree. (Its program is started for you.)",
        (_local(RATINGS), _kubeferry("proxy", f"deploy/{RATINGS}", "-n", BOOKSHOP, "--yes"), _PAGE),
        _ratings_here,
        done="The stars come from the laptop, and the pods do not know.",
    ),
    Step(
        "leave",
        "Leave it again",
        "Leaving restores the workload as it was, field by field; its pods answer again.",
        "In the window: choose ratings, and Stop.",
        (
            _kubeferry("leave", f"deploy/{RATINGS}", "-n", BOOKSHOP),
            Action(end=RATINGS),
            _PAGE,
        ),
        _answers_from_pods,
        within_s=20.0,
        done="Ratings are the pod's again.",
    ),
    Step(
        "mesh",
        "Mesh: the requests with one header",
        f"The next edition of reviews runs on the laptop; only requests with {PASSED_ON}: {USER} come to it, everybody "
        "else sees what was there before.",
        f"In the window: choose reviews, enter the header {PASSED_ON} with {USER}, switch Mesh on, and agree.",
        (
            _local(REVIEWS, "--next", f"{RATINGS}:{PORT}"),
            _kubeferry("mesh", f"deploy/{REVIEWS}", "-n", BOOKSHOP, "--header", _HEADER, "--yes"),
            _kubeferry("status", lines=40),
        ),
        _reviews_here_for_alice,
        done="One header decides who answers.",
    ),
    Step(
        "both",
        "Both answers, side by side",
        f"The same page at the same time, for everybody and for {USER}; the laptop's reviews ask the ratings in the "
        "cluster.",
        "",
        (Action(page_command()), Action(page_command(USER))),
        _reviews_here_for_alice,
        done="Two answers to one address, and nobody else was disturbed.",
        compares=True,
    ),
    Step(
        "away",
        "Away again",
        "Everything that was changed is changed back: in the cluster, and on the laptop.",
        "In the window: Stop what is on, then click the switch at the top.",
        (_kubeferry("leave", "--all"), Action(end=REVIEWS), _kubeferry("disconnect")),
        _is_over,
        done="Disconnected. What is left is compared with what was before when everything is taken down.",
    ),
)
