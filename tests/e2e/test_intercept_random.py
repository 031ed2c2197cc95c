"""Many owners come, leave, are killed and come back in random order: each time the workload ends as it began.

KUBEFERRY_E2E_SEED repeats a run; the seed and what was done are part of every failure. KUBEFERRY_E2E_LONG: more of it.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Iterator

import pytest

from tests.e2e.bookinfo import Bookinfo, Shape
from tests.e2e.driver import Kubeferry
from tests.e2e.local_service import LocalService
from tests.lab.workloads.bookinfo import BOOKINFO, HTTP

WORKLOAD = "deployment/ratings"
RATINGS = ("deploy/ratings", "-n", BOOKINFO)
LONG = bool(os.environ.get("KUBEFERRY_E2E_LONG"))
STEPS = 40 if LONG else 10
ROUNDS = 5 if LONG else 1
CONVERGED_S = 8.0


class Person:
    """`rule`: whether their rule is in force as far as they know; `everything`: whether they proxy."""

    def __init__(self, name: str, kubeferry: Kubeferry) -> None:
        self.name, self.kubeferry = name, kubeferry
        self.rule = self.everything = self.killed = False

    @property
    def header(self) -> tuple[str, str]:
        return ("x-user", self.name)


class Game:
    """Steps are chosen by `chance` among those that are possible."""

    def __init__(self, people: list[Person], bookinfo: Bookinfo, chance: random.Random) -> None:
        self.people, self.bookinfo, self.chance = people, bookinfo, chance
        self.done: list[str] = []

    def step(self) -> None:
        person = self.chance.choice(self.people)
        step = self.chance.choice(self._possible(person))
        self.done.append(f"{person.name} {step.__name__}")
        step(person)

    def check(self) -> None:
        """Every rule of who is there goes to its owner; all else to who takes everything, or to the pod."""
        end = time.monotonic() + CONVERGED_S
        while (wrong := self._wrong()) and time.monotonic() < end:
            time.sleep(0.2)
        assert not wrong, wrong

    def _wrong(self) -> list[str]:
        default = {one.name for one in self.people if one.everything and not one.killed}
        default = default or set(self.bookinfo.pods("ratings"))
        found = []
        for one in self.people:
            expected = {one.name} if one.rule and not one.killed else default
            try:
                who = self.bookinfo.who("ratings", one.header)
            except AssertionError as error:
                who = {str(error)}
            if who != expected:
                found.append(f"{one.name}'s requests go to {who}, not to {expected}")
        return found

    def _possible(self, person: Person) -> list[Callable[[Person], None]]:
        if person.killed:
            return [come_back]
        steps: list[Callable[[Person], None]] = [kill]
        if not person.rule and not person.everything:
            steps += [take_rule, take_rule]
            if not any(one.everything for one in self.people):
                steps.append(take_everything)
        else:
            steps += [leave, leave]
        return steps


def take_rule(person: Person) -> None:
    person.kubeferry.mesh("deploy/ratings", "--header", f"x-user={person.name}", "--port", str(HTTP))
    person.rule = True


def take_everything(person: Person) -> None:
    person.kubeferry.proxy("deploy/ratings")
    person.everything = True


def leave(person: Person) -> None:
    person.kubeferry.leave(*RATINGS)
    person.rule = person.everything = False


def kill(person: Person) -> None:
    person.kubeferry.laptop.signal(signal.SIGKILL, "session", "worker")
    person.killed = True


def come_back(person: Person) -> None:
    person.kubeferry.connect(namespace=BOOKINFO)
    person.killed = False


@pytest.fixture(scope="module")
def before(bookinfo: Bookinfo) -> dict[str, Shape]:
    return {WORKLOAD: bookinfo.shape(WORKLOAD)}


@pytest.fixture
def people(before: dict[str, Shape], dev: Kubeferry, eve: Kubeferry, third: Kubeferry) -> Iterator[list[Person]]:
    users = {"dev": dev, "eve": eve, "third": third}
    services = [LocalService(user, "--http", str(HTTP), who=name) for name, user in users.items()]
    for service in services:
        service.start()
    yield [Person(name, user) for name, user in users.items()]
    for service in services:
        service.stop()
    for user in users.values():
        user.run("connect", "-n", BOOKINFO)
        user.run("leave", "--all")


@pytest.mark.parametrize("number", range(ROUNDS))
def test_random_order(people: list[Person], bookinfo: Bookinfo, before: dict[str, Shape], number: int) -> None:
    seed = int(os.environ.get("KUBEFERRY_E2E_SEED", time.time_ns() % 1_000_000)) + number
    game = Game(people, bookinfo, random.Random(seed))  # noqa: S311 - a game
    try:
        for _ in range(STEPS):
            game.step()
            game.check()
        for person in people:
            if person.killed:
                come_back(person)
            if person.rule or person.everything:
                leave(person)
        bookinfo.wait_until_restored(before)
        game.check()
    except AssertionError as error:
        raise AssertionError(f"seed {seed}, after {'; '.join(game.done)}: {error}") from error
