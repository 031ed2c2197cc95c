"""What is known of those who listen on this machine's ports. Who finds it out: app.platform.this_system."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

_REACHED = ("0.0.0.0", "::", "127.0.0.1")  # noqa: S104 - compared, not bound


@dataclass(frozen=True, order=True)
class Listener:
    """`protocol`: TCP or UDP. `process` empty and `pid` 0: not known, or not yet. `address`: of those it listens on,
    one by which it is reached if there is any."""

    port: int
    protocol: str = "TCP"
    process: str = ""
    pid: int = 0
    address: str = ""
    is_loopback_only: bool = False

    @property
    def is_reached(self) -> bool:
        """By what Kubeferry brings: it enters this machine at 127.0.0.1 (helper.tunnel.inbound)."""
        return self.address in _REACHED


class ListenerSource(Protocol):
    def read(self) -> tuple[Listener, ...] | None:
        """Blocks for some milliseconds; not to be called twice at once. None: it cannot be found out."""
