"""What happened to a connection to an API server, as the end of a sentence: no exception's type, and never nothing."""

from __future__ import annotations

import errno
import socket
import ssl

import pytest

from app.kube.dialer import problem_of


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (TimeoutError(), "no answer in time"),
        (ConnectionResetError(), "the connection was cut"),
        (ConnectionResetError("Connection lost"), "connection lost"),
        (OSError(errno.ECONNREFUSED, "x"), "connection refused"),
        (socket.gaierror(socket.EAI_NONAME, "x"), "its name cannot be resolved"),
        (ssl.SSLError(), "tls failed"),
        (EOFError(), "the connection was cut"),
    ],
    ids=repr,
)
def test_each_failure_has_words(error: BaseException, words: str) -> None:
    assert problem_of(error).lower() == words
