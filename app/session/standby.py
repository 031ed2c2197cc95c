"""A socket to the helper with a worker that waits, made while there is nothing to do: the next attempt takes it.

Nothing depends on it. Where there is no helper, or it goes away, the next attempt connects by itself and says so.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from importlib import import_module

from app.domain.errors import KubeferryError
from app.session.helper_link import HelperLink

_SLOW_IMPORT = "app.session.cluster_link"

_log = logging.getLogger(__name__)


class Standby:
    """`knocked`: a socket on which `knock` has spoken, for the first time."""

    def __init__(self, knocked: socket.socket | None = None) -> None:
        self._knocked = knocked
        self._link: HelperLink | None = None
        self._lock = asyncio.Lock()

    async def prepare(self) -> None:
        """Idempotent. Reads the modules that an attempt needs, too."""
        async with self._lock:
            if self._link is None or not await self._link.alive():
                self._drop()
                knocked, self._knocked = self._knocked, None
                self._link = await _prepared(knocked)
        await asyncio.to_thread(import_module, _SLOW_IMPORT)

    async def take(self) -> HelperLink | None:
        """Hands over what there is, in working order. Waits for one that is being made."""
        async with self._lock:
            link, self._link = self._link, None
            self.close()
        if link is None or await link.alive():
            return link
        link.close()
        return None

    def close(self) -> None:
        self._drop()
        if self._knocked is not None:
            self._knocked.close()
            self._knocked = None

    def _drop(self) -> None:
        if self._link is not None:
            self._link.close()
            self._link = None


async def _prepared(knocked: socket.socket | None) -> HelperLink | None:
    link = None
    try:
        if knocked is not None:
            return await HelperLink.adopt(knocked)
        link = await HelperLink.connect()
        await link.prepare()
    except KubeferryError as error:
        _log.debug("nothing is prepared: %s", error)
        if link is not None:
            link.close()
        return None
    except BaseException:
        if link is not None:
            link.close()
        raise
    return link
