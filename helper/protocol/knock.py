"""The first words to the helper, said by a program that has no event loop yet: a worker starts while it starts."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

from helper.protocol.framing import encode
from helper.protocol.helper_messages import HELPER_PROTOCOL_VERSION, Hello, PrepareWorker

DEFAULT_SOCKET = Path("/var/db/kubeferry/helper.sock" if sys.platform == "darwin" else "/run/kubeferry/helper.sock")
"""Beside the helper's journal, which has to survive a restart of a Mac: what it undoes there (/etc/resolver) does."""

SOCKET_VARIABLE = "KUBEFERRY_HELPER_SOCKET"


def helper_socket_path() -> Path:
    return Path(os.environ.get(SOCKET_VARIABLE) or DEFAULT_SOCKET)


def knock() -> socket.socket | None:
    """Asks for a prepared worker and does not wait for the answers: HelperClient.adopt reads them. None: no helper."""
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        sock.connect(str(helper_socket_path()))
        sock.send(encode(Hello(HELPER_PROTOCOL_VERSION)) + encode(PrepareWorker()))
    except OSError:
        sock.close()
        return None
    return sock
