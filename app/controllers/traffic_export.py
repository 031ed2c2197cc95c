"""Requests into a file, off the event loop: HAR for other tools, JSON lines as `kubeferry traffic -o json` prints."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtCore import QObject, Signal

from app.controllers.scope import Scope
from app.controllers.traffic_views import ExportFormat, ExportOutcome, RequestRow
from app.domain.har import har_log
from helper.version import VERSION


class ExportController(QObject):
    """Signals:
    exported: ExportOutcome.
    """

    exported = Signal(object)

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self._scope = scope

    def export(self, path: str, kind: ExportFormat, rows: tuple[RequestRow, ...]) -> None:
        self._scope.start(self._export(path, kind, rows))

    async def _export(self, path: str, kind: ExportFormat, rows: tuple[RequestRow, ...]) -> None:
        try:
            await asyncio.to_thread(write_export, Path(path), kind, rows)
        except OSError as error:
            self.exported.emit(ExportOutcome(path, problem=error.strerror or type(error).__name__))
            return
        self.exported.emit(ExportOutcome(path, len(rows)))


def write_export(path: Path, kind: ExportFormat, rows: Iterable[RequestRow]) -> None:
    """Whole or not at all, and for the user's eyes alone: requests have secrets in their paths. Raises OSError."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}")
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(_pieces(kind, rows))
        os.replace(draft, path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def _pieces(kind: ExportFormat, rows: Iterable[RequestRow]) -> Iterator[bytes]:
    encoder = msgspec.json.Encoder()
    if kind is ExportFormat.HAR:
        yield encoder.encode(har_log(rows, version=VERSION))
        return
    for row in rows:
        yield encoder.encode(json_line(row)) + b"\n"


def json_line(row: RequestRow) -> dict[str, Any]:
    """The fields of the command line's, in its order; what has its default is left out there, too."""
    kind, namespace, name = row.workload
    told: dict[str, Any] = {
        "workload": f"{kind.lower()}/{name}",
        "namespace": namespace,
        "pod": row.pod,
        "time": row.time,
        "method": row.method,
        "path": row.path,
        "host": row.host,
        "protocol": row.protocol,
        "status": row.status,
        "duration_s": row.duration_s,
        "verdict": row.verdict,
    }
    if row.port:
        told["port"] = row.port
    if row.grpc_status is not None:
        told["grpc_status"] = row.grpc_status
    if row.intercept_id:
        told["intercept_id"] = row.intercept_id
    if row.headers:
        told["headers"] = row.headers
    is_known = bool(row.owner)
    return {**told, "rule": row.rule if is_known else None, "owner": row.owner if is_known else None}
