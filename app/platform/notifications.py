"""Notifications of the desktop, over D-Bus.

Desktop Notifications Specification 1.2 (specifications.freedesktop.org/notification-spec). Where nobody takes them
the caller is told so and shows them in its own way.
"""

from __future__ import annotations

import asyncio
import html
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

if sys.platform == "linux":
    from jeepney import DBusAddress, HeaderFields, MatchRule, Message, MessageType, new_method_call
    from jeepney.auth import AuthenticationError
    from jeepney.bus_messages import message_bus
    from jeepney.io.asyncio import DBusRouter, open_dbus_connection
    from jeepney.io.common import RouterClosed

NAME = "org.freedesktop.Notifications"
PATH = "/org/freedesktop/Notifications"
ANSWER_S = 2.0
"""A notification daemon that is started by being asked needs a second; one that hangs must not hang us."""
DEFAULT_ACTION = "default"
"""The action of a click on the notification itself, by the specification."""
_EVENTS = 64
_NORMAL, _CRITICAL = 1, 2


class NoNotificationsError(Exception):
    """There is no session bus, nobody on it who shows notifications, or no answer."""


@dataclass(frozen=True)
class Shown:
    """What to show. `replaces`: the number of one that this takes the place of. `button` empty: none."""

    title: str
    text: str
    button: str = ""
    replaces: int = 0
    urgent: bool = False


@dataclass(frozen=True)
class Pressed:
    """The button of a notification, or the notification itself, was clicked.

    `token`: lets a window come to the front on desktops that forbid it otherwise (xdg-activation); may be empty.
    """

    number: int
    token: str = ""


@dataclass(frozen=True)
class Closed:
    number: int


Heard = Pressed | Closed


class Notifications:
    """One connection to the session bus; made by `open_notifications`."""

    def __init__(self, router: DBusRouter, signals: asyncio.Queue[Message], capabilities: frozenset[str]) -> None:
        self._router = router
        self._signals = signals
        self._capabilities = capabilities

    @property
    def has_buttons(self) -> bool:
        return "actions" in self._capabilities

    async def show(self, wanted: Shown) -> int:
        """Returns its number. Raises NoNotificationsError."""
        text = html.escape(wanted.text, quote=False) if "body-markup" in self._capabilities else wanted.text
        actions = []
        if self.has_buttons and wanted.button:
            actions = [DEFAULT_ACTION, wanted.button, "button", wanted.button]
        hints = {
            "urgency": ("y", _CRITICAL if wanted.urgent else _NORMAL),
            "desktop-entry": ("s", "kubeferry"),
            "category": ("s", "network"),
        }
        body = ("Kubeferry", wanted.replaces, "kubeferry", wanted.title, text, actions, hints, -1)
        answer = await _call(self._router, "Notify", "susssasa{sv}i", body)
        return int(answer[0])

    async def heard(self) -> AsyncGenerator[Heard, None]:
        """What becomes of notifications, also of other programs' ones: numbers tell them apart."""
        tokens: dict[int, str] = {}
        while True:
            member, body = _signal(await self._signals.get())
            if member == "ActivationToken" and len(body) == 2:
                tokens[int(body[0])] = str(body[1])
            elif member == "ActionInvoked" and len(body) == 2:
                yield Pressed(int(body[0]), tokens.pop(int(body[0]), ""))
            elif member == "NotificationClosed" and body:
                tokens.pop(int(body[0]), None)
                yield Closed(int(body[0]))


@asynccontextmanager
async def open_notifications() -> AsyncGenerator[Notifications, None]:
    """Raises NoNotificationsError."""
    if sys.platform != "linux":
        raise NoNotificationsError("this system has no D-Bus notifications")
    try:
        async with asyncio.timeout(ANSWER_S):
            connection = await open_dbus_connection("SESSION")
    except (OSError, EOFError, KeyError, ValueError, RuntimeError, AuthenticationError, TimeoutError) as error:
        raise NoNotificationsError(str(error)) from error
    router = DBusRouter(connection)
    rule = MatchRule(type="signal", interface=NAME, path=PATH)
    signals: asyncio.Queue[Message] = asyncio.Queue(_EVENTS)
    try:
        with router.filter(rule, queue=signals):
            await _answer(router, message_bus.AddMatch(rule))
            capabilities = await _call(router, "GetCapabilities", None, ())
            yield Notifications(router, signals, frozenset(capabilities[0]))
    finally:
        with suppress(OSError, EOFError):  # The router tells here how its bus has ended.
            await router.__aexit__(None, None, None)
        with suppress(OSError):
            await connection.close()


async def _call(router: DBusRouter, method: str, signature: str | None, body: tuple[object, ...]) -> tuple[Any, ...]:
    address = DBusAddress(PATH, bus_name=NAME, interface=NAME)
    return await _answer(router, new_method_call(address, method, signature, body))


async def _answer(router: DBusRouter, message: Message) -> tuple[Any, ...]:
    """The shield: a wait of jeepney's (0.9) that is cancelled breaks its router. It ends with the router at latest."""
    try:
        async with asyncio.timeout(ANSWER_S):
            reply = await asyncio.shield(router.send_and_get_reply(message))
    except (OSError, EOFError, TimeoutError, RouterClosed) as error:
        raise NoNotificationsError(str(error)) from error
    if reply.header.message_type is MessageType.error:
        raise NoNotificationsError(str(reply.header.fields.get(HeaderFields.error_name)))
    return tuple(reply.body)


def _signal(message: Message) -> tuple[str, tuple[Any, ...]]:
    return str(message.header.fields.get(HeaderFields.member)), tuple(message.body)
