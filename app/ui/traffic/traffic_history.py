"""The throughput of the last minutes, second by second, as everything that draws it shares it."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from app.controllers.views import TrafficSample

HISTORY_S = 300

Samples = Sequence[TrafficSample]


class TrafficHistory:
    """The last five minutes."""

    def __init__(self) -> None:
        self._samples: deque[TrafficSample] = deque(maxlen=HISTORY_S)

    @property
    def samples(self) -> tuple[TrafficSample, ...]:
        return tuple(self._samples)

    @property
    def peak(self) -> float:
        return peak_of(self._samples)

    def add(self, sample: TrafficSample) -> None:
        self._samples.append(sample)

    def clear(self) -> None:
        self._samples.clear()


def peak_of(samples: Samples) -> float:
    return max((max(sample.up_bytes_s, sample.down_bytes_s) for sample in samples), default=0.0)
