"""The program: the session process when told so, else the window (without a command), else the command line."""

from __future__ import annotations

import os
import signal
import sys


def main() -> int:
    arguments = sys.argv[1:]
    if arguments == ["session-process"]:
        return _run_session()
    # Ctrl-C while modules are still being read would show a traceback: it waits until `run` can take it.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    if arguments in ([], ["--minimised"]):
        # The command line is not read for it: the window is up sooner.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        return _open_window(minimised=bool(arguments))
    if arguments[:1] == ["connect"] and not {"-h", "--help", "--dry-run"}.intersection(arguments):
        _start_session()
    from app.cli.program import run

    return run(arguments)


def _run_session() -> int:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    from helper.protocol.knock import knock

    knocked = knock()  # before anything that takes long is read
    from app.session.process import main as run_session

    return run_session(knocked)


def _start_session() -> None:
    """It starts while the command line's modules are read; whoever needs it waits for it, and tells what fails."""
    from threading import Thread

    from app.session.rendezvous import ensure_started

    Thread(target=ensure_started, daemon=True).start()


def _open_window(*, minimised: bool) -> int:
    """One window a user: if there is one, it comes up, and this start is over."""
    from app.domain.catalogue import explain
    from app.domain.errors import KubeferryError, Problem
    from app.ui.shell.knock import knock, take_lock, window_socket

    try:
        lock = take_lock(window_socket())
        if lock is None:
            return 0 if minimised or knock(window_socket()) else _say("The window that runs does not answer.")
    except KubeferryError as error:
        return _say(explain(Problem.of(error)).what)
    from app.ui.main import RESTART
    from app.ui.main import main as open_window

    status = open_window(lock, minimised=minimised)
    if status == RESTART:
        from app.platform.autostart import own_command

        command = own_command()
        os.execv(command[0], command)  # noqa: S606 (our own program, as it was started)
    return status


def _say(text: str) -> int:
    sys.stderr.write(f"kubeferry: {text}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
