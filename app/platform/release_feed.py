"""The signed news of releases: what a feed file holds, and when it is believed.

The file is JSON: `payload` is a text that is JSON itself, `signatures` are Ed25519 (RFC 8032) over exactly that text's
bytes behind a prefix of our own, so that a signature for something else is none for this. One valid signature of a key
that came with the program is enough; several let a key be replaced. Nothing of the payload is read before that. It has
an end, so that who controls the server cannot show an old state for ever.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import enum
import hashlib
import re
from collections.abc import Iterable
from importlib import resources
from typing import TYPE_CHECKING, Annotated

import msgspec

if TYPE_CHECKING:
    # It takes some tens of milliseconds to import, and most windows never check.
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

CONTEXT = b"kubeferry release feed 1\n"
MAX_BYTES = 64 * 1024
_VERSION = re.compile(r"(\d{1,6})\.(\d{1,6})\.(\d{1,6})")

Text = Annotated[str, msgspec.Meta(max_length=2000)]
Version = tuple[int, int, int]


class FeedFault(enum.StrEnum):
    """Why there is no answer. What is told of each is in app/controllers/update_words.py."""

    ADDRESS = "the address is none"
    NOT_HTTPS = "the address is not https"
    LOGIN_IN_ADDRESS = "the address has a user's name or password in it"
    UNREACHABLE = "the server cannot be reached"
    STATUS = "the server refuses"
    NO_FEED = "this is no feed"
    UNSIGNED = "the feed is not signed by a key that is known"
    FORM = "the feed is of an unknown form"
    EXPIRED = "the feed is out of date"
    NO_KEY = "this build has no key to verify with"


class FeedError(Exception):
    """`detail`: a reason of the system, a status or a date, where the fault has one."""

    def __init__(self, fault: FeedFault, detail: str = "") -> None:
        super().__init__(f"{fault} ({detail})" if detail else str(fault))
        self.fault = fault
        self.detail = detail


class Signature(msgspec.Struct, frozen=True):
    """`key`: id of the public key; `signature`: base64."""

    key: Annotated[str, msgspec.Meta(max_length=64)]
    signature: Annotated[str, msgspec.Meta(max_length=128)]


class Envelope(msgspec.Struct, frozen=True):
    payload: str
    signatures: Annotated[tuple[Signature, ...], msgspec.Meta(max_length=16)]


class Release(msgspec.Struct, frozen=True):
    """`page`: where a person reads about it and finds the files; https. `security`: it mends a weakness."""

    version: Annotated[str, msgspec.Meta(pattern=r"^\d{1,6}\.\d{1,6}\.\d{1,6}\Z")]
    page: Annotated[str, msgspec.Meta(pattern=r"^https://[!-~]+\Z", max_length=500)]
    notes: Text = ""
    security: bool = False


class Feed(msgspec.Struct, frozen=True):
    """Unknown fields are ignored: an older program reads what a newer server says. `format`: another is not read."""

    format: int
    made: datetime.datetime
    expires: datetime.datetime
    releases: Annotated[tuple[Release, ...], msgspec.Meta(max_length=200)]


def key_id(key: Ed25519PublicKey) -> str:
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def builtin_keys() -> tuple[Ed25519PublicKey, ...]:
    """Those that came with the program: resources/updates/*.pem."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    folder = resources.files("resources") / "updates"
    found = sorted((item for item in folder.iterdir() if item.name.endswith(".pem")), key=lambda item: item.name)
    keys = [load_pem_public_key(item.read_bytes()) for item in found]
    return tuple(key for key in keys if isinstance(key, Ed25519PublicKey))


def read_feed(text: bytes, keys: Iterable[Ed25519PublicKey], now: datetime.datetime) -> Feed:
    """Raises FeedError. `now` is aware of its time zone."""
    if len(text) > MAX_BYTES:
        raise FeedError(FeedFault.NO_FEED)
    try:
        envelope = msgspec.json.decode(text, type=Envelope)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FeedError(FeedFault.NO_FEED) from error
    if not _is_signed(envelope, {key_id(key): key for key in keys}):
        raise FeedError(FeedFault.UNSIGNED)
    try:
        feed = msgspec.json.decode(envelope.payload, type=Feed)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FeedError(FeedFault.FORM) from error
    _require_current(feed, now)
    return feed


def newest(feed: Feed, own: str) -> Release | None:
    """The highest version above `own`; never one below. An `own` that is no plain version is above all: it is built
    by hand. `security` also when a release between the two was one."""
    mine = parse_version(own)
    newer = [release for release in feed.releases if mine is not None and _number(release) > mine]
    if not newer:
        return None
    best = max(newer, key=_number)
    return msgspec.structs.replace(best, security=any(release.security for release in newer))


def parse_version(text: str) -> Version | None:
    match = _VERSION.fullmatch(text)
    return None if match is None else (int(match[1]), int(match[2]), int(match[3]))


def _number(release: Release) -> Version:
    return parse_version(release.version) or (0, 0, 0)


def _is_signed(envelope: Envelope, keys: dict[str, Ed25519PublicKey]) -> bool:
    signed = CONTEXT + envelope.payload.encode()
    return any(_fits(keys[one.key], one.signature, signed) for one in envelope.signatures if one.key in keys)


def _fits(key: Ed25519PublicKey, signature: str, signed: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature

    try:
        key.verify(base64.b64decode(signature, validate=True), signed)
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def _require_current(feed: Feed, now: datetime.datetime) -> None:
    if feed.format != 1:
        raise FeedError(FeedFault.FORM)
    if feed.made.tzinfo is None or feed.expires.tzinfo is None:
        raise FeedError(FeedFault.FORM)
    if now >= feed.expires:
        raise FeedError(FeedFault.EXPIRED, f"{feed.expires:%Y-%m-%d}")
