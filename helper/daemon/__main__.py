"""`python -m helper.daemon`: the root helper. With `--cleanup` it only undoes what a killed one has left.

The options name places and are root's alone, for tests and the lab; nothing of them can come from a caller.
"""

from __future__ import annotations

import sys

from helper.daemon.guard import Guard, start_guard


def main() -> int:
    arguments = sys.argv[1:]
    if not {"--cleanup", "--help", "-h", "--version"}.isdisjoint(arguments):
        return _run(arguments, None)
    return _run(arguments, start_guard(arguments))


def _run(arguments: list[str], guard: Guard | None) -> int:
    from helper.daemon.program import run  # after the fork: the guard must stay small

    return run(arguments, guard)


if __name__ == "__main__":
    sys.exit(main())
