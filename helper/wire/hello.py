"""The handshake of a lane: the laptop's HELLO, the manager's WELCOME or REFUSED. msgspec JSON in control frames.

The manager is soft state. A laptop that comes back says which lease it holds; a manager that knows the lease checks
its secret, one that does not (it was restarted) grants the same addresses again when they are free.
"""

from __future__ import annotations

import enum
from typing import Annotated, TypeVar

import msgspec

WIRE_VERSION = 2


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


_Address = Annotated[str, msgspec.Meta(max_length=45)]
_Domain = Annotated[str, msgspec.Meta(max_length=253, pattern=r"^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\Z")]
_Token = Annotated[str, msgspec.Meta(max_length=64)]


class ClientHello(Message, frozen=True):
    """`client_id` is random and stable per installation; `offload`: segments with virtio headers may be sent to it."""

    version: int
    client_id: Annotated[str, msgspec.Meta(min_length=16, max_length=64, pattern=r"^[0-9a-f]+\Z")]
    client_name: Annotated[str, msgspec.Meta(max_length=128)]
    offload: bool
    address4: _Address | None = None
    address6: _Address | None = None
    secret: _Token | None = None


class ManagerWelcome(Message, frozen=True):
    """`mtu` of the pod's interface; the DNS facts are the pod's own /etc/resolv.conf (resolv.conf(5))."""

    version: int
    manager_version: _Token
    lease_id: _Token
    secret: _Token
    address4: _Address | None
    address6: _Address | None
    mtu: Annotated[int, msgspec.Meta(ge=576, le=65535)]
    offload: bool
    dns_servers: Annotated[tuple[_Address, ...], msgspec.Meta(max_length=8)]
    cluster_domain: _Domain
    search_domains: Annotated[tuple[_Domain, ...], msgspec.Meta(max_length=32)]


class HelloRefusal(enum.StrEnum):
    VERSION = "version"
    MALFORMED = "malformed"
    WRONG_SECRET = "wrong_secret"  # noqa: S105 - a code's name
    POOL_EXHAUSTED = "pool_exhausted"
    BAD_TOKEN = "bad_token"  # noqa: S105 - a code's name
    INTERNAL = "internal"


class ManagerRefusal(Message, frozen=True):
    code: HelloRefusal
    manager_version: _Token


M = TypeVar("M", bound=Message)


class HelloError(Exception):
    """A handshake message that is none."""


def encode_hello(message: Message) -> bytes:
    return msgspec.json.encode(message)


def decode_hello(kind: type[M], payload: memoryview | bytes) -> M:
    """Raises HelloError."""
    try:
        return msgspec.json.decode(bytes(payload), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise HelloError(f"not a {kind.__name__}: {error}") from error
