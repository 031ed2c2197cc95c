"""The checks behind `doctor`: each finds out one thing, and a failure of one does not hide the others."""

from __future__ import annotations

from collections.abc import Callable

from app.domain.catalogue import explain
from app.domain.checks import Check, Verdict, failed
from app.domain.errors import ErrorCode, KubeferryError, Problem
from app.kube.api import ApiClient
from app.kube.contexts import ClusterContext, load_kubeconfig
from app.kube.credentials import Login
from app.kube.discovery import ClusterSubnets, discover_subnets
from app.kube.manager_pods import find_manager
from app.kube.preflight import check_connect, check_install, server_version
from app.session import messages as m
from app.session.cluster_link import environment, places_to_look
from app.session.helper_link import HelperLink
from app.session.problems import problem_from_info
from helper.cluster.api import DEFAULT_MANAGER_NAMESPACE

Tell = Callable[[str], None]


async def check_all(
    context: str | None,
    kubeconfig: str | None,
    namespace: str | None,
    manager_namespace: str | None,
    status: m.Status | None,
    tell: Tell,
) -> list[Check]:
    """Returns the checks in the order in which a connection depends on them."""
    checks: list[Check] = []
    tell("Reading the kubeconfig")
    environ = environment(kubeconfig)
    subnets: ClusterSubnets | None = None
    try:
        chosen = load_kubeconfig(environ).select(context)
    except KubeferryError as error:
        checks.append(failed("kubeconfig", Problem.of(error)))
    else:
        checks.append(Check("kubeconfig", Verdict.OK, f"context {chosen.name} of {chosen.path}, {chosen.server_url}."))
        async with ApiClient(Login(chosen, environ)) as api:
            subnets = await _check_cluster(api, chosen, namespace, manager_namespace, checks, tell)
    tell("Asking the helper")
    checks += await _check_helper(subnets, status)
    checks.append(_check_connection(status))
    return checks


async def _check_cluster(
    api: ApiClient,
    chosen: ClusterContext,
    namespace: str | None,
    manager_namespace: str | None,
    checks: list[Check],
    tell: Tell,
) -> ClusterSubnets | None:
    """Appends checks; what cannot be asked because the server does not answer is left out."""
    asked = "login"
    try:
        tell("Logging in")
        await api.login.access()
        checks.append(Check("login", Verdict.OK, "credentials are there."))
        asked = "API server"
        tell(f"Asking {chosen.server_url}")
        version = await server_version(api)
        checks.append(Check("API server", Verdict.OK, f"answers, Kubernetes {version.git_version}."))
        asked = "traffic manager"
        tell("Looking for the traffic manager")
        places = places_to_look(manager_namespace, namespace or chosen.namespace)
        found = await find_manager(api, places)
    except KubeferryError as error:
        checks.append(failed(asked, Problem.of(error)))
        return None
    if found is None:
        where = manager_namespace or DEFAULT_MANAGER_NAMESPACE
        checks.append(
            Check("traffic manager", Verdict.WARN, f"not installed in {', '.join(places)}.", "Connecting installs it.")
        )
        checks.append(await _check_rights(api, where, installed=False))
    else:
        checks.append(_manager_check(found.namespace, found.pod is not None, found.pod is not None and found.pod.ready))
        checks.append(await _check_rights(api, found.namespace, installed=True))
    tell("Finding out the cluster's subnets")
    subnets = await discover_subnets(api, namespace or chosen.namespace)
    checks.append(_subnets_check(subnets))
    return subnets


def _manager_check(namespace: str, runs: bool, ready: bool) -> Check:
    if ready:
        return Check("traffic manager", Verdict.OK, f"runs in namespace {namespace}.")
    problem = "its pod runs, but is not ready" if runs else "no pod of it runs"
    return failed("traffic manager", Problem(ErrorCode.MANAGER_STUCK, {"namespace": namespace, "problem": problem}))


async def _check_rights(api: ApiClient, namespace: str, *, installed: bool) -> Check:
    try:
        found = await check_connect(api, namespace)
        missing = found.missing
        if not installed:
            missing = (*missing, *(await check_install(api, namespace)).missing)
    except KubeferryError as error:
        return failed("rights", Problem.of(error))
    if missing:
        told = explain(Problem.of(missing[0].error()))
        return Check(
            "rights",
            Verdict.FAIL,
            "missing: " + "; ".join(dict.fromkeys(str(permission) for permission in missing)) + ".",
            told.next_step,
            ErrorCode.API_FORBIDDEN,
        )
    return Check("rights", Verdict.OK, f"all that connecting needs in namespace {namespace}.")


def _subnets_check(subnets: ClusterSubnets) -> Check:
    told = ", ".join(str(subnet) for subnet in subnets.all)
    if not told:
        return Check(
            "subnets", Verdict.WARN, "the cluster's subnets could not be found out.", "Name them with --include."
        )
    unread = ", ".join(source.what for source in subnets.unread)
    return Check("subnets", Verdict.OK, told + (f" (not readable: {unread})." if unread else "."))


async def _check_helper(subnets: ClusterSubnets | None, status: m.Status | None) -> list[Check]:
    try:
        helper = await HelperLink.connect()
    except KubeferryError as error:
        return [failed("helper", Problem.of(error))]
    try:
        checks = [Check("helper", Verdict.OK, f"runs and serves you, version {helper.version}.")]
        if subnets is not None and subnets.all:
            checks.append(await _check_overlaps(helper, subnets, status))
        return checks
    except KubeferryError as error:
        return [failed("helper", Problem.of(error))]
    finally:
        helper.close()


async def _check_overlaps(helper: HelperLink, subnets: ClusterSubnets, status: m.Status | None) -> Check:
    own = status.facts.interface if status is not None else ""
    found = await helper.find_overlaps(tuple(str(subnet) for subnet in subnets.all))
    taken = [f"{each.subnet} with {each.taken} ({each.interface})" for each in found.overlaps if each.interface != own]
    if taken:
        problem = Problem(ErrorCode.SUBNET_OVERLAP, {"overlaps": ", ".join(dict.fromkeys(taken))})
        return failed("overlaps", problem, Verdict.WARN)
    resolvers = ", ".join(found.upstreams) or "none"
    return Check("overlaps", Verdict.OK, f"none with local networks; this machine's resolvers: {resolvers}.")


def _check_connection(status: m.Status | None) -> Check:
    if status is None or status.state is m.StateKind.DISCONNECTED:
        return Check("connection", Verdict.OK, "there is none.")
    if status.problem is not None:
        return failed("connection", problem_from_info(status.problem))
    if status.state is not m.StateKind.CONNECTED:
        return Check("connection", Verdict.WARN, f"{status.state}.")
    return Check("connection", Verdict.OK, _probe_words(status))


def _probe_words(status: m.Status) -> str:
    probe = status.probe
    parts = [f"to {status.facts.context}"]
    if probe is not None and probe.dns_s is not None:
        parts.append(f"a cluster name answered in {probe.dns_s * 1000:.0f} ms")
    if probe is not None and probe.tcp_s is not None:
        parts.append(f"the API's service in {probe.tcp_s * 1000:.0f} ms")
    return ", ".join(parts) + "."
