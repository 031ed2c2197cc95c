"""For programs without an event loop (the command line): the same protocol, nothing imported that is not needed."""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Iterator
from types import TracebackType

from app.domain.errors import ErrorCode, KubeferryError
from app.session import messages as m
from app.session.problems import error_from_info
from app.session.rendezvous import connect_socket, wait_until_gone
from helper.protocol.framing import MessageDecoder, ProtocolError, encode

_READ_BYTES = 1 << 16


class BlockingSession:
    """A client's socket. Every method blocks; KeyboardInterrupt leaves it usable between two messages."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._decoder: MessageDecoder[m.FromSession] = MessageDecoder(m.FromSession)
        self._messages: deque[m.FromSession] = deque()
        self._events: deque[m.Event] = deque()

    @classmethod
    def open(cls, *, start: bool) -> BlockingSession | None:
        """Returns None when no session runs and none is to be started. Raises KubeferryError.

        A session of another version that holds nothing gives way, and is replaced.
        """
        try:
            return cls._open(start=start)
        except KubeferryError as error:
            if error.code is not ErrorCode.SESSION_VERSION or not wait_until_gone():
                raise
        return cls._open(start=start)

    @classmethod
    def _open(cls, *, start: bool) -> BlockingSession | None:
        sock = connect_socket(start=start)
        if sock is None:
            return None
        session = cls(sock)
        try:
            session.request(m.Hello(m.SESSION_PROTOCOL_VERSION))
        except BaseException:
            session.close()
            raise
        return session

    def request(self, request: m.Request) -> m.Answer:
        """Returns the answer; events that come before it are kept for `events`. Raises KubeferryError."""
        try:
            self._socket.sendall(encode(request))
        except OSError as error:
            raise KubeferryError(ErrorCode.SESSION_FAILED, problem="it ended") from error
        while True:
            message = self._receive()
            if isinstance(message, m.Event):
                self._events.append(message)
            elif isinstance(message, m.Refused):
                raise error_from_info(message.problem)
            else:
                return message

    def events(self) -> Iterator[m.Event]:
        """Yields events as they come, after Subscribe. Raises KubeferryError when the session goes."""
        while True:
            while self._events:
                yield self._events.popleft()
            message = self._receive()
            if isinstance(message, m.Event):
                yield message

    def set_timeout(self, seconds: float | None) -> None:
        """How long one message may take from now on; TimeoutError then."""
        self._socket.settimeout(seconds)

    def close(self) -> None:
        self._socket.close()

    def __enter__(self) -> BlockingSession:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _receive(self) -> m.FromSession:
        while not self._messages:
            try:
                data = self._socket.recv(_READ_BYTES)
            except TimeoutError:
                raise
            except OSError as error:
                raise KubeferryError(ErrorCode.SESSION_FAILED, problem="it ended") from error
            if not data:
                raise KubeferryError(ErrorCode.SESSION_FAILED, problem="it ended")
            try:
                self._messages.extend(self._decoder.feed(data))
            except ProtocolError as error:
                raise KubeferryError(ErrorCode.SESSION_VERSION, detail=str(error)) from error
        return self._messages.popleft()
