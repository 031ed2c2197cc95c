"""How ports, and who listens on them, read."""

from __future__ import annotations

from app.platform.listeners import Listener
from app.ui.translation import tr
from app.ui.widgets.note_line import Tone


def process_text(listener: Listener) -> str:
    if listener.process:
        return tr("{process} (pid {pid})", process=listener.process, pid=listener.pid)
    return tr("Another program")


def listener_choice(listener: Listener) -> str:
    """In the list of ports to choose from."""
    return tr("{port}  {process}", port=listener.port, process=process_text(listener))


def listening_text(port: int, listeners: tuple[Listener, ...]) -> tuple[Tone, str]:
    """`listeners` on this port, those that are reached first."""
    if not listeners:
        return Tone.WARNING, tr("Nothing listens on {port} here yet.", port=port)
    first = listeners[0]
    if not first.is_reached:
        return Tone.WARNING, tr(
            "{process} listens on {address} only: let it listen on 127.0.0.1 too.",
            process=process_text(first),
            address=first.address,
        )
    return Tone.FINE, tr("{process} listens.", process=process_text(first))
