"""The real helper program, with the stand-in worker: `python -m tests.netns.daemon.helper_process OPTIONS`."""

import sys
from pathlib import Path

from helper.daemon.guard import start_guard

WORKER = Path(__file__).with_name("stand_in_worker.py")
SYSTEM_PYTHON = "/usr/bin/python3"
"""One that every user may run; the one that runs the tests may be in root's home."""


def main() -> int:
    guard = start_guard(sys.argv[1:])
    from helper.daemon.actor import Actor
    from helper.daemon.program import run
    from helper.daemon.worker import Worker, spawn_process

    source = WORKER.read_text()

    def spawn(actor: Actor, control: int) -> Worker:
        return spawn_process([SYSTEM_PYTHON, "-c", source, "--control-fd", str(control)], actor, (control,))

    return run(sys.argv[1:], guard, spawn)


if __name__ == "__main__":
    sys.exit(main())
