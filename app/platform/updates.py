"""Is there a newer release? Asked only when the user has switched it on, of the address that the user has given.

What comes back is believed for its signature alone (app/platform/release_feed.py). There is no address built in.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.platform.release_feed import FeedError, FeedFault, Release, builtin_keys, newest, read_feed
from helper.version import VERSION

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

NO_CHECK_VARIABLE = "KUBEFERRY_NO_UPDATE_CHECK"
"""Set by an administrator or a package: the check is off whatever the settings say."""

FETCH_TIMEOUT_S = 10.0


@dataclass(frozen=True)
class Answer:
    """`release` None: this is the newest."""

    release: Release | None


def is_forbidden(environ: Mapping[str, str] | None = None) -> bool:
    return bool((os.environ if environ is None else environ).get(NO_CHECK_VARIABLE))


def check(
    url: str,
    *,
    own: str = VERSION,
    keys: Iterable[Ed25519PublicKey] | None = None,
    now: datetime.datetime | None = None,
    timeout_s: float = FETCH_TIMEOUT_S,
) -> Answer:
    """Blocks for at most some seconds. Raises FeedError."""
    from app.platform.feed_fetch import fetch

    trusted = builtin_keys() if keys is None else tuple(keys)
    if not trusted:
        raise FeedError(FeedFault.NO_KEY)
    feed = read_feed(fetch(url, timeout_s), trusted, now or datetime.datetime.now(datetime.UTC))
    return Answer(newest(feed, own))
