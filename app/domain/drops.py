"""What becomes of routes and names while the tunnel is lost: the user's choice."""

from __future__ import annotations

import enum


class OnDrop(enum.StrEnum):
    """HOLD: cluster addresses wait until the tunnel is back. RELEASE: after a while routes and names are given back."""

    HOLD = "hold"
    RELEASE = "release"
