"""What a user reads when there is no tunnel: words for each kind of failure, and never a type's name or nothing."""

from __future__ import annotations

import errno
import json
import socket
import ssl
from collections.abc import Callable

import pytest

from app.domain.catalogue import explain
from app.session.tunnel import problem_of_loss
from helper.protocol.worker_messages import TunnelFailure, TunnelLost
from helper.tunnel.failure_words import (
    MAX_WORDS,
    NO_REASON,
    REFUSALS,
    words_of,
    words_of_answer,
    words_of_port,
)
from helper.wire.hello import HelloRefusal
from tests.unit.tunnel.raw_words import is_raw


def _untrusted() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed (_ssl.c:1006)")
    error.verify_message = "self-signed certificate"
    return error


def _tls(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, f"[SSL: {reason}] (_ssl.c:1006)")
    error.reason = reason
    return error


_CUT = "the connection was cut while it was in use"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (TimeoutError(), "there was no answer in time"),
        (TimeoutError(errno.ETIMEDOUT, "Connection timed out"), "there was no answer in time"),
        (ConnectionRefusedError(), "the connection was refused"),
        (OSError(errno.ECONNREFUSED, "Connect call failed ('127.0.0.1', 1)"), "the connection was refused"),
        (ConnectionResetError(), _CUT),
        (ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"), _CUT),
        (BrokenPipeError(), _CUT),
        (ConnectionAbortedError(), _CUT),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), "no network leads there"),
        (OSError(errno.EHOSTUNREACH, "No route to host"), "no way leads to that host"),
        (OSError(errno.EMFILE, "Too many open files"), "too many open files"),
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "its name cannot be resolved"),
        (EOFError(), "the connection was closed in the middle of an answer"),
        (UnicodeError("label too long"), "its name is not a host's name"),
        (_untrusted(), "self-signed certificate"),
        (ssl.SSLCertVerificationError(), "its certificate is not valid"),
        (_tls("WRONG_VERSION_NUMBER"), "TLS failed (wrong version number)"),
        (ssl.SSLError(), "TLS failed"),
        (ssl.SSLEOFError(8, "EOF occurred"), "the connection was closed in the middle of the TLS handshake"),
        (OSError(), NO_REASON),
        (OSError("the name has no address"), "the name has no address"),
        (ValueError("one.\n two."), "one. two"),
    ],
    ids=repr,
)
def test_each_failure_has_words(error: BaseException, words: str) -> None:
    assert words_of(error) == words


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (
            403,
            json.dumps({"kind": "Status", "message": "pods is forbidden."}).encode(),
            "it said 'pods is forbidden' (HTTP status 403)",
        ),
        (502, b"<html><h1>Bad Gateway</h1></html>", "it answered with HTTP status 502"),
        (500, b"unable to upgrade\n", "it said 'unable to upgrade' (HTTP status 500)"),
        (503, b"", "it answered with HTTP status 503"),
        (404, b'{"kind": "Status", "mess', "it answered with HTTP status 404"),
        (404, b'{"message": 7}', "it answered with HTTP status 404"),
        (0, b"", "its answer is not HTTP"),
    ],
)
def test_an_answer_instead_of_a_tunnel(status: int, body: bytes, words: str) -> None:
    assert words_of_answer(status, body) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "error forwarding port 7070 to pod 5f: exit status 1: socat E connect: Connection refused",
            "the connection to its port was refused",
        ),
        ("lost connection to pod\n", "lost connection to pod"),
        (" \n", NO_REASON),
        ("x" * 1000, "x" * MAX_WORDS),
    ],
)
def test_what_a_kubelet_says(text: str, words: str) -> None:
    assert words_of_port(text) == words


def test_every_refusal_of_the_manager_has_words() -> None:
    assert set(REFUSALS) == set(HelloRefusal)


@pytest.mark.parametrize("failure", [one for one in TunnelFailure if one is not TunnelFailure.NONE])
@pytest.mark.parametrize("make", [TimeoutError, ConnectionResetError, OSError, EOFError, ssl.SSLError])
def test_the_sentence_that_is_shown(failure: TunnelFailure, make: Callable[[], BaseException]) -> None:
    """In the window and in `kubeferry status`: what happened, in one sentence, and what to do."""
    shown = explain(problem_of_loss(TunnelLost(failure, words_of(make()), endpoint_wanted=False)))
    assert not is_raw(shown.what), shown.what
    assert shown.what.count(".") == 1
    assert shown.next_step


def test_a_loss_without_words_still_makes_a_sentence() -> None:
    shown = explain(problem_of_loss(TunnelLost(TunnelFailure.CLOSED, "", endpoint_wanted=False)))
    assert shown.what.endswith(f": {NO_REASON}.")
