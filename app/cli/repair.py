"""`repair`: finds what vanished owners left in workloads, shows it, and takes it away."""

from __future__ import annotations

from collections.abc import Callable

import click

from app.cli.examples import examples
from app.cli.intercept import restored_exit_code, tell_restored
from app.cli.manager import run_interruptibly
from app.cli.operation import agree, carry_out, connected_session
from app.cli.options import cluster_options, kubeconfig_files
from app.cli.output import Format, is_terminal, output_option, print_json
from app.cli.progress import Progress
from app.cli.terminal import echo
from app.domain.errors import ErrorCode, KubeferryError
from app.session import intercept_messages as im

Run = Callable[[tuple[im.RemainsInfo, ...], Progress], im.WorkloadsRestored]


@click.command(
    epilog=examples(
        ("repair", "shows what it found, and asks"),
        ("repair --all-namespaces --yes", ""),
    )
)
@cluster_options
@click.option("-n", "--namespace", metavar="NAME", help="Where to look; else the connection's namespace.")
@click.option("-A", "--all-namespaces", is_flag=True, help="Look everywhere you may.")
@click.option("-y", "--yes", is_flag=True, help="Do it without asking.")
@output_option
def repair(
    context: str | None,
    kubeconfig: str | None,
    namespace: str | None,
    all_namespaces: bool,
    yes: bool,
    output: Format,
) -> int:
    """Takes away what people who are gone left in workloads. Whoever is connected keeps theirs."""
    if namespace is not None and all_namespaces:
        raise KubeferryError(
            ErrorCode.INVALID_OPTION, option="--all-namespaces", problem="--namespace is there as well"
        )
    try:
        with connected_session() as (session, status):
            place = None if all_namespaces else namespace or status.facts.namespace
            with Progress(quiet=output is Format.JSON) as progress:
                progress.tell("Looking for what vanished owners left")
                plan = session.request(im.PlanRepair(place))
            if not isinstance(plan, im.RepairPlan):
                raise KubeferryError(ErrorCode.SESSION_VERSION)

            def run(remains: tuple[im.RemainsInfo, ...], progress: Progress) -> im.WorkloadsRestored:
                chosen = tuple(one.target for one in remains)
                done = carry_out(session, im.Repair(place, chosen), progress)
                if not isinstance(done, im.WorkloadsRestored):
                    raise KubeferryError(ErrorCode.SESSION_VERSION)
                return done

            return _repair(plan, run, yes=yes, output=output)
    except KubeferryError as error:
        if error.code is not ErrorCode.NOT_CONNECTED:
            raise
    return _unconnected(context, kubeconfig_files(kubeconfig), namespace, all_namespaces, yes=yes, output=output)


def _unconnected(
    context: str | None, kubeconfig: str | None, namespace: str | None, everywhere: bool, *, yes: bool, output: Format
) -> int:
    """Where no manager runs nobody is there; where one runs, it has to be asked who is."""
    from app.cli.repair_work import plan_unconnected, repair_unconnected

    with Progress(quiet=output is Format.JSON) as progress:
        progress.tell("Looking for what vanished owners left")
        plan = run_interruptibly(plan_unconnected(context, kubeconfig, namespace, everywhere=everywhere))

    def run(remains: tuple[im.RemainsInfo, ...], progress: Progress) -> im.WorkloadsRestored:
        chosen = frozenset(one.target for one in remains)
        work = repair_unconnected(context, kubeconfig, namespace, chosen, progress.tell, everywhere=everywhere)
        return im.WorkloadsRestored(0, run_interruptibly(work))

    return _repair(plan, run, yes=yes, output=output)


def _repair(plan: im.RepairPlan, run: Run, *, yes: bool, output: Format) -> int:
    if output is Format.TEXT:
        _show(plan)
    if not plan.remains:
        if output is Format.JSON:
            print_json({"found": (), "unread": plan.unread, "workloads": ()})
        return 0
    if not yes:
        if output is Format.JSON:
            print_json({"found": plan.remains, "unread": plan.unread, "workloads": ()})
            return 0
        if not is_terminal():
            raise KubeferryError(
                ErrorCode.CONFIRMATION_MISSING, workload="What was found", problem="nobody was there to confirm it"
            )
        agree("Take all of this away?")
    with Progress(quiet=output is Format.JSON) as progress:
        done = run(plan.remains, progress)
    if output is Format.JSON:
        print_json({"found": plan.remains, "unread": plan.unread, "workloads": done.workloads})
    else:
        tell_restored(done)
    return restored_exit_code(done)


def _show(plan: im.RepairPlan) -> None:
    for one in plan.remains:
        whose = ", ".join(dict.fromkeys(one.vanished)) or "nobody's any more"
        what = f"its sidecar stays for {', '.join(dict.fromkeys(one.kept))}" if one.kept else "its sidecar is removed"
        echo(f"{one.workload} in {one.namespace}: {whose}; {what}")
    if not plan.remains:
        echo("Nobody left anything.")
    for place in plan.unread:
        echo(f"Not looked at: {place}", err=True)
