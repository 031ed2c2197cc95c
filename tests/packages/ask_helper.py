"""`python -m tests.packages.ask_helper [--agent PASSWORD]`, in the machine: asks the helper once, and tells its answer.

With a password, pkttyagent answers for this process, on a terminal of its own, as a person at a console would.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import subprocess
import sys
import termios
import time
from threading import Thread

from helper.client.helper_client import HelperClient, HelperRefused


async def ask() -> str:
    try:
        client = await HelperClient.connect()
    except HelperRefused as error:
        return f"refused {error.code}"
    client.close()
    return f"welcome {client.welcome.uid}"


def _with_agent(password: str) -> str:
    ours, theirs = pty.openpty()
    ready, told = os.pipe()
    agent = subprocess.Popen(
        ["pkttyagent", "--process", str(os.getpid()), "--notify-fd", str(told)],
        pass_fds=(told,),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        preexec_fn=_own_terminal,
    )
    os.close(told)
    os.read(ready, 1)
    Thread(target=_type, args=(ours, password), daemon=True).start()
    try:
        return asyncio.run(ask())
    finally:
        agent.kill()
        agent.wait()


def _own_terminal() -> None:
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _type(terminal: int, password: str) -> None:
    seen = b""
    while b"assword:" not in seen:
        seen += os.read(terminal, 1024)
        sys.stderr.write(seen.decode(errors="replace"))
    time.sleep(0.2)  # getpass flushes what was typed before its prompt
    os.write(terminal, password.encode() + b"\n")


if __name__ == "__main__":
    print(_with_agent(sys.argv[2]) if sys.argv[1:2] == ["--agent"] else asyncio.run(ask()))
