"""Envoy's access log, line by line from its standard output, as batches for whoever watches.

Reading must keep up with whatever the workload serves, so that Envoy is never held up: lines are counted, a sample of
them (all, when they are few) is kept unparsed, and only that is parsed when the batch is due.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable

import msgspec

from helper.cluster.sidecar import envoy_headers
from helper.cluster.sidecar.envoy_config import ORIGINAL
from helper.protocol.intercepts import RequestBatch, RequestRecord, Verdict, Workload

BATCH_S = 0.5
SAMPLE = 100
"""Records in a batch at the most: 200 a second."""

_READ_BYTES = 1 << 18
_MAX_LINE_BYTES = 1 << 16

log = logging.getLogger(__name__)


_MAX_STATUS = 999
_MAX_GRPC_STATUS = 2**31 - 1


class _Line(msgspec.Struct, frozen=True):
    """`envoy_http` names the fields. Envoy leaves out what it has no value for."""

    t: str
    d: float = 0.0
    m: str = ""
    p: str = ""
    h: str = ""
    v: str = ""
    s: int = 0
    c: str = ""
    r: str = ""
    a: int = 0
    g: int | None = None
    k: dict[str, str] = {}
    x: str = ""


class RequestLog:
    """Use `read` in a task for each process of Envoy's, and `flush` in one for all."""

    def __init__(self, tell: Callable[[RequestBatch], None]) -> None:
        self._tell = tell
        self._decoder = msgspec.json.Decoder(_Line, strict=False)
        self._seen = 0
        self._kept: list[bytes] = []
        self.source: tuple[Workload, str] | None = None
        """Whose requests these are: workload and pod. None: nobody is told."""

    async def read(self, stream: asyncio.StreamReader) -> None:
        """Until the stream ends."""
        rest = b""
        while data := await stream.read(_READ_BYTES):
            *lines, rest = (rest + data).split(b"\n")
            if len(rest) > _MAX_LINE_BYTES:
                rest = b""
            for line in lines:
                self.take(line)

    def take(self, line: bytes) -> None:
        """Keeps every line with the same probability (reservoir sampling)."""
        if not line.startswith(b"{"):
            return
        self._seen += 1
        if len(self._kept) < SAMPLE:
            self._kept.append(line)
        else:
            place = random.randrange(self._seen)  # noqa: S311 - a sample, not a secret
            if place < SAMPLE:
                self._kept[place] = line

    async def flush(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(BATCH_S)
            batch = self.batch()
            if batch is not None:
                self._tell(batch)

    def batch(self) -> RequestBatch | None:
        """What has come since the last one; None when nothing has."""
        kept, self._kept = self._kept, []
        seen, self._seen = self._seen, 0
        if not seen or self.source is None:
            return None
        records = [record for line in kept if (record := self._record(line)) is not None]
        records.sort(key=lambda record: record.time)
        return RequestBatch(*self.source, seen, tuple(records))

    def _record(self, line: bytes) -> RequestRecord | None:
        try:
            found = self._decoder.decode(line)
            began = float(found.t)
            headers = envoy_headers.told(found.x, found.k)
        except (msgspec.DecodeError, ValueError) as error:
            log.debug("a line of the access log cannot be read: %s", error)
            return None
        laptop = bool(found.c) and found.c != ORIGINAL
        return RequestRecord(
            time=began,
            method=found.m[:32],
            path=found.p[:1024],
            host=found.h[:256],
            protocol=found.v[:16],
            status=found.s if 0 <= found.s <= _MAX_STATUS else 0,
            duration_s=found.d / 1000,
            verdict=Verdict.LAPTOP if laptop else Verdict.CLUSTER,
            port=found.a,
            # A number that the workload has made up: one that cannot be told must not cost the lane.
            grpc_status=found.g if found.g is not None and 0 <= found.g <= _MAX_GRPC_STATUS else None,
            intercept_id=found.r[:12] if laptop else "",
            headers=headers,
        )
