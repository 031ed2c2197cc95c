"""What a connection would change, before anything is changed."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.errors import Problem


@dataclass(frozen=True)
class ConnectPlan:
    """`routes` go into the tunnel, `excluded` would have and stay outside. Names under `match_domains` are asked in the
    cluster; `search_domains` are appended to short ones. The cluster's own domain is known for sure only once
    connected: the usual one is told.

    `manager_namespace`: where the traffic manager runs, or will; `installs`: the objects that will be made there,
    empty when it is there. `pods` must be pulled and started then, so it takes longer. `problem`: why it would fail.
    """

    context: str
    namespace: str
    server: str
    routes: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    match_domains: tuple[str, ...] = ()
    search_domains: tuple[str, ...] = ()
    manager_namespace: str = ""
    installs: tuple[str, ...] = ()
    image: str = ""
    unread: tuple[str, ...] = ()
    problem: Problem | None = None
