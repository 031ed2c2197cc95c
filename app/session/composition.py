"""Where the session's real parts are put together."""

from __future__ import annotations

import asyncio
import socket

from app.domain.connection import Target
from app.session.attempt import ConnectAttempt
from app.session.helper_link import HelperLink, is_held
from app.session.ports import Cluster, Helper
from app.session.runner import Attempt, AttemptContext
from app.session.standby import Standby


class Composition:
    """`make_attempt`, `still_held` and `standby` are what the process is given."""

    def __init__(self, knocked: socket.socket | None) -> None:
        self.standby = Standby(knocked)

    def make_attempt(self, context: AttemptContext) -> Attempt:
        return ConnectAttempt(context, self._open_helper, _open_cluster)

    async def still_held(self, connection_id: str) -> bool:
        return await is_held(connection_id)

    async def _open_helper(self) -> Helper:
        return await self.standby.take() or await HelperLink.connect()


async def _open_cluster(target: Target) -> Cluster:
    """Imported when needed: an idle session, and the helper's first answer, do not wait for it."""
    from app.kube.kubeconfig_sources import KEYRING, fetch_texts
    from app.session.cluster_link import ClusterLink

    if target.kubeconfig is not None and KEYRING in target.kubeconfig:
        await asyncio.to_thread(fetch_texts, target.kubeconfig)
    return ClusterLink.open(target)
