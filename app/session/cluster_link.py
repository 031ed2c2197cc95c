"""The real cluster behind the session's port: app.kube's functions, in the order that an attempt needs them."""

from __future__ import annotations

import asyncio
import datetime
import logging
import os
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, aclosing
from ipaddress import ip_address

from app.domain.catalogue import explain
from app.domain.connection import Target
from app.domain.errors import ErrorCode, KubeferryError, Problem
from app.domain.stages import Stage
from app.domain.subnets import IPAddress, merge
from app.kube.api import ApiClient
from app.kube.contexts import ClusterContext, load_kubeconfig
from app.kube.credentials import Login
from app.kube.discovery import ClusterSubnets, discover_subnets, list_namespaces
from app.kube.list_watch import Deleted, Listed, Upserted, list_and_watch
from app.kube.manager_install import INSTALL_TIMEOUT_S, install_manager
from app.kube.manager_manifest import ManagerSpec
from app.kube.manager_pods import (
    ManagerPod,
    endpoint_of,
    find_manager,
    manager_namespaces,
    wait_for_endpoint,
)
from app.kube.manager_rollout import InstallProgress, InstallStep, wait_until_running
from app.kube.objects import Named
from app.kube.preflight import check_connect
from app.kube.task_group import task_group
from app.session.intercept_ports import Injection
from app.session.ports import Discovered, Report
from helper.cluster.api import DEFAULT_MANAGER_IMAGE, DEFAULT_MANAGER_NAMESPACE, MANAGER_PORT
from helper.protocol.worker_messages import Endpoint

log = logging.getLogger(__name__)

REFRESH_S = 30.0
FIND_S = 3.0
"""A question that takes longer is asked anew: the network may have come back meanwhile."""

_STAGES = {
    InstallStep.NAMESPACE: Stage.INSTALLING_MANAGER,
    InstallStep.DEPLOYMENT: Stage.INSTALLING_MANAGER,
    InstallStep.POD: Stage.WAITING_FOR_MANAGER,
    InstallStep.REMOVING: Stage.REMOVING_MANAGER,
}


