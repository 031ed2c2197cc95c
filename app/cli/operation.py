"""A client's part of what takes its time in the session: begin it, tell how it goes, call it off with Ctrl-C."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator

import click

from app.cli.progress import Progress
from app.cli.terminal import echo
from app.domain.catalogue import EXIT_INTERRUPTED
from app.domain.errors import ErrorCode, KubeferryError
from app.domain.intercept_stages import describe_intercept_stage
from app.session import intercept_messages as im
from app.session import messages as m
from app.session.blocking_client import BlockingSession
from app.session.problems import error_from_info

UNDO_S = 75.0
"""How long Ctrl-C waits for a workload to be restored (a bare pod may take its grace period to end); the session goes
on restoring it in any case."""

Operation = im.StartIntercept | im.Leave | im.Repair
Ended = im.InterceptDone | im.WorkloadsRestored

_UP = (m.StateKind.CONNECTED, m.StateKind.DEGRADED, m.StateKind.RECONNECTING)


@contextlib.contextmanager
def connected_session() -> Iterator[tuple[BlockingSession, m.Status]]:
    """Raises KubeferryError (NOT_CONNECTED) when there is no connection, or its reason while it is lost."""
    session = BlockingSession.open(start=False)
    if session is None:
        raise KubeferryError(ErrorCode.NOT_CONNECTED)
    with session:
        status = session_status(session)
        if status.state is m.StateKind.RECONNECTING and status.problem is not None:
            raise error_from_info(status.problem)
        if status.state not in _UP:
            raise KubeferryError(ErrorCode.NOT_CONNECTED)
        yield session, status


def session_status(session: BlockingSession) -> m.Status:
    answer = session.request(m.GetStatus())
    if not isinstance(answer, m.StatusIs):
        raise KubeferryError(ErrorCode.SESSION_VERSION)
    return answer.status


def agree(question: str) -> None:
    """Raises click.Abort when nobody answers, and Exit after a no, which is no mistake and changes nothing."""
    if not click.confirm(question, err=True):
        echo("Nothing was changed.", err=True)
        raise click.exceptions.Exit(EXIT_INTERRUPTED)


def carry_out(session: BlockingSession, request: Operation, progress: Progress) -> Ended:
    """Returns how it ended. Raises KubeferryError when it failed, and KeyboardInterrupt when what was begun is undone.

    Leaving and repairing are finished by the session whether somebody waits for them or not.
    """
    with uninterrupted():
        accepted = session.request(request)
    if not isinstance(accepted, im.OperationAccepted):
        raise KubeferryError(ErrorCode.SESSION_VERSION)
    try:
        return _follow(session, accepted.operation, progress)
    except KeyboardInterrupt:
        if isinstance(request, im.StartIntercept):
            _call_off(session, accepted.operation, progress)
        else:
            progress.clear()
            echo("It goes on without you: what was begun is restored to its end.", err=True)
        raise


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Ctrl-C waits until what was asked for has a number by which it can be cancelled."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _follow(session: BlockingSession, operation: int, progress: Progress) -> Ended:
    for event in session.events():
        match event:
            case im.InterceptProgress(number, stage, waits_for) if number == operation:
                progress.tell(describe_intercept_stage(stage, waits_for))
            case im.InterceptDone() | im.WorkloadsRestored() if event.operation == operation:
                return event
            case im.InterceptFailed(number, problem) if number == operation:
                raise error_from_info(problem)
    raise KubeferryError(ErrorCode.SESSION_FAILED, problem="it ended")


def _call_off(session: BlockingSession, operation: int, progress: Progress) -> None:
    """Waits until it is undone; a second Ctrl-C stops waiting, not the undoing. Raises KubeferryError if that fails."""
    progress.tell("Undoing what was done")
    try:
        session.set_timeout(UNDO_S)
        session.request(im.CancelOperation(operation))
        _follow(session, operation, progress)
    except TimeoutError:
        raise KubeferryError(ErrorCode.TIMED_OUT, waiting_for="the workload", seconds=f"{UNDO_S:.0f}") from None
    except KubeferryError as error:
        if error.code is not ErrorCode.CANCELLED:
            raise
