"""Why there is no tunnel, in words that end the catalogue's sentences: "The tunnel cannot reach the API server: …".

What Python, OpenSSL and kubelets say of a failure is for logs: an exception's type, an empty text, "[Errno 111]". Here
each kind of failure has its words; whatever is not known says so, and never shows a type's name. What to do next is
the catalogue's: it stands beside these words everywhere.
"""

from __future__ import annotations

import errno
import os
import socket
import ssl

import msgspec

from helper.wire.hello import HelloRefusal

MAX_WORDS = 300
"""Characters. What others said may be a page of HTML."""

NO_REASON = "it gave no reason"

UNREADABLE = "it answers in a way that this version does not know"

REFUSALS = {
    HelloRefusal.VERSION: "it does not speak this version's protocol",
    HelloRefusal.MALFORMED: "it cannot read what this version sends",
    HelloRefusal.WRONG_SECRET: "another laptop holds this one's lease by now, so a new one is asked for",
    HelloRefusal.POOL_EXHAUSTED: "all of its addresses are taken",
    HelloRefusal.BAD_TOKEN: "it does not accept the token",
    HelloRefusal.INTERNAL: "it made a mistake, of which its log tells more",
}

_BY_ERRNO = {
    errno.ECONNREFUSED: "the connection was refused",
    errno.ECONNRESET: "the connection was cut while it was in use",
    errno.ECONNABORTED: "the connection was cut while it was in use",
    errno.EPIPE: "the connection was cut while it was in use",
    errno.ETIMEDOUT: "there was no answer in time",
    errno.ENETUNREACH: "no network leads there",
    errno.ENETDOWN: "the network is down",
    errno.EHOSTUNREACH: "no way leads to that host",
    errno.EHOSTDOWN: "no way leads to that host",
}

_BY_TYPE: tuple[tuple[type[BaseException], str], ...] = (
    (TimeoutError, _BY_ERRNO[errno.ETIMEDOUT]),
    (ConnectionRefusedError, _BY_ERRNO[errno.ECONNREFUSED]),
    (ConnectionError, _BY_ERRNO[errno.ECONNRESET]),
    (EOFError, "the connection was closed in the middle of an answer"),
    (UnicodeError, "its name is not a host's name"),
)


def words_of(error: BaseException) -> str:
    """What happened to a connection. Order matters: certificates' and names' errors are OSErrors too."""
    if isinstance(error, socket.gaierror):
        return "its name cannot be resolved"
    if isinstance(error, ssl.SSLError):
        return _of_tls(error)
    if isinstance(error, OSError) and error.errno in _BY_ERRNO:
        return _BY_ERRNO[error.errno]
    for kind, words in _BY_TYPE:
        if isinstance(error, kind):
            return words
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno).lower()
    return _cut(str(error)) or NO_REASON


def words_of_answer(status: int, body: bytes) -> str:
    """Of an HTTP answer instead of a tunnel: the message of a Kubernetes Status, where it is one."""
    if not status:
        return "its answer is not HTTP"
    told = _message(body)
    return f"it said {told!r} (HTTP status {status})" if told else f"it answered with HTTP status {status}"


def words_of_port(text: str) -> str:
    """Of the error channel of a port-forward, on which a kubelet says what socat or Go said to it."""
    if "refused" in text:
        return "the connection to its port was refused"
    return _cut(text) or NO_REASON


def _of_tls(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return getattr(error, "verify_message", "") or "its certificate is not valid"
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return "the connection was closed in the middle of the TLS handshake"
    reason = (getattr(error, "reason", None) or "").replace("_", " ").lower()
    return f"TLS failed ({reason})" if reason else "TLS failed"


def _message(body: bytes) -> str:
    """Empty for what is nothing that a person would read: HTML of a gateway, nothing at all."""
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        text = body.decode(errors="replace").strip()
        return "" if text.startswith(("<", "{", "[")) else _cut(text)
    message = found.get("message") if isinstance(found, dict) else None
    return _cut(message) if isinstance(message, str) else ""


def _cut(text: str) -> str:
    """One line, without the full stop that the sentence around it has."""
    return " ".join(text.split())[:MAX_WORDS].rstrip(" .")
