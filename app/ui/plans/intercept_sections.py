"""An intercept's plan in words: what comes to this machine, what happens to the workload, and who else is there."""

from __future__ import annotations

import time

from app.controllers.intercept_views import InterceptRow, PlanView
from app.ui.plans.plan_dialog import Consent, Section
from app.ui.translation import tr, tr_count

TAKE_OVER = "take-over"
"""The consent's code for ending others' claims to the same traffic."""


def intercept_sections(plan: PlanView) -> tuple[Section, ...]:
    sections = [_traffic(plan), _workload(plan)]
    notes = tuple(notice.text for notice in plan.notices if not notice.confirm)
    if notes:
        sections.append(Section(tr("To know before"), notes))
    if plan.others or plan.rivals:
        sections.append(_people(plan))
    return tuple(sections)


def intercept_consents(plan: PlanView) -> tuple[Consent, ...]:
    """What has to be agreed to: the plan's own questions, and taking something away from somebody."""
    asked = tuple(Consent(notice.code, notice.text) for notice in plan.notices if notice.confirm)
    if not plan.rivals:
        return asked
    who = ", ".join(dict.fromkeys(rival.owner for rival in plan.rivals))
    return (*asked, Consent(TAKE_OVER, tr("Take this traffic over from {who}, who will be told.", who=who)))


def _traffic(plan: PlanView) -> Section:
    rule = plan.wish.rule
    ports = ", ".join(_port_words(port) for port in plan.ports)
    if rule is not None:
        first = tr("Requests with {rule} come to this machine.", rule=str(rule))
        rest = tr("All other requests go the workload's normal way.")
        where = tr("Ports: {ports}.", ports=ports) if ports else ""
    else:
        only = plan.wish.only_ports
        first = (
            tr("All traffic of these ports comes to this machine.")
            if only
            else tr("All inbound traffic comes to this machine: TCP and UDP, every port.")
        )
        rest = tr("The workload's own containers get none of it, and their probes are answered as before.")
        where = tr("Ports that go elsewhere here: {ports}.", ports=ports) if ports and not only else ""
        where = tr("Ports: {ports}.", ports=ports) if ports and only else where
    return Section(tr("Traffic"), tuple(line for line in (first, where, rest) if line))


def _workload(plan: PlanView) -> Section:
    if not plan.injects:
        there = tr("The sidecar is there already. No pod is restarted.")
        return Section(tr("The workload"), (there,))
    made = tr_count(
        plan.pods,
        "Its pod is replaced by one with a sidecar, the way a rollout does it.",
        "Its {count} pods are replaced by ones with a sidecar, the way a rollout does it.",
    )
    back = tr("When you stop, and nobody else is there, the workload is restored field by field.")
    return Section(tr("The workload"), (made, back), diff=plan.diff)


def _people(plan: PlanView) -> Section:
    rivals = {rival.intercept_id for rival in plan.rivals}
    every = {one.intercept_id: one for one in (*plan.rivals, *plan.others)}
    return Section(tr("Who else is there"), tuple(_person(one, one.intercept_id in rivals) for one in every.values()))


def _person(one: InterceptRow, is_rival: bool) -> str:
    since = time.strftime("%H:%M", time.localtime(one.since))
    what = one.rule or tr("everything")
    if is_rival:
        return tr("{owner} has the same traffic ({what}) since {since}.", owner=one.owner, what=what, since=since)
    return tr("{owner} has {what} since {since}. It stays as it is.", owner=one.owner, what=what, since=since)


def _port_words(port: str) -> str:
    remote, _, local = port.partition(":")
    return remote if local in ("", remote) else tr("{remote} to local {local}", remote=remote, local=local)
