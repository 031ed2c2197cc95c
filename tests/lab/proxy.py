"""An HTTP CONNECT and a SOCKS5 proxy: `python -m tests.lab.proxy IP HTTP_PORT SOCKS_PORT NAME=ADDRESS...`.

Names are resolved by the table of its arguments only, so a client that gets anywhere by name came through here.
Sources: RFC 9110 section 9.3.6 (CONNECT), RFC 1928 (SOCKS 5, without authentication).
"""

from __future__ import annotations

import asyncio
import ipaddress
import struct
import sys

_CONNECT, _IPV4, _DOMAIN, _IPV6 = 1, 1, 3, 4


class Proxy:
    def __init__(self, names: dict[str, str]) -> None:
        self._names = names

    async def http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii", "replace")
        method, target, _ = head.split(" ", 2)
        host, _, port = target.rpartition(":")
        if method != "CONNECT":
            writer.write(b"HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n")
            return
        await self._join(
            *(reader, writer, host.strip("[]"), int(port)),
            *(b"HTTP/1.1 200 Connection established\r\n\r\n", b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"),
        )

    async def socks(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, count = await reader.readexactly(2)
        await reader.readexactly(count)
        writer.write(b"\x05\x00")
        _, command, _, kind = await reader.readexactly(4)
        if kind == _DOMAIN:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        else:
            host = str(ipaddress.ip_address(await reader.readexactly(4 if kind == _IPV4 else 16)))
        (port,) = struct.unpack(">H", await reader.readexactly(2))
        if command != _CONNECT:
            writer.write(b"\x05\x07\x00\x01" + bytes(6))
            return
        await self._join(reader, writer, host, port, b"\x05\x00\x00\x01" + bytes(6), b"\x05\x04\x00\x01" + bytes(6))

    async def _join(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, port: int, yes: bytes, no: bytes
    ) -> None:
        print(f"{host}:{port}", flush=True)
        address = self._names.get(host, host)
        try:
            ipaddress.ip_address(address)
            far_reader, far_writer = await asyncio.open_connection(address, port)
        except (OSError, ValueError):
            writer.write(no)
            return
        writer.write(yes)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_copy(reader, far_writer))
                group.create_task(_copy(far_reader, writer))
        finally:
            far_writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
    except (ConnectionError, RuntimeError):
        writer.close()


async def main(arguments: list[str]) -> None:
    proxy = Proxy(dict(pair.split("=", 1) for pair in arguments[3:]))

    async def serve(port: str, speak: str) -> None:
        async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await getattr(proxy, speak)(reader, writer)
                await writer.drain()
            except (asyncio.IncompleteReadError, ConnectionError):
                pass
            finally:
                writer.close()

        await asyncio.start_server(one, arguments[0], int(port))

    await serve(arguments[1], "http")
    await serve(arguments[2], "socks")
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
