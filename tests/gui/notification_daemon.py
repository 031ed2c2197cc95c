"""A session bus of its own, and who shows notifications on it: it keeps what it was asked, and clicks when told so."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

from jeepney import DBusAddress, HeaderFields, Message, new_error, new_method_return, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.asyncio import DBusConnection, DBusRouter, Proxy, open_dbus_connection

NAME = "org.freedesktop.Notifications"
PATH = "/org/freedesktop/Notifications"
_CONFIGURATION = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={path}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/>
<allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>
"""


@contextlib.asynccontextmanager
async def session_bus(folder: Path) -> AsyncGenerator[str, None]:
    """A real dbus-daemon. Yields its address."""
    configuration = folder / "bus.conf"
    configuration.write_text(_CONFIGURATION.format(path=folder / "bus"))
    bus = await asyncio.create_subprocess_exec(
        "dbus-daemon",
        f"--config-file={configuration}",
        "--nofork",
        "--nopidfile",
        "--nosyslog",
        "--print-address=1",
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert bus.stdout is not None
        await asyncio.wait_for(bus.stdout.readline(), 5)
        yield f"unix:path={folder / 'bus'}"
    finally:
        with contextlib.suppress(ProcessLookupError):
            bus.terminate()
        await bus.wait()


class NotificationDaemon:
    """`asked`: the arguments of each Notify. `capabilities`: what it says that it can."""

    def __init__(self, connection: DBusConnection) -> None:
        self._connection = connection
        self._emitter = DBusAddress(PATH, interface=NAME)
        self.asked: asyncio.Queue[tuple[Any, ...]] = asyncio.Queue()
        self.capabilities = ["actions", "body", "body-markup"]
        self.refuses = False
        self._last = 0

    async def serve(self) -> None:
        while True:
            message = await self._connection.receive()
            member = message.header.fields.get(HeaderFields.member)
            if member == "GetCapabilities":
                await self._connection.send(new_method_return(message, "as", (self.capabilities,)))
            elif member == "Notify":
                await self._connection.send(self._notified(message))

    def _notified(self, message: Message) -> Message:
        if self.refuses:
            return new_error(message, f"{NAME}.Error.Full")
        self.asked.put_nowait(message.body)
        replaced = message.body[1]
        self._last = self._last if replaced else self._last + 1
        return new_method_return(message, "u", (replaced or self._last,))

    async def click(self, number: int, token: str = "") -> None:
        if token:
            await self._connection.send(new_signal(self._emitter, "ActivationToken", "us", (number, token)))
        await self._connection.send(new_signal(self._emitter, "ActionInvoked", "us", (number, "default")))
        await self.close(number)

    async def close(self, number: int) -> None:
        await self._connection.send(new_signal(self._emitter, "NotificationClosed", "uu", (number, 2)))


@contextlib.asynccontextmanager
async def notification_daemon(address: str) -> AsyncGenerator[NotificationDaemon, None]:
    connection = await open_dbus_connection(address)
    async with DBusRouter(connection) as router:
        await Proxy(message_bus, router).RequestName(NAME)
    daemon = NotificationDaemon(connection)
    serving = asyncio.get_running_loop().create_task(daemon.serve())
    try:
        yield daemon
    finally:
        serving.cancel()
        with contextlib.suppress(asyncio.CancelledError, EOFError, OSError):
            await serving
        with contextlib.suppress(OSError):
            await connection.close()
