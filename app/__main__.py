"""The program: the session process when told so, else the command line (and, without a command, the window)."""

from __future__ import annotations

import signal
import sys


def main() -> int:
    if sys.argv[1:] == ["session-process"]:
        from app.session.process import main as run_session

        return run_session()
    # Ctrl-C while modules are still being read would show a traceback: it waits until `run` can take it.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    from app.cli.program import run

    return run(sys.argv[1:], _open_window)


def _open_window() -> int:
    from app.ui.main import main as open_window

    return open_window()


if __name__ == "__main__":
    sys.exit(main())
