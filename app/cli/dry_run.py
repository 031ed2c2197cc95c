"""`--dry-run`: what would be changed, and nothing is."""

from __future__ import annotations

import click

from app.cli.intercept_text import port_words
from app.cli.output import Format, print_json
from app.cli.progress import Progress
from app.cli.terminal import echo
from app.domain.catalogue import exit_code, explain
from app.domain.connect_plan import ConnectPlan
from app.session import intercept_messages as im
from app.session import messages as m
from app.session.convert import target_from_request

_MOST_NAMES = 12


def tell_connect_plan(request: m.Connect, output: Format) -> int:
    """Returns the exit status: that of the failure it would end with, or 0."""
    from app.cli.manager import run_interruptibly
    from app.session.connect_plan import plan_connect

    with Progress(quiet=output is Format.JSON) as progress:
        progress.tell("Finding out what would change")
        plan = run_interruptibly(plan_connect(target_from_request(request)))
    if output is Format.JSON:
        problem = None if plan.problem is None else explain(plan.problem)
        facts = {name: getattr(plan, name) for name in ConnectPlan.__dataclass_fields__ if name != "problem"}
        print_json({"plan": facts, "problem": problem})
    else:
        echo("\n".join(connect_plan_lines(plan)))
    return 0 if plan.problem is None else exit_code(plan.problem)


def connect_plan_lines(plan: ConnectPlan) -> list[str]:
    names = ", ".join(plan.match_domains[:_MOST_NAMES])
    more = len(plan.match_domains) - _MOST_NAMES
    lines = [
        f"Connecting to {plan.context} ({plan.server}) would",
        f"  route     {', '.join(plan.routes) or 'what the cluster then says'}",
        *([f"  leave     {', '.join(plan.excluded)} as it is"] if plan.excluded else []),
        f"  ask       the cluster for names under {names}" + (f" and {more} more" if more > 0 else ""),
        f"  complete  short names in namespace {plan.namespace}",
    ]
    if plan.installs:
        lines.append(f"  make      {', '.join(plan.installs)} in namespace {plan.manager_namespace} ({plan.image})")
    else:
        lines.append(f"  use       the traffic manager in namespace {plan.manager_namespace}")
    if plan.unread:
        lines.append(f"Not readable with your rights: {', '.join(plan.unread)}.")
    if plan.problem is not None:
        told = explain(plan.problem)
        lines.append(f"It would fail: {told.what} {told.next_step}")
    return lines


def tell_intercept_plan(plan: im.InterceptPlan, output: Format) -> int:
    if output is Format.JSON:
        print_json({"plan": plan})
        return 0
    what = plan.rule or "everything"
    echo(f"A {plan.mode} of {plan.workload} in {plan.namespace} ({what}) would")
    echo(f"  bring     pod ports to this machine: {port_words(plan.ports) or 'all'}")
    pods = "its pod, by one" if plan.pods == 1 else f"its {plan.pods} pods, by ones"
    echo(f"  replace   {pods} with a sidecar" if plan.injects else "  restart   nothing")
    for one in plan.rivals:
        echo(f"  collide   with {one.owner}, who has {one.rule or 'everything'}")
    for notice in plan.notices:
        echo(f"{click.style('Note', fg='yellow')}: {notice.text}")
    for line in plan.diff:
        colour = None if line.startswith(("---", "+++")) else {"+": "green", "-": "red"}.get(line[:1])
        echo(click.style(line, fg=colour) if colour else line)
    return 0
