"""The checks behind `doctor`: each finds out one thing, and a failure of one does not hide the others."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from app.domain.catalogue import explain
from app.domain.checks import (
    REPAIR_COMMAND,
    Check,
    Fix,
    Verdict,
    failed,
    install_command,
)
from app.domain.errors import ErrorCode, KubeferryError, Problem
from app.domain.login_commands import login_command_for
from app.domain.subnets import intersect, parse_subnet, subtract
from app.kube.api import ApiClient
from app.kube.contexts import ClusterContext, load_kubeconfig
from app.kube.credentials import Login
from app.kube.discovery import ClusterSubnets, discover_subnets
from app.kube.manager_pods import find_manager
from app.kube.preflight import check_connect, check_install, server_version
from app.session import intercept_messages as im
from app.session import messages as m
from app.session.cluster_link import environment, places_to_look
from app.session.helper_link import HelperLink
from app.session.problems import problem_from_info
from helper.cluster.api import DEFAULT_MANAGER_NAMESPACE
from helper.protocol.helper_messages import Overlap

Tell = Callable[[str], None]
Found = Callable[[Check], None]
PlanRepair = Callable[[], Awaitable[im.RepairPlan]]


class _Findings:
    """The checks so far, each told as it is found. `subnets`: the cluster's, once they are known."""

    def __init__(self, tell: Tell, found: Found) -> None:
        self.tell = tell
        self._found = found
        self.checks: list[Check] = []
        self.subnets: ClusterSubnets | None = None

    def add(self, check: Check) -> None:
        self.checks.append(check)
        self._found(check)


async def check_all(
    context: str | None,
    kubeconfig: str | None,
    namespace: str | None,
    manager_namespace: str | None,
    status: m.Status | None,
    tell: Tell,
    found: Found = lambda _check: None,
    plan_repair: PlanRepair | None = None,
    exclude: tuple[str, ...] = (),
) -> list[Check]:
    """Returns the checks in the order in which a connection depends on them. `found` hears of each as it is known.

    `plan_repair` asks the session what vanished owners left; None: there is nobody who knows. `exclude`: subnets that
    the next connection keeps out of the tunnel.
    """
    findings = _Findings(tell, found)
    tell("Reading the kubeconfig")
    environ = environment(kubeconfig)
    try:
        chosen = await asyncio.to_thread(_select, environ, context)
    except KubeferryError as error:
        findings.add(failed("kubeconfig", Problem.of(error)))
    else:
        told = f"context {chosen.name} of {chosen.path}, {chosen.server_url}."
        findings.add(Check("kubeconfig", Verdict.OK, told))
        async with ApiClient(Login(chosen, environ)) as api:
            in_use = status.facts.manager_pod if status is not None and status.state is m.StateKind.CONNECTED else ""
            await _check_cluster(api, chosen, namespace, manager_namespace, findings, in_use)
    tell("Asking the helper")
    await _check_helper(findings, status, exclude)
    if plan_repair is not None:
        tell("Looking for what vanished owners left")
        findings.add(await _check_leftovers(plan_repair))
    findings.add(_check_connection(status))
    return findings.checks


def _select(environ: dict[str, str], context: str | None) -> ClusterContext:
    return load_kubeconfig(environ).select(context)


async def _check_cluster(
    api: ApiClient,
    chosen: ClusterContext,
    namespace: str | None,
    manager_namespace: str | None,
    findings: _Findings,
    in_use: str,
) -> None:
    """What cannot be asked because the server does not answer is left out. `in_use`: the pod that a connection goes
    through; it answers, however late its own probe says so after a first installation."""
    asked = "login"
    try:
        findings.tell("Logging in")
        await api.login.access()
        findings.add(Check("login", Verdict.OK, "credentials are there."))
        asked = "API server"
        findings.tell(f"Asking {chosen.server_url}")
        version = await server_version(api)
        findings.add(Check("API server", Verdict.OK, f"answers, Kubernetes {version.git_version}."))
        asked = "traffic manager"
        findings.tell("Looking for the traffic manager")
        places = places_to_look(manager_namespace, namespace or chosen.namespace)
        manager = await find_manager(api, places)
    except KubeferryError as error:
        findings.add(failed(asked, Problem.of(error), login_command=_login_command(chosen)))
        return
    if manager is None:
        where = manager_namespace or DEFAULT_MANAGER_NAMESPACE
        findings.add(_no_manager_check(places, where))
        findings.add(await _check_rights(api, where, installed=False))
    else:
        pod = manager.pod
        ready = pod is not None and (pod.ready or pod.name == in_use)
        findings.add(_manager_check(manager.namespace, pod is not None, ready))
        findings.add(await _check_rights(api, manager.namespace, installed=True))
    findings.tell("Finding out the cluster's subnets")
    findings.subnets = await discover_subnets(api, namespace or chosen.namespace)
    findings.add(_subnets_check(findings.subnets))


