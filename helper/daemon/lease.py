"""A connection is held by one socket of its owner's; when that closes, a grace begins. Pure: time is given."""

from __future__ import annotations

GRACE_S = 3.0


class Lease:
    def __init__(self, holder: object, grace_s: float = GRACE_S) -> None:
        self._holder: object | None = holder
        self._grace_s = grace_s
        self._expires_at: float | None = None

    def hold(self, holder: object) -> None:
        """The latest holder counts: the one before it may go without consequence."""
        self._holder = holder
        self._expires_at = None

    def release(self, holder: object, now: float) -> None:
        if self._holder is holder:
            self._holder = None
            self._expires_at = now + self._grace_s

    def remaining_s(self, now: float) -> float | None:
        """Until it expires; None while somebody holds it."""
        return None if self._expires_at is None else max(0.0, self._expires_at - now)

    def expired(self, now: float) -> bool:
        return self._expires_at is not None and now >= self._expires_at
