"""Runs the connection's state machine: applies events, performs effects, owns the attempts' tasks."""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Protocol

from app.domain import connection as c
from app.domain.errors import ErrorCode, KubeferryError, Problem
from app.session.desk import Desk
from app.session.hub import Hub

_log = logging.getLogger(__name__)


class Attempt(Protocol):
    """One way to a connection, and the connection itself."""

    async def run(self) -> None:
        """Connects and keeps connected until cancelled. Raises KubeferryError, alone or in groups."""

    async def undo(self) -> tuple[str, ...]:
        """Undoes what `run` set up, in bounded time; returns what is left, in words. Raises nothing."""


@dataclass(frozen=True)
class AttemptContext:
    """What an attempt is given: its number and target, and where it tells what happens."""

    attempt: int
    target: c.Target
    resume: str | None
    post: Callable[[c.Event], None]
    hub: Hub
    spawn: Callable[[Coroutine[Any, Any, Any]], asyncio.Task[Any]]
    """For what cancelling the attempt must not cancel. The coroutine must not raise."""

    desk: Desk = field(default_factory=Desk)
    """Where it offers what clients can do while it is connected."""


AttemptFactory = Callable[[AttemptContext], Attempt]


@dataclass
class _Running:
    task: asyncio.Task[None]
    undoing: bool = False
    left: tuple[str, ...] = ()


@dataclass
class Runner:
    """Use `run` in a task; everything else is called from the same loop."""

    hub: Hub
    make_attempt: AttemptFactory
    state: c.State = field(default_factory=c.Disconnected)
    desk: Desk = field(default_factory=Desk)

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)
        self._queue: deque[c.Event] = deque()
        self._applying = False
        self._running: dict[int, _Running] = {}
        self._group: asyncio.TaskGroup | None = None
        self._changed = asyncio.Event()
        self.started = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled. Then attempts are cancelled too, which undoes them."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            self.started.set()
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                self._group = None

    def connect(self, target: c.Target, *, resume: str | None = None) -> tuple[int, bool]:
        """Returns the attempt that leads to `target`, and whether there was one already."""
        if isinstance(self.state, c.Connecting | c.Connected | c.Degraded | c.Reconnecting) and (
            self.state.target == target
        ):
            return self.state.attempt, True
        attempt = next(self._numbers)
        self.post(c.ConnectRequested(attempt, target, resume))
        return attempt, False

    async def disconnect(self) -> None:
        """Returns when everything is undone."""
        self.post(c.DisconnectRequested())
        while not isinstance(self.state, c.Disconnected | c.Failed):
            self._changed.clear()
            await self._changed.wait()

    def post(self, event: c.Event) -> None:
        """Applies the event now, or after the one that is being applied."""
        self._queue.append(event)
        if self._applying:
            return
        self._applying = True
        try:
            while self._queue:
                self._apply(self._queue.popleft())
        finally:
            self._applying = False

    def _apply(self, event: c.Event) -> None:
        before = self.state
        self.state, effects = c.step(before, event)
        if self.state != before:
            _log_change(before, self.state)
            self.hub.set_state(self.state, now=time.time())
            self._changed.set()
        for effect in effects:
            match effect:
                case c.StartAttempt():
                    self._start(effect)
                case c.CloseAttempt(attempt):
                    self._close(attempt)

    def _start(self, effect: c.StartAttempt) -> None:
        if self._group is None:
            raise RuntimeError("the runner does not run")
        context = AttemptContext(
            effect.attempt, effect.target, effect.resume, self.post, self.hub, self._group.create_task, self.desk
        )
        attempt = self.make_attempt(context)
        task = self._group.create_task(self._perform(effect.attempt, attempt), name=f"attempt-{effect.attempt}")
        self._running[effect.attempt] = _Running(task)
        # Not a `finally` in the task: one that is cancelled before its first step never enters it.
        task.add_done_callback(lambda _: self._ended(effect.attempt))

    def _close(self, attempt: int) -> None:
        running = self._running.get(attempt)
        if running is not None and not running.undoing:
            running.undoing = True
            running.task.cancel()

    async def _perform(self, number: int, attempt: Attempt) -> None:
        running = self._running[number]
        try:
            await attempt.run()
            raise KubeferryError(ErrorCode.INTERNAL, problem="the attempt ended by itself")
        except Exception as error:  # noqa: BLE001  (the boundary: every failure becomes a state)
            running.undoing = True
            self.post(c.AttemptFailed(number, problem_of(error)))
        finally:
            running.undoing = True
            running.left = await attempt.undo()

    def _ended(self, number: int) -> None:
        running = self._running.pop(number)
        self.post(c.AttemptClosed(number, running.left))


def problem_of(error: BaseException) -> Problem:
    """Returns the most telling failure of `error`, which may be a group. What has no code is logged whole."""
    known = [problem for problem in _problems(error)]
    for problem in known:
        if problem.code is not ErrorCode.INTERNAL:
            return problem
    if known:
        return known[0]
    _log.error("unexpected failure", exc_info=error)
    detail = f"{type(error).__name__}: {error}".rstrip(": ")
    return Problem(ErrorCode.INTERNAL, {"problem": "something happened that it was not written for"}, detail)


def _problems(error: BaseException) -> list[Problem]:
    if isinstance(error, BaseExceptionGroup):
        return [problem for inner in error.exceptions for problem in _problems(inner)]
    return [Problem.of(error)] if isinstance(error, KubeferryError) else []


def _log_change(before: c.State, after: c.State) -> None:
    if type(before) is type(after):
        return
    reason = getattr(after, "error", None) or getattr(after, "reason", None)
    told = f": {reason.code} {dict(reason.params)}" if reason is not None else ""
    _log.info("%s -> %s%s", type(before).__name__, type(after).__name__, told)
    if reason is not None and reason.detail and reason.detail not in reason.params.values():
        _log.debug("detail: %s", reason.detail)
