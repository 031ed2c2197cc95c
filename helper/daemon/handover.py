"""Letting go of sockets that were sent to another process.

XNU resets a socket that is closed by its sender before the receiver has taken it out of the message
(bugs.python.org/issue14669; `multiprocessing` waits for an acknowledgement there). So it is closed a little later.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Iterator
from typing import Protocol

GRACE_S = 2.0 if sys.platform == "darwin" else 0.0
"""By then a receiver that lives has read its message."""


class Closable(Protocol):
    def close(self) -> None: ...


@contextlib.contextmanager
def handed_over(*sent: Closable, grace_s: float = GRACE_S) -> Iterator[None]:
    """Closes `sent` at the end, or after the grace that the system needs. In a running loop."""
    try:
        yield
    finally:
        for one in sent:
            if grace_s:
                asyncio.get_running_loop().call_later(grace_s, one.close)
            else:
                one.close()
