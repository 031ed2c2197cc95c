"""One window for a user: this process is the one, or the one that runs is asked to come up."""

from __future__ import annotations

import logging
import os
import socket
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from app.platform.peer import peer_uid
from app.ui.shell.knock import ANSWER, MESSAGE_MAX, knock, parse_request, take_lock

log = logging.getLogger(__name__)

_PATIENCE_MS = 2_000


class SingleInstance(QObject):
    """`path`: of the socket; its lock is beside it.

    Signals:
        raise_asked: somebody has started the program again.
        connect_asked: str, and wants a connection to this context.
    """

    raise_asked = Signal()
    connect_asked = Signal(str)

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._lock: int | None = None
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.setMaxPendingConnections(8)
        self._server.newConnection.connect(self._take)

    def claim(self, context: str | None = None) -> bool:
        """Returns whether this process is the one. If not, the one that is has been told."""
        self._lock = take_lock(self._path)
        if self._lock is None:
            if not knock(self._path, context):
                log.warning("the window that runs does not answer")
            return False
        self._listen()
        return True

    def adopt(self, lock: int) -> None:
        """As `claim`, where `knock.take_lock` has been called before Qt was loaded."""
        self._lock = lock
        self._listen()

    def release(self) -> None:
        """For whoever is started while this process says goodbye."""
        self._server.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _listen(self) -> None:
        self._path.unlink(missing_ok=True)  # of one that crashed: whoever has the lock is the only one
        if not self._server.listen(str(self._path)):
            log.warning("a second start cannot raise this window: %s", self._server.errorString())

    def _take(self) -> None:
        while (connection := self._server.nextPendingConnection()) is not None:
            if _uid_of(connection) != os.getuid():
                connection.abort()
                connection.deleteLater()
                continue
            connection.disconnected.connect(connection.deleteLater)
            connection.readyRead.connect(lambda one=connection: self._read(one))
            QTimer.singleShot(_PATIENCE_MS, connection, connection.abort)
            self._read(connection)

    def _read(self, connection: QLocalSocket) -> None:
        if not connection.canReadLine():
            if connection.bytesAvailable() > MESSAGE_MAX:
                connection.abort()
            return
        try:
            context, token = parse_request(bytes(connection.readLine(MESSAGE_MAX).data()))
        except ValueError:
            connection.abort()
            return
        connection.write(ANSWER)
        connection.flush()
        connection.disconnectFromServer()
        if token:
            os.environ["XDG_ACTIVATION_TOKEN"] = token  # Qt's Wayland part looks for it there.
        self.raise_asked.emit()
        if context:
            self.connect_asked.emit(context)


def _uid_of(connection: QLocalSocket) -> int | None:
    descriptor = int(connection.socketDescriptor())
    if descriptor < 0:
        return None
    with socket.socket(fileno=os.dup(descriptor)) as copy:
        try:
            return peer_uid(copy)
        except OSError:
            return None
