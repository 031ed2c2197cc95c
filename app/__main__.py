"""The program: the session process when told so, else the command line (and, without a command, the window)."""

from __future__ import annotations

import signal
import sys


def main() -> int:
    if sys.argv[1:] == ["session-process"]:
        return _run_session()
    # Ctrl-C while modules are still being read would show a traceback: it waits until `run` can take it.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    if sys.argv[1:2] == ["connect"] and not {"-h", "--help"}.intersection(sys.argv):
        _start_session()
    from app.cli.program import run

    return run(sys.argv[1:], _open_window)


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


def _open_window() -> int:
    from app.ui.main import main as open_window

    return open_window()


if __name__ == "__main__":
    sys.exit(main())
