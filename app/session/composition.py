"""Where the session's real parts are put together."""

from __future__ import annotations

from app.domain.connection import Target
from app.session.attempt import ConnectAttempt
from app.session.helper_link import HelperLink, is_held
from app.session.ports import Cluster, Helper
from app.session.runner import Attempt, AttemptContext

still_held = is_held


def make_attempt(context: AttemptContext) -> Attempt:
    return ConnectAttempt(context, _open_helper, _open_cluster)


async def _open_helper() -> Helper:
    return await HelperLink.connect()


async def _open_cluster(target: Target) -> Cluster:
    """Imported when needed: an idle session, and the helper's first answer, do not wait for it."""
    from app.session.cluster_link import ClusterLink

    return ClusterLink.open(target)
