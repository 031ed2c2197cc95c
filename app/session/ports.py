"""What an attempt needs of the helper, its worker and the cluster. The real ones are adapters in this package."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from app.domain.stages import Stage
from app.domain.subnets import IPAddress, Subnet
from app.session.intercept_ports import Injection
from helper.protocol.helper_messages import NetworkConfig, NetworkSet, OverlapsFound
from helper.protocol.worker_messages import Endpoint, FromApp, FromWorker

Report = Callable[[Stage, str], None]
"""Tells which stage it is and what it waits for."""


class Gone(Exception):
    """The helper's or the worker's channel closed."""


class Worker(Protocol):
    """One app's channel to a tunnel worker."""

    async def send(self, message: FromApp) -> None:
        """Raises Gone."""

    async def receive(self) -> FromWorker:
        """Raises Gone."""

    def close(self) -> None: ...


@dataclass(frozen=True)
class Opened:
    """A connection that the helper holds for us as long as our socket to it is open."""

    connection_id: str
    interface: str
    worker: Worker


class Helper(Protocol):
    """Our socket to the helper. Every verb raises KubeferryError; one that lost the helper HELPER_STOPPED."""

    async def open(self, label: str) -> Opened: ...

    async def attach(self, connection_id: str) -> Opened: ...

    async def set_network(self, connection_id: str, network: NetworkConfig) -> NetworkSet: ...

    async def find_overlaps(self, subnets: tuple[str, ...]) -> OverlapsFound: ...

    async def close_connection(self, connection_id: str) -> tuple[str, ...]:
        """Returns what is left, in words."""

    async def alive(self) -> bool: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Discovered:
    """What the cluster's network is made of. `api_service` is an address that answers TCP on 443, if one is known."""

    subnets: tuple[Subnet, ...]
    namespaces: tuple[str, ...]
    api_service: str | None = None


class Cluster(Protocol):
    """One context of a kubeconfig. Methods raise KubeferryError."""

    @property
    def context(self) -> str: ...

    @property
    def namespace(self) -> str: ...

    @property
    def server(self) -> str: ...

    async def log_in(self) -> None:
        """Gets credentials; everything else comes after."""

    async def check(self) -> str:
        """Returns the server's version when it is reachable and the rights that connecting needs are there."""

    async def ensure_manager(self, report: Report) -> Endpoint:
        """Finds the manager, or installs it, and waits until it is ready; returns the way to its pod."""

    def keep_manager(self) -> None:
        """The connection was made: what `ensure_manager` installed for it stays."""

    async def take_back_manager(self) -> None:
        """Removes what `ensure_manager` installed, unless it is to be kept. Takes a few seconds at most."""

    async def next_endpoint(self, known: Endpoint, *, renew: bool, lost: bool) -> Endpoint:
        """Returns the way to use from now on; `renew` when the credentials at hand are no good any more.

        `lost`: the tunnel over `known` broke, so wait for a pod that is ready and not ending. Raises MANAGER_MISSING
        when there is nothing to wait for.
        """

    async def renewal_due(self) -> None:
        """Returns when the credentials should be renewed; never, when they do not expire."""

    async def discover(self) -> Discovered: ...

    async def follow_network(self, changed: Callable[[Discovered], Awaitable[None]]) -> None:
        """Calls `changed` whenever subnets or namespaces may have changed, until cancelled."""

    async def outside(self) -> frozenset[IPAddress]:
        """Returns the addresses that must be reached without the tunnel: the API server's or its proxy's."""

    def injection(self) -> Injection:
        """What can be done to workloads, with the manager that `ensure_manager` found. Always the same object."""

    async def close(self) -> None: ...
