"""How the session's log is written: a message is one line, whoever's words are in it."""

from __future__ import annotations

import logging

_ESCAPED = {number: f"\\x{number:02x}" for number in (*range(0x20), *range(0x7F, 0xA0))}


class OneLine(logging.Formatter):
    """What comes from a cluster or a colleague cannot look like a line of ours. Tracebacks keep their lines."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = record.message.translate(_ESCAPED)
        return super().formatMessage(record)
