"""One connection, from the wish to the undoing: what is done when, and what concurrently.

The device and its worker take as long to make as the manager takes to find, so both are done at once, and subnets
are discovered meanwhile. `run` returns only by cancellation or failure; `undo` is called after both.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from app.domain import connection as c
from app.domain.catalogue import explain
from app.domain.drops import OnDrop
from app.domain.errors import ErrorCode, KubeferryError, Problem
from app.domain.stages import Stage
from app.platform.identity import client_id, client_name
from app.session import memory
from app.session.intercepts import InterceptKeeper
from app.session.network import NetworkKeeper
from app.session.ports import Cluster, Discovered, Gone, Helper, Opened
from app.session.runner import AttemptContext
from app.session.tunnel import Tunnel
from helper.protocol.worker_messages import Endpoint, Lease, SetEndpoint, SetProbes, Stop

_log = logging.getLogger(__name__)

TUNNEL_S = 20.0
PROBE_S = 15.0
UNDO_S = 5.0
RETRY_S = 0.5
LOGIN_RETRY_S = 5.0
"""A login command that fails is not run twice a second: some take a second of CPU, some open a browser."""
PROBE_INTERVAL_S = 5.0
PROBE_TIMEOUT_S = 2.0
RELEASE_AFTER_S = 15.0
"""A lost tunnel that is not back by then ends the connection, where the user chose so."""
RELEASE_LOOK_S = 0.5

_LOGIN_FAILURES = frozenset({ErrorCode.LOGIN_EXPIRED, ErrorCode.LOGIN_COMMAND_FAILED, ErrorCode.LOGIN_COMMAND_MISSING})
_HELPER_GONE = frozenset({ErrorCode.HELPER_STOPPED, ErrorCode.HELPER_NOT_RUNNING})

OpenHelper = Callable[[], Awaitable[Helper]]
OpenCluster = Callable[[c.Target], Awaitable[Cluster]]


class ConnectAttempt:
    def __init__(self, context: AttemptContext, open_helper: OpenHelper, open_cluster: OpenCluster) -> None:
        self._context = context
        self._open_helper = open_helper
        self._open_cluster = open_cluster
        self._helper: Helper | None = None
        self._cluster: Cluster | None = None
        self._opening: asyncio.Task[Opened | KubeferryError] | None = None
        self._keeper: InterceptKeeper | None = None
        self._unwanted = False

    async def run(self) -> None:
        try:
            await self._connect()
        except asyncio.CancelledError:
            # Not a failure, which would come as itself or in a group: nobody wants the connection any more.
            self._unwanted = True
            raise

    async def _connect(self) -> None:
        self._opening = self._context.spawn(self._open())
        self._report(Stage.LOGGING_IN, self._context.target.context or "")
        cluster = self._cluster = await self._open_cluster(self._context.target)
        self._context.hub.update_facts(context=cluster.context, namespace=cluster.namespace, server=cluster.server)
        async with asyncio.TaskGroup() as group:
            helper_ready = group.create_task(self._opened())
            await cluster.log_in()
            group.create_task(self._check(cluster))
            discovering = group.create_task(cluster.discover())
            endpoint = await cluster.ensure_manager(self._report)
            self._note_manager(endpoint)
            self._report(Stage.OPENING_TUNNEL, endpoint.pod)
            helper, opened = await helper_ready
            tunnel = Tunnel(self._context, opened.worker, helper)
            keeper = self._keeper = InterceptKeeper(
                self._context.hub, self._context.desk, tunnel, cluster.injection, cluster.server
            )
            group.create_task(tunnel.read())
            await tunnel.send(SetEndpoint(endpoint, client_id(), client_name()))
            group.create_task(self._keep_endpoint(cluster, tunnel, endpoint))
            lease = await tunnel.first_lease(TUNNEL_S)
            self._report(Stage.DISCOVERING_SUBNETS, "")
            found = await discovering
            self._report(Stage.SETTING_NETWORK, "")
            network = NetworkKeeper(self._context, cluster, helper, opened, tunnel)
            await keeper.recall(network)
            await network.set(lease, found)
            probes = probes_for(lease, found)
            self._report(Stage.PROBING, probes.name or probes.address or "")
            await tunnel.first_probe(probes, PROBE_S)
            cluster.keep_manager()
            if self._context.target.on_drop is OnDrop.RELEASE:
                group.create_task(_release_when_lost(tunnel))
            group.create_task(network.keep())
            group.create_task(keeper.keep())

    async def undo(self) -> tuple[str, ...]:
        """Takes back what was done on this machine and to workloads, then what was installed for a connection that
        never came up. Workloads stay as they are when the connection failed: the next one takes them up again."""
        async with asyncio.TaskGroup() as group:
            here = group.create_task(self._undo_here())
            leaving = group.create_task(self._leave())
        left = (*here.result(), *leaving.result())
        if self._cluster is not None:
            await self._cluster.take_back_manager()
            await self._cluster.close()
        return left

    async def _leave(self) -> tuple[str, ...]:
        return await self._keeper.leave_for_good() if self._keeper is not None and self._unwanted else ()

    async def _undo_here(self) -> tuple[str, ...]:
        try:
            async with asyncio.timeout(UNDO_S):
                return await self._close_connection()
        except TimeoutError:
            return ("the helper did not answer in time; it undoes the connection by itself within seconds",)
        except KubeferryError as error:
            _log.warning("undoing: %s", error)
            # A helper that is gone took what it had set up with it; one that refused has not undone it yet.
            return () if error.code in _HELPER_GONE else (explain(Problem.of(error)).what,)
        except Exception:  # noqa: BLE001  (undoing must not raise: the state says what is left)
            _log.exception("undoing failed")
            return ("something that session.log tells of",)
        finally:
            if self._helper is not None:
                self._helper.close()

    async def _close_connection(self) -> tuple[str, ...]:
        """Tells the manager that the lease is free, and the helper to take everything back."""
        opened = None if self._opening is None else await self._opening
        if not isinstance(opened, Opened) or self._helper is None:
            return ()
        memory.forget(opened.connection_id)
        with contextlib.suppress(Gone):
            await opened.worker.send(Stop())
        try:
            return await self._helper.close_connection(opened.connection_id)
        finally:
            opened.worker.close()

    async def _open(self) -> Opened | KubeferryError:
        """A task of its own that cancelling the attempt leaves alone: what the helper opened must be known to undo it.

        Its failure is a result, for whoever waits for it.
        """
        try:
            self._helper = await self._open_helper()
            if self._context.resume is not None:
                opened = await self._helper.attach(self._context.resume)
            else:
                opened = await self._helper.open((self._context.target.context or "")[:64])
            memory.remember(opened.connection_id, self._context.target)
        except KubeferryError as error:
            return error
        except OSError as error:
            return KubeferryError(ErrorCode.INTERNAL, problem=error.strerror or "a file failed", detail=str(error))
        return opened

    async def _opened(self) -> tuple[Helper, Opened]:
        if self._opening is None:
            raise KubeferryError(ErrorCode.INTERNAL, problem="nothing was opened")
        opened = await asyncio.shield(self._opening)
        if isinstance(opened, KubeferryError):
            raise opened
        if self._helper is None:
            raise KubeferryError(ErrorCode.INTERNAL, problem="no helper")
        self._context.hub.update_facts(connection_id=opened.connection_id, interface=opened.interface)
        return self._helper, opened

    async def _check(self, cluster: Cluster) -> None:
        self._context.hub.update_facts(server_version=await cluster.check())

    async def _keep_endpoint(self, cluster: Cluster, tunnel: Tunnel, endpoint: Endpoint) -> None:
        """Gives the worker a new way when it needs one, and before the credentials expire."""
        while True:
            expired = await self._endpoint_due(cluster, tunnel)
            try:
                endpoint = await cluster.next_endpoint(
                    endpoint, renew=expired or tunnel.unauthorized, lost=not tunnel.up
                )
            except KubeferryError as error:
                tunnel.lost_because(Problem.of(error))
                tunnel.endpoint_wanted.set()
                await asyncio.sleep(LOGIN_RETRY_S if error.code in _LOGIN_FAILURES else RETRY_S)
                continue
            self._note_manager(endpoint)
            await tunnel.send(SetEndpoint(endpoint, client_id(), client_name()))

    async def _endpoint_due(self, cluster: Cluster, tunnel: Tunnel) -> bool:
        """Returns when an endpoint is needed; whether that is because the credentials are about to expire."""
        async with asyncio.TaskGroup() as group:
            wanted = group.create_task(tunnel.endpoint_wanted.wait())
            renewal = group.create_task(cluster.renewal_due())
            await asyncio.wait([wanted, renewal], return_when=asyncio.FIRST_COMPLETED)
            expired = renewal.done()
            wanted.cancel()
            renewal.cancel()
        tunnel.endpoint_wanted.clear()
        return expired

    def _note_manager(self, endpoint: Endpoint) -> None:
        self._context.hub.update_facts(manager_namespace=endpoint.namespace, manager_pod=endpoint.pod)

    def _report(self, stage: Stage, waits_for: str) -> None:
        self._context.post(c.Progressed(self._context.attempt, stage, waits_for))


async def _release_when_lost(tunnel: Tunnel) -> None:
    """Fails when the tunnel was away for RELEASE_AFTER_S without a break. Time that the machine slept is not counted:
    the tunnel had no chance to come back in it."""
    lost_s = 0.0
    while lost_s < RELEASE_AFTER_S:
        await asyncio.sleep(RELEASE_LOOK_S)
        lost_s = 0.0 if tunnel.up else lost_s + RELEASE_LOOK_S
    problem = explain(tunnel.failure).title if tunnel.failure is not None else "no reason is known"
    raise KubeferryError(ErrorCode.TUNNEL_RELEASED, seconds=f"{RELEASE_AFTER_S:.0f}", problem=problem)


def probes_for(lease: Lease, found: Discovered) -> SetProbes:
    """A name that every cluster has, and an address: the API's own service, or the cluster's DNS by TCP."""
    name = f"kubernetes.default.svc.{lease.cluster_domain}" if lease.dns_servers else None
    address, port = (found.api_service, 443) if found.api_service else (None, 443)
    return SetProbes(name, address, port, PROBE_INTERVAL_S, PROBE_TIMEOUT_S)
