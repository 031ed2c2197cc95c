"""The answer to `ListConnections`, which fits into one message whatever a caller has set."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from helper.protocol.framing import MAX_MESSAGE_BYTES
from helper.protocol.helper_messages import ConnectionInfo, ConnectionList

_REST_BYTES = 1 << 13
"""For everything but the networks: at most eight connections, under 600 bytes each, with labels of 64 characters."""


def connection_list(infos: Iterable[ConnectionInfo]) -> ConnectionList:
    """All of them, each with its network as long as there is room: one alone may be nearly as large as a message."""
    room = MAX_MESSAGE_BYTES - _REST_BYTES
    listed: list[ConnectionInfo] = []
    for info in infos:
        size = len(msgspec.json.encode(info.network))
        if size <= room:
            room -= size
            listed.append(info)
        else:
            listed.append(msgspec.structs.replace(info, network=None))
    return ConnectionList(tuple(listed))
