"""The made-up cluster of the guide, beyond what the window's own picture shows."""

from __future__ import annotations

import math
from dataclasses import replace

from app.controllers.diagnosis_views import DoctorView
from app.controllers.intercept_views import Health, InterceptRow, Key, PlanView
from app.controllers.traffic_views import RequestRow
from app.controllers.views import PortRow
from app.domain.checks import Check, Verdict, failed
from app.domain.connect_plan import ConnectPlan
from app.domain.errors import ErrorCode, Problem
from app.domain.intercepts import HeaderRule, HttpRule, PortMap, Wish
from app.domain.requests import CLUSTER, LAPTOP
from app.domain.workload import WorkloadKind, WorkloadRef
from app.platform.listeners import Listener
from tests.gui.sample_data import NOW, WORKLOADS

OWN_ID = "a11ce0000001"
REVIEWS: Key = ("Deployment", "shop", "reviews")
RULE = HttpRule((HeaderRule("x-user", value="alice"),))
_STEADY = {REVIEWS: 48_000.0, ("Deployment", "shop", "productpage"): 120_000.0, ("Deployment", "shop", "cart"): 9_000.0}
LISTENERS = (
    Listener(8080, "TCP", "python", 4242, "127.0.0.1", True),
    Listener(5432, "TCP", "", 0, "127.0.0.1", True),
)
REVIEWS_ROW = replace(
    next(row for row in WORKLOADS if row.name == "reviews"),
    images=("registry.example.com/shop/reviews:1.4.2",),
    ports=(PortRow(8080, "http"),),
)
CONNECT_PLAN = ConnectPlan(
    "staging-eu",
    "shop",
    "https://staging-eu.example.com:6443",
    routes=("10.244.0.0/16", "10.96.0.0/12"),
    match_domains=("cluster.local", "shop", "payments"),
    search_domains=("shop.svc.cluster.local", "svc.cluster.local", "cluster.local"),
    manager_namespace="kubeferry",
    installs=(
        *("Namespace kubeferry", "Secret kubeferry-manager"),
        *("Service kubeferry-manager", "Deployment kubeferry-manager"),
    ),
    image="ghcr.io/kubeferry/manager:0.1.0",
)
DOCTOR = DoctorView(
    (
        Check("kubeconfig", Verdict.OK, "context staging-eu of ~/.kube/config, https://staging-eu.example.com:6443."),
        Check("login", Verdict.OK, "credentials are there."),
        Check("API server", Verdict.OK, "answers, Kubernetes v1.34.1."),
        failed("helper", Problem(ErrorCode.HELPER_NOT_RUNNING, {"socket": "/run/kubeferry/helper.sock"})),
        failed(
            "overlaps",
            Problem(ErrorCode.SUBNET_OVERLAP, {"overlaps": "10.244.0.0/16 with 10.0.0.0/8 (tun0)"}),
            Verdict.WARN,
            fix_values=("10.0.0.0/8",),
        ),
        Check("connection", Verdict.OK, "there is none."),
    ),
    finished_at=NOW,
)
MESH_PLAN = PlanView(
    wish=Wish(WorkloadRef(WorkloadKind.DEPLOYMENT, "shop", "reviews"), RULE, (PortMap(8080, 8080),)),
    ports=("8080:8080",),
    injects=True,
    pods=3,
    notices=(),
    diff=(
        "--- deployment/reviews",
        "+++ deployment/reviews with the sidecar",
        "+      - name: kubeferry-sidecar",
        "+        image: ghcr.io/kubeferry/sidecar:0.1.0",
    ),
    others=(),
    rivals=(),
)


def _intercept(name: str, owner: str, mode: str, rule: str, *, mine: bool = False) -> InterceptRow:
    row = next(row for row in WORKLOADS if row.name == name)
    return InterceptRow(
        intercept_id=f"{name}-{owner}",
        key=row.key,
        mode=mode,
        rule=rule,
        ports=("8080:8080",),
        other_ports=mode == "proxy",
        owner=owner,
        mine=mine,
        since=NOW - 1500,
        health=Health.ACTIVE,
        sidecars=row.desired,
        applied=row.desired,
    )


MINE = _intercept("reviews", "alice", "mesh", str(RULE), mine=True)
EVERYBODYS = (
    MINE,
    _intercept("reviews", "bob", "mesh", "x-user=bob"),
    _intercept("cart", "carol", "proxy", ""),
)


def requests() -> tuple[RequestRow, ...]:
    """Some seconds of a page that two people use."""
    seen = []
    paths = ("/api/reviews/7", "/api/reviews/9", "/api/reviews/7/votes", "/api/reviews?page=2")
    for number in range(9):
        is_mine = number % 3 == 1
        seen.append(
            RequestRow(
                time=NOW - 9 + number,
                method="POST" if number % 4 == 2 else "GET",
                path=paths[number % len(paths)],
                status=500 if number == 4 else 200,
                duration_s=0.038 if is_mine else 0.004 + number / 1000,
                verdict=LAPTOP if is_mine else CLUSTER,
                workload=REVIEWS,
                pod=f"reviews-7c9d-{'abc'[number % 3]}",
                host="reviews:8080",
                protocol="HTTP/1.1",
                port=8080,
                intercept_id="reviews-alice" if is_mine else "",
                rule=str(RULE) if is_mine else "",
                owner="alice" if is_mine else "",
                mine=is_mine,
            )
        )
    return tuple(seen)


def rates(second: int) -> dict[Key, float]:
    """Bytes per second of the workloads that have any."""
    return {
        key: steady * (1.2 + math.sin(second / 2.0 + number) + 0.5 * math.sin(second * 1.7))
        for number, (key, steady) in enumerate(_STEADY.items())
    }