def _login_command(chosen: ClusterContext) -> str:
    plugin = chosen.user.exec
    if plugin is None:
        return login_command_for(chosen.name)
    return login_command_for(chosen.name, plugin.command, plugin.args or ())


def _no_manager_check(places: tuple[str, ...], where: str) -> Check:
    return Check(
        "traffic manager",
        Verdict.WARN,
        f"not installed in {', '.join(places)}.",
        "Connecting installs it.",
        fix=Fix.INSTALL_MANAGER,
        command=install_command("" if where == DEFAULT_MANAGER_NAMESPACE else where),
    )


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


async def _check_helper(findings: _Findings, status: m.Status | None, exclude: tuple[str, ...]) -> None:
    try:
        helper = await HelperLink.connect()
    except KubeferryError as error:
        findings.add(failed("helper", Problem.of(error)))
        return
    try:
        findings.add(Check("helper", Verdict.OK, f"runs and serves you, version {helper.version}."))
        if findings.subnets is not None and findings.subnets.all:
            findings.add(await _check_overlaps(helper, findings.subnets, status, exclude))
    except KubeferryError as error:
        findings.add(failed("overlaps", Problem.of(error)))
    finally:
        helper.close()


async def _check_overlaps(
    helper: HelperLink, subnets: ClusterSubnets, status: m.Status | None, exclude: tuple[str, ...]
) -> Check:
    own = status.facts.interface if status is not None else ""
    outside = (*exclude, *(status.facts.excluded if status is not None else ()))
    found = await helper.find_overlaps(tuple(str(subnet) for subnet in subnets.all))
    others = [each for each in found.overlaps if each.interface != own and not _is_outside(each, outside)]
    if others:
        taken = ", ".join(dict.fromkeys(f"{each.subnet} with {each.taken} ({each.interface})" for each in others))
        problem = Problem(ErrorCode.SUBNET_OVERLAP, {"overlaps": taken})
        to_exclude = tuple(dict.fromkeys(each.taken for each in others))
        return failed("overlaps", problem, Verdict.WARN, fix_values=to_exclude)
    resolvers = ", ".join(found.upstreams) or "none"
    return Check("overlaps", Verdict.OK, f"none with local networks; this machine's resolvers: {resolvers}.")


def _is_outside(overlap: Overlap, outside: tuple[str, ...]) -> bool:
    """Is all that both claim kept out of the tunnel?"""
    shared = intersect([parse_subnet(overlap.subnet)], [parse_subnet(overlap.taken)])
    return not subtract(shared, [parse_subnet(subnet) for subnet in outside])


async def _check_leftovers(plan_repair: PlanRepair) -> Check:
    try:
        plan = await plan_repair()
    except KubeferryError as error:
        return failed("leftovers", Problem.of(error), Verdict.WARN)
    unread = f" Not looked at: {', '.join(plan.unread)}." if plan.unread else ""
    if not plan.remains:
        return Check("leftovers", Verdict.OK, f"nobody left anything in workloads.{unread}")
    places = ", ".join(f"{one.workload} in {one.namespace}" for one in plan.remains[:5])
    more = f" and {len(plan.remains) - 5} more" if len(plan.remains) > 5 else ""
    return Check(
        "leftovers",
        Verdict.WARN,
        f"people who are gone left something in {places}{more}.{unread}",
        "Take it away; whoever is connected keeps theirs.",
        fix=Fix.REPAIR,
        command=REPAIR_COMMAND,
    )


def _check_connection(status: m.Status | None) -> Check:
    left = status.left if status is not None else ()
    if left:
        next_step = "Restart the helper: it cleans up when it starts."
        return replace(
            Check("connection", Verdict.FAIL, f"ended, but was not undone: {'; '.join(left)}.", next_step),
            fix=Fix.RESTART_HELPER,
            command="sudo systemctl restart kubeferry-helper",
        )
    if status is None or status.state is m.StateKind.DISCONNECTED:
        return Check("connection", Verdict.OK, "there is none.")
    if status.problem is not None:
        command = login_command_for(status.facts.context) if status.facts.context else ""
        return failed("connection", problem_from_info(status.problem), login_command=command)
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