class ClusterLink:
    """Implements the port `Cluster` for one context."""

    def __init__(self, context: ClusterContext, target: Target, login: Login) -> None:
        self._context = context
        self._target = target
        self._login = login
        self._api = ApiClient(login)
        self._quick: ClusterSubnets | None = None
        self._quick_lock = asyncio.Lock()
        self._thorough: ClusterSubnets | None = None
        self._names: tuple[str, ...] = ()
        self._installed: AsyncExitStack | None = None
        self._injection: Injection | None = None
        self._manager_namespace: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    @classmethod
    def open(cls, target: Target) -> ClusterLink:
        """Raises KubeferryError when the kubeconfig does not lead to a cluster."""
        environ = environment(target.kubeconfig)
        context = load_kubeconfig(environ).select(target.context)
        return cls(context, target, Login(context, environ))

    @property
    def context(self) -> str:
        return self._context.name

    @property
    def namespace(self) -> str:
        return self._target.namespace or self._context.namespace

    @property
    def server(self) -> str:
        return self._context.server_url

    async def log_in(self) -> None:
        await self._login.access()

    async def check(self) -> str:
        """Waits until it is known where the manager is: the rights are asked for there."""
        found = await check_connect(self._api, await asyncio.shield(self._manager_namespace))
        found.require()
        return found.version.git_version

    async def ensure_manager(self, report: Report) -> Endpoint:
        places = places_to_look(self._target.manager_namespace, self.namespace)
        report(Stage.FINDING_MANAGER, ", ".join(places))
        found = await find_manager(self._api, places)
        if found is None:
            pod = await self._install(report)
        elif found.pod is None:
            pod = await wait_until_running(
                self._api,
                found.namespace,
                ignored_uids=frozenset(),
                report=install_reporter(report),
                timeout_s=INSTALL_TIMEOUT_S,
            )
        else:
            pod = found.pod
        self._manager_namespace.set_result(pod.namespace)
        return await endpoint_of(self._api, pod)

    def keep_manager(self) -> None:
        self._installed = None

    async def take_back_manager(self) -> None:
        if self._installed is not None:
            await self._installed.aclose()
            self._installed = None

    async def next_endpoint(self, known: Endpoint, *, renew: bool, lost: bool) -> Endpoint:
        if renew:
            await self._login.refresh()
        if not lost:
            return (await self._login.access()).endpoint(known.namespace, known.pod, MANAGER_PORT)
        try:
            async with asyncio.timeout(FIND_S):
                found = await find_manager(self._api, (known.namespace,))
                if found is None:
                    raise KubeferryError(ErrorCode.MANAGER_MISSING, namespace=known.namespace)
                if found.pod is not None:
                    return await endpoint_of(self._api, found.pod)
                return await wait_for_endpoint(self._api, known.namespace)
        except TimeoutError as error:
            problem = "no pod of it runs yet"
            raise KubeferryError(ErrorCode.MANAGER_STUCK, namespace=known.namespace, problem=problem) from error

    async def renewal_due(self) -> None:
        """Looks at the clock now and then: a machine that slept has not counted the seconds."""
        while True:
            left_s = REFRESH_S
            try:
                due = (await self._login.access()).renew_at
            except KubeferryError as error:
                # The tunnel holds as long as the server lets it; when it does not, the loss has its own sentence.
                log.warning("the login could not be renewed: %s", error)
            else:
                if due is not None:
                    left_s = (due - datetime.datetime.now(datetime.UTC)).total_seconds()
            if left_s <= 0:
                return
            await asyncio.sleep(min(left_s, REFRESH_S))

    async def discover(self) -> Discovered:
        async with task_group() as group:
            subnets = group.create_task(self._quick_subnets())
            names = group.create_task(list_namespaces(self._api, (self.namespace,)))
        self._names = names.result().names
        return _discovered(subnets.result(), self._names)

    async def follow_network(self, changed: Callable[[Discovered], Awaitable[None]]) -> None:
        wake = asyncio.Event()
        async with task_group() as group:
            group.create_task(self._watch_namespaces(wake))
            group.create_task(self._rediscover(wake))
            while True:
                await wake.wait()
                wake.clear()
                if self._thorough is not None:
                    await changed(_discovered(self._thorough, self._names))

    async def outside(self) -> frozenset[IPAddress]:
        return frozenset(ip_address(text.partition("%")[0]) for text in await self._api.first_hop_addresses())

    def injection(self) -> Injection:
        if self._injection is None:
            # Read when needed: connecting does not wait for it.
            from app.session.injection_link import InjectionLink

            namespace = self._manager_namespace.result() if self._manager_namespace.done() else ""
            self._injection = InjectionLink(self._api, namespace, self._target.sidecar_image, self._target.pull_secret)
        return self._injection

    async def close(self) -> None:
        self._manager_namespace.cancel()
        self._api.close()

    async def _install(self, report: Report) -> ManagerPod:
        namespace = self._target.manager_namespace or DEFAULT_MANAGER_NAMESPACE
        report(Stage.INSTALLING_MANAGER, f"namespace {namespace}")
        subnets = await self._quick_subnets()
        spec = ManagerSpec(
            namespace=namespace,
            image=self._target.image or DEFAULT_MANAGER_IMAGE,
            pull_secret=self._target.pull_secret,
            ipv6=subnets.has_ipv6,
        )
        installed = await install_manager(self._api, spec, install_reporter(report))
        self._installed = installed.taking_back
        return installed.pod

    async def _quick_subnets(self) -> ClusterSubnets:
        async with self._quick_lock:
            if self._quick is None:
                self._quick = await discover_subnets(self._api, self.namespace)
            return self._quick

    async def _rediscover(self, wake: asyncio.Event) -> None:
        """The first look is the thorough one that connecting had no time for."""
        while True:
            found = await discover_subnets(self._api, self.namespace, thorough=True)
            # Less may only mean that a source did not answer this time; a cluster does not shrink while in use.
            self._thorough = found if self._thorough is None else _joined(self._thorough, found)
            wake.set()
            await asyncio.sleep(REFRESH_S)

    async def _watch_namespaces(self, wake: asyncio.Event) -> None:
        """Gives up quietly where they may not be listed."""
        while True:
            try:
                await self._read_namespaces(wake)
            except KubeferryError as error:
                if error.code is ErrorCode.API_FORBIDDEN:
                    return
                log.info("namespaces cannot be watched at the moment: %s", error)
            await asyncio.sleep(REFRESH_S)

    async def _read_namespaces(self, wake: asyncio.Event) -> None:
        known: dict[str, str] = {}
        async with aclosing(list_and_watch(self._api, "/api/v1/namespaces", Named)) as events:
            async for event in events:
                if isinstance(event, Listed):
                    known = {item.metadata.uid: item.metadata.name for item in event.items}
                elif isinstance(event, Upserted):
                    known[event.item.metadata.uid] = event.item.metadata.name
                elif isinstance(event, Deleted):
                    known.pop(event.item.metadata.uid, None)
                else:
                    continue
                names = tuple(sorted(known.values()))
                if names != self._names:
                    self._names = names
                    wake.set()


def environment(kubeconfig: str | None) -> dict[str, str]:
    """This process's environment with the client's KUBECONFIG: another client may have started us."""
    environ = {name: value for name, value in os.environ.items() if name != "KUBECONFIG"}
    return environ if kubeconfig is None else {**environ, "KUBECONFIG": kubeconfig}


def places_to_look(chosen: str | None, namespace: str) -> tuple[str, ...]:
    """Who names a namespace means that one: no other user's manager is taken instead."""
    return (chosen,) if chosen else manager_namespaces(None, namespace)


def _joined(before: ClusterSubnets, now: ClusterSubnets) -> ClusterSubnets:
    return ClusterSubnets(
        pods=merge((*before.pods, *now.pods)),
        services=merge((*before.services, *now.services)),
        api_service=now.api_service or before.api_service,
        unread=now.unread,
    )


def _discovered(subnets: ClusterSubnets, names: tuple[str, ...]) -> Discovered:
    return Discovered(subnets.all, tuple(sorted(names)), subnets.api_service)


def install_reporter(report: Report) -> Callable[[InstallProgress], None]:
    def tell(progress: InstallProgress) -> None:
        waits_for = f"namespace {progress.namespace}"
        if progress.trouble is not None:
            waits_for = explain(Problem.of(progress.trouble)).what
        elif progress.step is InstallStep.POD:
            waits_for = f"its pod in {progress.namespace}"
        report(_STAGES[progress.step], waits_for)

    return tell
