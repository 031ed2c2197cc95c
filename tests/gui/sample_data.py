"""A believable cluster for the window's tests and its picture in the README."""

from __future__ import annotations

import math

from app.controllers.views import ConnectionView, ContextRow, Phase, TrafficSample, WorkloadRow
from app.domain.catalogue import explain
from app.domain.errors import ErrorCode, Problem

NOW = 1_800_000_000.0
_DAY = 86_400.0

CONTEXTS = (
    ContextRow("staging-eu", "staging-eu.example.com", "shop", is_current=True),
    ContextRow("staging-us", "staging-us.example.com", "shop", is_current=False),
    ContextRow("team-sandbox", "sandbox.example.com", "default", is_current=False),
    ContextRow("kind-dev", "kind-dev", "default", is_current=False),
)
NAMESPACES = ("default", "ingress", "kubeferry", "monitoring", "payments", "shop", "shop-preview")

_SHOP = (
    ("Deployment", "frontpage", 2, 2, 12.0),
    ("Deployment", "productpage", 3, 3, 12.0),
    ("Deployment", "reviews", 3, 3, 4.2),
    ("Deployment", "ratings", 1, 2, 0.002),
    ("Deployment", "details", 2, 2, 12.0),
    ("Deployment", "checkout", 4, 4, 31.0),
    ("Deployment", "cart", 2, 2, 31.0),
    ("Deployment", "recommendations", 2, 2, 0.4),
    ("Deployment", "search-api", 3, 3, 58.0),
    ("StatefulSet", "mysql", 1, 1, 90.0),
    ("StatefulSet", "redis", 3, 3, 90.0),
    ("DaemonSet", "log-agent", 6, 6, 90.0),
)
WORKLOADS = tuple(
    WorkloadRow(kind, "shop", name, ready, desired, NOW - days * _DAY) for kind, name, ready, desired, days in _SHOP
)

CONNECTED = ConnectionView(
    Phase.CONNECTED, "staging-eu", "shop", subnets=("10.244.0.0/16", "10.96.0.0/12"), rtt_s=0.0121
)
CONNECTING = ConnectionView(
    Phase.CONNECTING, "staging-eu", "shop", step="Waiting for the traffic manager: pulling its image"
)
DEGRADED = ConnectionView(
    Phase.DEGRADED,
    "staging-eu",
    "shop",
    subnets=("10.244.0.0/16", "10.96.0.0/12", "fd00:10:244::/56"),
    rtt_s=0.38,
    problem=explain(Problem(ErrorCode.PROBE_FAILED, {"problem": "no DNS answer within 2 s"}, "probe: dns timeout")),
)
FAILED = ConnectionView(
    Phase.FAILED,
    problem=explain(
        Problem(
            ErrorCode.API_UNREACHABLE,
            {"server": "https://staging-eu.example.com:6443", "problem": "connection refused"},
            "OSError: [Errno 111] Connect call failed ('203.0.113.7', 6443)",
        )
    ),
)


def traffic(seconds: int = 120) -> tuple[TrafficSample, ...]:
    """A page being loaded again and again, and one large download."""
    samples = []
    for second in range(seconds):
        bursts = max(0.0, math.sin(second / 5.0)) ** 3 * 2.4e6 + max(0.0, math.sin(second / 2.3)) * 5e5
        download = 9.2e6 * math.exp(-(((second - 84) / 11) ** 2))
        samples.append(TrafficSample(float(second), 1.2e5 + bursts * 0.18, 2e5 + bursts + download))
    return tuple(samples)
