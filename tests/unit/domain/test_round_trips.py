from __future__ import annotations

from app.domain.round_trips import RoundTrips, summarise


def test_three_figures_of_what_was_measured() -> None:
    assert summarise([0.03, None, 0.01, 0.02]) == RoundTrips(0.01, 0.02, 0.03)
    assert summarise([None]) is None
