"""Where on this machine a request would be sent to, or why it cannot."""

from __future__ import annotations

from app.controllers.intercept_views import InterceptRow
from app.controllers.traffic_views import RequestRow
from app.ui.traffic.traffic_wording import workload_name
from app.ui.translation import tr


def replay_port(request: RequestRow, intercepts: tuple[InterceptRow, ...]) -> int | None:
    """The local port of the own intercept that took it; else of any own one of the same workload and port."""
    own = [one for one in intercepts if one.mine and one.key == request.workload]
    own.sort(key=lambda one: one.intercept_id != request.intercept_id)
    for intercept in own:
        for pair in intercept.ports:
            remote, _, local = pair.partition(":")
            if remote == str(request.port):
                return int(local or remote)
        if intercept.other_ports and request.port:
            return request.port
    return None


def replay_problem(request: RequestRow, intercepts: tuple[InterceptRow, ...]) -> str:
    """Empty: it can be sent."""
    if request.is_grpc:
        return tr("gRPC calls cannot be sent again: their messages are not kept.")
    if replay_port(request, intercepts) is None:
        return tr(
            "You have no intercept of {workload} for port {port}, so no port of your laptop belongs to it.",
            workload=workload_name(request.workload),
            port=request.port,
        )
    return ""
