"""Undoes what a helper that was killed has left: replays the journal. The caller holds the helper's lock."""

from __future__ import annotations

import logging
import os
import signal

from helper.daemon.process_times import process_started
from helper.net.host import LinkRemover, link_remover, undo_link, undo_resolver
from helper.net.journal import Entry, Journal, LinkOpened

_log = logging.getLogger(__name__)


def clean_up(journal: Journal) -> tuple[str, ...]:
    """Returns what is left, in words; its entries stay in the journal for the next attempt."""
    entries = journal.entries()
    if not entries:
        return ()
    links = link_remover()
    left: tuple[str, ...] = ()
    try:
        for number, entry in entries:
            remains = _undo(entry, links)
            left += remains
            if not remains:
                journal.forget(number)
    finally:
        links.close()
    _log.info("Undid %s changes of a helper that was killed; left: %s", len(entries), "; ".join(left) or "nothing")
    return left


def _undo(entry: Entry, links: LinkRemover) -> tuple[str, ...]:
    if not isinstance(entry, LinkOpened):
        return undo_resolver(entry)
    if entry.worker_started is not None and entry.worker_started == process_started(entry.worker_pid):
        _kill(entry.worker_pid)
    return undo_link(entry, links)


def _kill(pid: int) -> None:
    """A worker ends by itself when its helper is gone, unless it is stopped."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
