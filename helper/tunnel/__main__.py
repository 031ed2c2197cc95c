"""`python -m helper.tunnel --control-fd N`: the worker's process, started by the helper."""

from __future__ import annotations

import argparse
import ctypes
import logging
import signal
import socket
import sys

import uvloop

from helper.json_log import set_up_logging

_PT_DENY_ATTACH = 31  # sys/ptrace.h of XNU
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38

log = logging.getLogger("worker")


def _harden() -> None:
    """Dies with the helper even when stopped (a stopped process does not see its socket close), cannot gain rights,
    and leaves neither core dumps nor a memory that other processes of the user can read (it holds tokens).

    macOS: the last of these alone, beside what the signature's hardened runtime forbids; a worker that is stopped when
    its helper is killed is ended by the helper's cleanup."""
    if sys.platform == "darwin":
        ctypes.CDLL(None, use_errno=True).ptrace(_PT_DENY_ATTACH, 0, None, 0)
        return
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


async def _run(arguments: argparse.Namespace) -> None:
    import asyncio

    from helper.tunnel.worker import run_worker

    this = asyncio.current_task()
    if this is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this.cancel)
    await run_worker(socket.socket(fileno=arguments.control_fd))


def main() -> int:
    parser = argparse.ArgumentParser(prog="kubeferry-worker", description=__doc__)
    parser.add_argument("--control-fd", type=int, required=True)
    arguments = parser.parse_args()
    _harden()
    set_up_logging()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        uvloop.run(_run(arguments))
    except BaseException as error:
        if type(error).__name__ != "CancelledError":
            log.error("the worker ends by a fault of its own", exc_info=error)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
