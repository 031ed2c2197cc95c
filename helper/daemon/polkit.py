"""Callers outside the group: polkitd decides by the action `io.kubeferry.helper.use`, with a prompt if need be.

org.freedesktop.PolicyKit1.Authority(8). The subject is the calling process as the kernel names it (actor.py). The bus
is connected to anew each time: it costs a millisecond, and only those pay it who are not in the group. Closing the
connection takes a prompt away that nobody needs any more; so does whoever cancels `allows`.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections import defaultdict
from typing import Any

from helper.daemon.actor import Actor

ACTION = "io.kubeferry.helper.use"
ANSWER_S = 3.0
"""For an answer without a prompt; polkitd itself may have to be started."""
PROMPT_S = 120.0
DENIAL_COUNTS_S = 10.0
"""Who has just said no is not asked again at once: an app knocks, then connects."""
NOBODY_ASKED_S = 0.5
"""A no that is quicker comes from polkitd itself, as there is nobody to ask: it is no person's answer."""

_NAME = "org.freedesktop.PolicyKit1"
_PATH = "/org/freedesktop/PolicyKit1/Authority"
_ALLOW_INTERACTION = 1

_log = logging.getLogger(__name__)


class Polkit:
    """One prompt a user at a time: the next caller waits for its outcome."""

    def __init__(self, bus: str | None = None, prompt_s: float = PROMPT_S) -> None:
        self._bus = bus or os.environ.get("DBUS_SYSTEM_BUS_ADDRESS") or "SYSTEM"
        self._prompt_s = prompt_s
        self._turns: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._denied_at: dict[int, float] = {}

    async def allows(self, actor: Actor) -> bool:
        """False as well where there is no polkit, or it does not answer: then group and configuration decide alone."""
        if actor.started is None:
            return False
        try:
            async with asyncio.timeout(ANSWER_S):
                is_authorized, would_ask = await self._check(actor, 0)
            if is_authorized or not would_ask:
                return is_authorized
            async with self._turns[actor.uid]:
                return await self._prompted(actor)
        except TimeoutError:
            _log.warning("polkit has not answered for uid %s in time", actor.uid)
        except (OSError, EOFError) as error:
            _log.info("there is no polkit to ask about uid %s: %s", actor.uid, error)
        except Exception as error:  # noqa: BLE001 - jeepney's several kinds; whatever it is, nobody is let in by it
            _log.warning("polkit cannot be asked about uid %s: %s", actor.uid, error)
        return False

    async def _prompted(self, actor: Actor) -> bool:
        if time.monotonic() - self._denied_at.get(actor.uid, float("-inf")) < DENIAL_COUNTS_S:
            return False
        began = time.monotonic()
        async with asyncio.timeout(self._prompt_s):
            is_authorized, _ = await self._check(actor, _ALLOW_INTERACTION)
        ended = time.monotonic()
        if not is_authorized and ended - began >= NOBODY_ASKED_S:
            self._denied_at[actor.uid] = ended
        return is_authorized

    async def _check(self, actor: Actor, flags: int) -> tuple[bool, bool]:
        """Is it authorized, and could it be by a password?"""
        # Read when they are needed: most machines have members of the group only.
        from jeepney import DBusAddress, MessageType, new_method_call
        from jeepney.io.asyncio import open_dbus_router
        from jeepney.wrappers import DBusErrorResponse

        subject = (
            "unix-process",
            {"pid": ("u", actor.pid), "start-time": ("t", actor.started), "uid": ("i", actor.uid)},
        )
        authority = DBusAddress(_PATH, bus_name=_NAME, interface=f"{_NAME}.Authority")
        body: tuple[Any, ...] = (subject, ACTION, {}, flags, "")
        message = new_method_call(authority, "CheckAuthorization", "(sa{sv})sa{ss}us", body)
        async with open_dbus_router(bus=self._bus) as router:
            reply = await router.send_and_get_reply(message)
        if reply.header.message_type is MessageType.error:
            raise DBusErrorResponse(reply)
        ((is_authorized, is_challenge, _),) = reply.body
        return bool(is_authorized), bool(is_challenge)
