"""Envoy's admin interface, over its unix socket: a few HTTP/1.1 requests, each on a connection of its own."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

_MAX_ANSWER_BYTES = 8 << 20
_HEAD = "HTTP/1.1\r\nHost: envoy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class AdminFailed(Exception):
    """Envoy did not answer, or not as it should."""


class EnvoyAdmin:
    def __init__(self, socket_path: Path) -> None:
        self._path = str(socket_path)

    async def ready(self, timeout_s: float) -> bool:
        try:
            return (await self._ask("GET", "/ready", timeout_s)).strip() == b"LIVE"
        except AdminFailed:
            return False

    async def counters(self, pattern: str, timeout_s: float = 1.0) -> dict[str, int]:
        """Counters and gauges whose name the regular expression finds, those that were never used too."""
        answer = await self._ask("GET", f"/stats?format=json&filter={pattern}", timeout_s)
        try:
            return {entry["name"]: int(entry["value"]) for entry in json.loads(answer)["stats"] if "value" in entry}
        except (ValueError, KeyError, TypeError) as error:
            raise AdminFailed(f"its statistics cannot be read: {error}") from error

    async def set_runtime(self, key: str, value: int) -> None:
        await self._ask("POST", f"/runtime_modify?{key}={value}", 1.0)

    async def _ask(self, method: str, target: str, timeout_s: float) -> bytes:
        """Returns the body of a good answer. Raises AdminFailed."""
        try:
            async with asyncio.timeout(timeout_s):
                reader, writer = await asyncio.open_unix_connection(self._path, limit=_MAX_ANSWER_BYTES)
                try:
                    writer.write(f"{method} {target} {_HEAD}".encode())
                    answer = await reader.read(-1)
                finally:
                    writer.close()
        except (OSError, TimeoutError) as error:
            raise AdminFailed(str(error) or "no answer in time") from error
        head, _, body = answer.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise AdminFailed(head.partition(b"\r\n")[0].decode(errors="replace") or "it hung up")
        return _without_chunks(body) if b"transfer-encoding: chunked" in head.lower() else body


def _without_chunks(body: bytes) -> bytes:
    """RFC 9112, 7.1. Raises AdminFailed."""
    found = bytearray()
    while body:
        size_text, _, rest = body.partition(b"\r\n")
        try:
            size = int(size_text.partition(b";")[0], 16)
        except ValueError as error:
            raise AdminFailed("its answer is cut off") from error
        if not size:
            break
        found += rest[:size]
        body = rest[size + 2 :]
    return bytes(found)
