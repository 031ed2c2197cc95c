"""Probes of the whole data path, as a program on the laptop would use it: a name through the stub, a TCP connection."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import Coroutine
from typing import Any

from helper.protocol.worker_messages import ProbeReport, SetProbes
from helper.tunnel.failure_words import words_of

_DNS_PORT = 53

log = logging.getLogger(__name__)


async def probe_once(wish: SetProbes, stub: str | None) -> ProbeReport:
    """Both probes at once. `stub` is the address that the DNS stub listens on."""
    async with asyncio.TaskGroup() as group:
        dns = group.create_task(_timed(_ask(stub, wish.name), wish.timeout_s)) if stub and wish.name else None
        tcp = (
            group.create_task(_timed(_connect(wish.address, wish.port), wish.timeout_s))
            if wish.address is not None
            else None
        )
    results = {"DNS": dns.result() if dns else None, "TCP": tcp.result() if tcp else None}
    failures = [f"{name}: {result}" for name, result in results.items() if isinstance(result, str)]
    if wish.name and not stub:
        failures.append("DNS: the stub does not listen")
    times = {name: result if isinstance(result, float) else None for name, result in results.items()}
    return ProbeReport(ok=not failures, dns_s=times["DNS"], tcp_s=times["TCP"], detail="; ".join(failures))


async def _timed(probe: Coroutine[Any, Any, None], limit_s: float) -> float | str:
    """Returns the seconds it took, or what went wrong."""
    begin = time.perf_counter()  # the loop's own clock has steps of a millisecond
    try:
        async with asyncio.timeout(limit_s):
            await probe
    except TimeoutError:
        return f"no answer within {limit_s:g} s"
    except (OSError, ValueError, OverflowError) as error:
        return words_of(error)
    return time.perf_counter() - begin


async def _ask(server: str, name: str) -> None:
    """Raises OSError or ValueError when there is no positive answer."""
    import dns.exception
    import dns.message
    import dns.rcode

    try:
        query = dns.message.make_query(name, "A")
    except dns.exception.DNSException as error:
        raise ValueError(f"{name!r} is not a name ({error})") from error
    loop = asyncio.get_running_loop()
    family = socket.AF_INET6 if ":" in server else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        await loop.sock_connect(sock, (server, _DNS_PORT))
        await loop.sock_sendall(sock, query.to_wire())
        try:
            answer = dns.message.from_wire(await loop.sock_recv(sock, 4096))
        except dns.exception.DNSException as error:
            raise ValueError(f"an unreadable answer ({error})") from error
    if not query.is_response(answer):
        raise ValueError("an answer to another question")
    if answer.rcode() != dns.rcode.NOERROR:
        raise ValueError(f"{name}: {dns.rcode.to_text(answer.rcode())}")


async def _connect(address: str, port: int) -> None:
    """Raises OSError. A refusal counts as one: the probed port is known to be served."""
    loop = asyncio.get_running_loop()
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as sock:
        sock.setblocking(False)
        await loop.sock_connect(sock, (address, port))
