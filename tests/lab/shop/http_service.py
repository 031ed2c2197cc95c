"""The demo services over HTTP/1.1; and HTTP/2 without TLS, known by its preface, on the same port.

/               who answers, and what NEXT (another service's URL) says, if there is one
/headers        all headers of the request, as they came
/slow?s=N       answers after N seconds
/status?code=N  with that status
/upload         the body's length and SHA-256
/download?n=N   N bytes; with chunked=1 in chunks
/events?n=N&s=S server-sent events, one every S seconds
/ws             WebSocket: "WHO: " and what was sent
/ready          200, or 503 while /tmp/unready is there
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import urllib.parse
from dataclasses import dataclass

from tests.lab.shop import websocket
from tests.lab.shop.http1 import BLOCK_BYTES, Head, head_bytes, read_body, read_head, whole

UNREADY = "/tmp/unready"
H2_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
PATTERN = bytes(range(256)) * (BLOCK_BYTES // 256)
_REASONS = {101: "Switching Protocols", 200: "OK", 404: "Not Found", 503: "Service Unavailable"}


@dataclass(frozen=True)
class Who:
    """`service`: the workload's name. `pod`: the pod's, or "laptop". `next_url`: whom to ask on every request to /."""

    service: str
    pod: str
    next_url: str = ""

    def told(self, head: Head, writer: asyncio.StreamWriter) -> dict[str, object]:
        peer = writer.get_extra_info("peername") or ("?",)
        return {"service": self.service, "pod": self.pod, "client": peer[0], "path": head.target}


def is_ready() -> bool:
    return not os.path.exists(UNREADY)


class HttpConnection:
    """Of one client, until it or we close."""

    def __init__(self, who: Who, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._who, self._reader, self._writer = who, reader, writer

    async def serve(self, first: bytes) -> None:
        """`first` has been read already."""
        while (head := await read_head(self._reader, first)) is not None:
            first = b""
            if "100-continue" in head.get("expect"):
                self._writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            if head.get("upgrade").lower() == "websocket":
                return await self._websocket(head)
            await self._answer(head)
            if head.get("connection").lower() == "close" or head.start.endswith("HTTP/1.0"):
                return None
        return None

    async def _answer(self, head: Head) -> None:
        url = urllib.parse.urlsplit(head.target)
        query = {name: values[0] for name, values in urllib.parse.parse_qs(url.query).items()}
        body = read_body(self._reader, head, until_closed=False)
        match url.path:
            case "/upload":
                sha, count = hashlib.sha256(), 0
                async for block in body:
                    sha.update(block)
                    count += len(block)
                await self._json(head, {"bytes": count, "sha256": sha.hexdigest()})
            case "/download":
                await whole(body)
                await self._download(int(query["n"]), chunked="chunked" in query)
            case "/events":
                await whole(body)
                await self._events(int(query["n"]), float(query["s"]))
            case _:
                await self._small(head, url.path, query, await whole(body))

    async def _small(self, head: Head, path: str, query: dict[str, str], body: bytes) -> None:
        more: dict[str, object] = {}
        status = 200
        match path:
            case "/slow":
                await asyncio.sleep(float(query["s"]))
            case "/headers":
                more = {"headers": head.headers, "start": head.start, "body": body.decode("latin-1")}
            case "/status":
                status = int(query["code"])
            case "/ready" if not is_ready():
                status = 503
        if self._who.next_url and path == "/":
            more["next"] = await fetch_json(self._who.next_url)
        await self._json(head, more, status)

    async def _json(self, head: Head, more: dict[str, object], status: int = 200) -> None:
        body = json.dumps(self._who.told(head, self._writer) | more).encode()
        headers = (("Content-Type", "application/json"), ("Content-Length", str(len(body))))
        await self._send(status, headers, b"" if head.start.startswith("HEAD ") else body)

    async def _send(self, status: int, headers: tuple[tuple[str, str], ...], body: bytes = b"") -> None:
        own = (("X-Answered-By", self._who.pod), ("Server", "lab/1"))
        start = f"HTTP/1.1 {status} {_REASONS.get(status, 'Other')}"
        self._writer.write(head_bytes(start, headers + own) + body)
        await self._writer.drain()

    async def _download(self, count: int, *, chunked: bool) -> None:
        length = ("Transfer-Encoding", "chunked") if chunked else ("Content-Length", str(count))
        await self._send(200, (("Content-Type", "application/octet-stream"), length))
        while count:
            block = PATTERN[: min(count, BLOCK_BYTES)]
            count -= len(block)
            self._writer.write(b"%x\r\n%s\r\n" % (len(block), block) if chunked else block)
            await self._writer.drain()
        if chunked:
            self._writer.write(b"0\r\n\r\n")

    async def _events(self, count: int, every_s: float) -> None:
        await self._send(200, (("Content-Type", "text/event-stream"), ("Transfer-Encoding", "chunked")))
        for number in range(count):
            event = f"data: {self._who.pod} {number}\n\n".encode()
            self._writer.write(b"%x\r\n%s\r\n" % (len(event), event))
            await self._writer.drain()
            await asyncio.sleep(every_s)
        self._writer.write(b"0\r\n\r\n")

    async def _websocket(self, head: Head) -> None:
        accept = websocket.accept_key(head.get("sec-websocket-key"))
        await self._send(101, (("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", accept)))
        while True:
            kind, payload = await websocket.read_frame(self._reader)
            if kind == websocket.CLOSE:
                self._writer.write(websocket.frame(kind, payload, masked=False))
                return
            if kind != websocket.PING:
                payload = f"{self._who.pod}: ".encode() + payload
            answer = websocket.PONG if kind == websocket.PING else kind
            self._writer.write(websocket.frame(answer, payload, masked=False))
            await self._writer.drain()


async def fetch_json(url: str) -> object:
    """A GET on a connection of its own."""
    parts = urllib.parse.urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
    try:
        headers = (("Host", parts.netloc), ("Connection", "close"))
        writer.write(head_bytes(f"GET {parts.path or '/'} HTTP/1.1", headers))
        head = await read_head(reader)
        if head is None:
            raise ConnectionError(f"{url} has closed without an answer")
        answer: object = json.loads(await whole(read_body(reader, head, until_closed=True)))
        return answer
    finally:
        writer.close()
