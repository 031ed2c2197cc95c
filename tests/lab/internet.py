"""The internet of the lab: a public DNS server and a web site. `python -m tests.lab.internet`, inside its namespace.

Every question is written to the log (one name a line), so that a test can see that a cluster's names stay at home.
"""

from __future__ import annotations

import asyncio
import sys
from typing import cast

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

DNS_ADDRESS = "198.51.100.53"
SITE_ADDRESS = "203.0.113.10"
SITE_TEXT = "the public site"
SEARCH_DOMAIN = "corp.example"

RECORDS: dict[tuple[str, str], str] = {
    ("example.com.", "A"): SITE_ADDRESS,
    ("example.com.", "AAAA"): "2001:db8:113::10",
    ("example.com.", "MX"): "10 mail.example.com.",
    ("example.com.", "TXT"): '"public"',
    ("www.example.com.", "CNAME"): "example.com.",
    ("www.example.dev.", "A"): SITE_ADDRESS,
    ("api.dev.", "A"): SITE_ADDRESS,
    ("dev.", "TXT"): '"a public suffix"',
    ("printer.corp.example.", "A"): SITE_ADDRESS,
    ("10.113.0.203.in-addr.arpa.", "PTR"): "example.com.",
}


def answer(wire: bytes) -> bytes:
    query = dns.message.from_wire(wire)
    response = dns.message.make_response(query, recursion_available=True)
    response.flags |= dns.flags.RA
    question = query.question[0]
    name = question.name.to_text().lower()
    kind = dns.rdatatype.to_text(question.rdtype)
    print(name, kind, flush=True)
    names = {owner for owner, _ in RECORDS}
    alias = RECORDS.get((name, "CNAME"))
    if alias is not None:
        response.answer.append(dns.rrset.from_text(name, 60, "IN", "CNAME", alias))
        name = alias
    data = RECORDS.get((name, kind))
    if data is not None:
        response.answer.append(dns.rrset.from_text(name, 60, "IN", kind, data))
    elif name not in names and not any(owner.endswith("." + name) for owner in names):
        response.set_rcode(dns.rcode.NXDOMAIN)
    return response.to_wire()


class UdpServer(asyncio.DatagramProtocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # CPython 3.11's own transport does not say that it is a DatagramTransport.
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        self._transport.sendto(answer(data), address)


async def serve_tcp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            size = int.from_bytes(await reader.readexactly(2), "big")
            response = answer(await reader.readexactly(size))
            writer.write(len(response).to_bytes(2, "big") + response)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def serve_site(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        await reader.readuntil(b"\r\n\r\n")
        body = SITE_TEXT.encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(body), body))
        await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main() -> None:
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(UdpServer, local_addr=(DNS_ADDRESS, 53))
    await asyncio.start_server(serve_tcp, DNS_ADDRESS, 53)
    await asyncio.start_server(serve_site, SITE_ADDRESS, 80)
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
