"""A believable connection with a past, for the diagnostics' tests and pictures."""

from __future__ import annotations

import math

from app.controllers.diagnosis_views import (
    DetailsView,
    DoctorView,
    Happening,
    ProbeView,
    RemainsRow,
    RepairView,
    RoundTripSample,
    TimelineEntry,
)
from app.controllers.views import Phase
from app.domain.catalogue import explain
from app.domain.checks import Check, Fix, Verdict, failed
from app.domain.errors import ErrorCode, Problem
from tests.gui.sample_data import NOW

PLACE = "staging-eu ▸ shop"
DETAILS = DetailsView(
    phase=Phase.CONNECTED,
    context="staging-eu",
    namespace="shop",
    server="https://staging-eu.example.com:6443",
    server_version="v1.34.1",
    manager_namespace="kubeferry",
    manager_pod="kubeferry-manager-6d9f7c5b8-x2x9z",
    manager_version="0.1.0",
    connection_id="8f1c2ab04d71",
    lease_id="5c7a9e0b2f31",
    interface="kubeferry0",
    addresses=("198.19.0.7", "fd00:6b66::7"),
    mtu=1400,
    lanes=1,
    subnets=("10.244.0.0/16", "10.96.0.0/12", "fd00:10:244::/56"),
    excluded=("10.244.7.7/32",),
    resolver="resolved",
    cluster_domain="cluster.local",
    match_domains=("cluster.local", "svc", "pod", "shop", "default", "payments"),
    search_domains=("shop.svc.cluster.local", "svc.cluster.local", "cluster.local"),
    dns_servers=("10.96.0.10",),
    upstreams=("192.168.1.1", "9.9.9.9"),
    since=NOW - 7200,
    reconnects=2,
    probe=ProbeView(True, 0.012, 0.0034, "", NOW - 4),
)
LOST = explain(Problem(ErrorCode.TUNNEL_SILENT, {"problem": "nothing came for 5 s"}))
PROBE = explain(Problem(ErrorCode.PROBE_FAILED, {"problem": "no DNS answer within 2 s"}))
TIMELINE = (
    TimelineEntry(NOW - 600, Happening.RECOVERED, PLACE),
    TimelineEntry(NOW - 660, Happening.DEGRADED, PLACE, reason=PROBE),
    TimelineEntry(NOW - 1796.8, Happening.RESTORED, PLACE, 3.2),
    TimelineEntry(NOW - 1800, Happening.LOST, PLACE, reason=LOST),
    TimelineEntry(NOW - 7200, Happening.CONNECTED, PLACE),
    TimelineEntry(
        NOW - 7500, Happening.FAILED, PLACE, reason=explain(Problem(ErrorCode.LOGIN_EXPIRED, {"context": "staging-eu"}))
    ),
    TimelineEntry(NOW - 86_400, Happening.DISCONNECTED, PLACE, 7800.0),
    TimelineEntry(NOW - 94_200, Happening.CONNECTED, PLACE),
)
CHECKS = (
    Check("kubeconfig", Verdict.OK, "context staging-eu of ~/.kube/config, https://staging-eu.example.com:6443."),
    Check("login", Verdict.OK, "credentials are there."),
    Check("API server", Verdict.OK, "answers, Kubernetes v1.34.1."),
    Check(
        "traffic manager",
        Verdict.WARN,
        "not installed in shop, kubeferry.",
        "Connecting installs it.",
        fix=Fix.INSTALL_MANAGER,
        command="kubeferry manager install",
    ),
    failed("helper", Problem(ErrorCode.HELPER_NOT_RUNNING, {"socket": "/run/kubeferry/helper.sock"})),
    failed(
        "overlaps",
        Problem(ErrorCode.SUBNET_OVERLAP, {"overlaps": "10.244.0.0/16 with 10.0.0.0/8 (tun0)"}),
        Verdict.WARN,
        fix_values=("10.0.0.0/8",),
    ),
    failed(
        "login", Problem(ErrorCode.LOGIN_EXPIRED, {"context": "staging-eu"}), login_command="aws sso login --profile eu"
    ),
    Check(
        "leftovers",
        Verdict.WARN,
        "people who are gone left something in deployment/reviews in shop.",
        "Take it away; whoever is connected keeps theirs.",
        fix=Fix.REPAIR,
        command="kubeferry repair --all-namespaces",
    ),
    Check("connection", Verdict.OK, "there is none."),
)
DOCTOR = DoctorView(CHECKS, finished_at=NOW)
REPAIR = RepairView(
    (
        RemainsRow("deployment/reviews", "shop", ("alice@nb-17",), ()),
        RemainsRow("deployment/cart", "shop", ("alice@nb-17",), ("bob@nb-3",)),
    ),
    ("namespace payments: you may not list its workloads",),
)


def round_trips(seconds: int = 300) -> tuple[RoundTripSample, ...]:
    """Twelve milliseconds with a bump, and a loss in the middle."""
    samples = []
    for second in range(seconds):
        bump = 0.03 * math.exp(-(((second - 210) / 9) ** 2))
        rtt_s = 0.012 + 0.002 * math.sin(second / 2.1) * math.sin(second / 0.7) + bump
        is_lost = 120 <= second < 134
        samples.append(RoundTripSample(NOW - seconds + second, None if is_lost else rtt_s))
    return tuple(samples)
