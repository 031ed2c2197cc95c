"""A connection's plan in words."""

from __future__ import annotations

from app.domain.connect_plan import ConnectPlan
from app.ui.plans.plan_dialog import Section
from app.ui.translation import tr, tr_count

_MOST_NAMES = 8


def connect_sections(plan: ConnectPlan) -> tuple[Section, ...]:
    sections = [_routes(plan), _names(plan), _manager(plan)]
    if plan.unread:
        text = tr("Not readable with your rights: {sources}.", sources=", ".join(plan.unread))
        sections.append(Section(tr("What could not be found out"), (text,)))
    undone = tr("Disconnecting takes all of this machine's changes back.")
    return (*sections, Section(tr("Afterwards"), (undone,)))


def _routes(plan: ConnectPlan) -> Section:
    heading = tr("Routes on this machine go into the cluster")
    lines = plan.routes or (tr("The cluster's subnets are found out while connecting."),)
    excluded = tuple(tr("not {subnet}: it is in use here, or excluded", subnet=subnet) for subnet in plan.excluded)
    return Section(heading, (*lines, *excluded), mono=True)


def _names(plan: ConnectPlan) -> Section:
    shown = plan.match_domains[:_MOST_NAMES]
    more = len(plan.match_domains) - len(shown)
    listed = ", ".join(shown) + (tr(" and {count} more", count=more) if more else "")
    first = tr("Names under {domains} are asked in the cluster.", domains=listed)
    short = tr("Short names mean services of {namespace}.", namespace=plan.namespace)
    others = tr("All other names are answered by whoever answers them now.")
    return Section(tr("Names"), (first, short, others))


def _manager(plan: ConnectPlan) -> Section:
    heading = tr("In the cluster")
    if not plan.installs:
        there = tr("The traffic manager is there, in namespace {place}. Nothing changes.", place=plan.manager_namespace)
        return Section(heading, (there,))
    made = tr_count(
        len(plan.installs),
        "One object is made: {objects}.",
        "{count} objects are made: {objects}.",
        objects=", ".join(plan.installs),
    )
    image = tr("Its image is {image}. It has no rights in the cluster, and stays for the next time.", image=plan.image)
    return Section(heading, (made, image))
