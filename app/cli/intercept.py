"""`proxy`, `mesh`, `leave`: a workload's traffic comes to this machine, or goes its normal way again."""

from __future__ import annotations

from typing import Any

import click

from app.cli.dry_run import tell_intercept_plan
from app.cli.examples import examples
from app.cli.intercept_text import in_force_lines, restored_line
from app.cli.operation import agree, carry_out, connected_session
from app.cli.output import Format, is_terminal, output_option, print_json, print_problem
from app.cli.progress import Progress
from app.cli.terminal import echo
from app.domain.catalogue import EXIT_NOT_CONNECTED, exit_code
from app.domain.errors import ErrorCode, KubeferryError
from app.domain.intercept_options import parse_ports, parse_rule
from app.domain.intercepts import HttpRule, PortMap, Wish
from app.domain.workload import parse_workload
from app.platform.listening import listening_ports
from app.session import intercept_messages as im
from app.session.blocking_client import BlockingSession
from app.session.intercept_convert import message_of_wish, workload_of
from app.session.problems import problem_from_info

_namespace = click.option("-n", "--namespace", metavar="NAME", help="The workload's namespace; else the connection's.")


def _shared_options(command: Any) -> Any:
    for option in (
        output_option,
        click.option("-y", "--yes", is_flag=True, help="Confirm everything that would be asked."),
        click.option("--take-over", is_flag=True, help="Take the traffic from whoever has it now; they are told."),
        click.option("--dry-run", is_flag=True, help="Tell what would be changed, and change nothing."),
        _namespace,
    ):
        command = option(command)
    return command


@click.command(
    short_help="Brings all of a workload's traffic to this machine.",
    epilog=examples(
        ("proxy deploy/ratings", "every port, to the same one here"),
        ("proxy deploy/ratings --port 9080:8080", "the pod's 9080 to your 8080, all others as they are"),
        ("proxy sts/db -n shop --port 5432 --only-ports", "this port, and no other"),
    ),
)
@click.argument("workload")
@click.option(
    "--port",
    "ports",
    metavar="POD[:LOCAL]",
    multiple=True,
    help="Bring this port of the pods to another one of this machine (repeatable).",
)
@click.option("--only-ports", is_flag=True, help="Take only the ports named with --port.")
@_shared_options
def proxy(
    workload: str,
    ports: tuple[str, ...],
    only_ports: bool,
    namespace: str | None,
    take_over: bool,
    dry_run: bool,
    yes: bool,
    output: Format,
) -> int:
    """Brings all of a workload's inbound traffic to this machine: TCP and UDP, every port.

    WORKLOAD is deploy/NAME, sts/NAME, ds/NAME, rs/NAME or pod/NAME. Your program may listen on 127.0.0.1 only."""
    mapped = parse_ports(ports)
    if only_ports and not mapped:
        raise KubeferryError(ErrorCode.INVALID_OPTION, option="--only-ports", problem="there is no --port beside it")
    return _start(
        workload, namespace, None, mapped, only_ports, take_over=take_over, dry_run=dry_run, yes=yes, output=output
    )


@click.command(
    short_help="Brings the requests that match a rule to this machine.",
    epilog=examples(
        ("mesh deploy/reviews --header x-user=alice", "this header"),
        ("mesh deploy/reviews --path /api --header-present x-debug", "both must hold"),
        ("mesh deploy/reviews --header x-user=alice --port 9080:8080", "to your 8080"),
    ),
)
@click.argument("workload")
@click.option("--header", "exact", metavar="NAME=VALUE", multiple=True, help="The header has just this value.")
@click.option("--header-prefix", "prefix", metavar="NAME=VALUE", multiple=True, help="Its value begins like this.")
@click.option("--header-regex", "regex", metavar="NAME=REGEX", multiple=True, help="All of its value matches (RE2).")
@click.option("--header-present", "present", metavar="NAME", multiple=True, help="The header is there.")
@click.option("--path", metavar="/PATH", help="The request's path is this, or below it.")
@click.option(
    "--port",
    "ports",
    metavar="POD[:LOCAL]",
    multiple=True,
    help="The pods' port to look at, and this machine's; else all that the workload declares (repeatable).",
)
@_shared_options
def mesh(
    workload: str,
    exact: tuple[str, ...],
    prefix: tuple[str, ...],
    regex: tuple[str, ...],
    present: tuple[str, ...],
    path: str | None,
    ports: tuple[str, ...],
    namespace: str | None,
    take_over: bool,
    dry_run: bool,
    yes: bool,
    output: Format,
) -> int:
    """Brings the HTTP and gRPC requests that match to this machine; all options together must hold. The rest goes its
    normal way.

    WORKLOAD is deploy/NAME, sts/NAME, ds/NAME, rs/NAME or pod/NAME. Your program may listen on 127.0.0.1 only."""
    rule = parse_rule(exact, prefix, regex, present, path)
    mapped = parse_ports(ports)
    return _start(
        workload, namespace, rule, mapped, False, take_over=take_over, dry_run=dry_run, yes=yes, output=output
    )


@click.command(
    short_help="Ends your intercepts; the last one out restores the workload.",
    epilog=examples(
        ("leave deploy/reviews", ""),
        ("leave --all", "the connection stays"),
    ),
)
@click.argument("workload", required=False)
@click.option("--all", "everything", is_flag=True, help="All intercepts of this connection.")
@click.option(
    "--id", "only", metavar="ID", multiple=True, help="Of several on one workload this one; `status -o json` has ids."
)
@_namespace
@output_option
def leave(workload: str | None, everything: bool, only: tuple[str, ...], namespace: str | None, output: Format) -> int:
    """Ends your intercepts of a workload, and restores it when nobody else has any.

    WORKLOAD is deploy/NAME, sts/NAME, ds/NAME, rs/NAME or pod/NAME; if you have intercepts on one only, it need not be
    named."""
    if workload is not None and everything:
        raise KubeferryError(ErrorCode.INVALID_OPTION, option="--all", problem=f"{workload} is named as well")
    with connected_session() as (session, status), Progress(quiet=output is Format.JSON) as progress:
        _require_known(only, status.intercepts)
        target = None
        if workload is not None:
            target = workload_of(parse_workload(workload, namespace or status.facts.namespace))
        elif not everything and not only:
            _require_one(status.intercepts)
        done = carry_out(session, im.Leave(target, only=only), progress)
    if not isinstance(done, im.WorkloadsRestored):
        raise KubeferryError(ErrorCode.SESSION_VERSION)
    if output is Format.JSON:
        print_json({"workloads": done.workloads})
    elif not done.workloads:
        echo("There is nothing to leave.")
    else:
        tell_restored(done)
    return restored_exit_code(done)


def restored_exit_code(done: im.WorkloadsRestored) -> int:
    """The first problem decides."""
    failures = [one.problem for one in done.workloads if one.problem is not None]
    return exit_code(problem_from_info(failures[0])) if failures else 0


def tell_restored(done: im.WorkloadsRestored) -> None:
    for one in done.workloads:
        if one.problem is None:
            echo(restored_line(one))
        else:
            echo(f"{one.workload} in {one.namespace}:", err=True)
            print_problem(problem_from_info(one.problem), Format.TEXT)


def _start(
    text: str,
    namespace: str | None,
    rule: HttpRule | None,
    ports: tuple[PortMap, ...],
    only_ports: bool,
    *,
    take_over: bool,
    dry_run: bool,
    yes: bool,
    output: Format,
) -> int:
    quiet = output is Format.JSON
    with connected_session() as (session, status):
        ref = parse_workload(text, namespace or status.facts.namespace)
        wish = message_of_wish(Wish(ref, rule, ports, only_ports))
        with Progress(quiet=quiet) as progress:
            progress.tell(f"Looking at {ref} in {ref.namespace}")
            plan = _plan(session, wish)
        if dry_run:
            return tell_intercept_plan(plan, output)
        confirmed = _confirmed(plan, yes=yes, quiet=quiet)
        with Progress(quiet=quiet) as progress:
            try:
                done = carry_out(session, im.StartIntercept(wish, take_over, confirmed), progress)
            except KeyboardInterrupt:
                progress.clear()
                echo(f"{ref} is as it was.", err=True)
                raise
    if not isinstance(done, im.InterceptDone):
        raise KubeferryError(ErrorCode.SESSION_VERSION)
    warnings = _warnings(done)
    if output is Format.JSON:
        print_json(
            {
                "intercept": done.intercept,
                "pods": done.pods,
                "taken_from": done.lost_to_us,
                "notices": plan.notices,
                "warnings": warnings,
            }
        )
    else:
        echo("\n".join(in_force_lines(done)))
        for warning in warnings:
            echo(f"{click.style('Note', fg='yellow')}: {warning}", err=True)
    in_force = done.intercept.health is im.InterceptHealth.ACTIVE or not done.pods
    return 0 if in_force else EXIT_NOT_CONNECTED


def _plan(session: BlockingSession, wish: im.Wish) -> im.InterceptPlan:
    answer = session.request(im.PlanIntercept(wish))
    if not isinstance(answer, im.InterceptPlan):
        raise KubeferryError(ErrorCode.SESSION_VERSION)
    return answer


def _confirmed(plan: im.InterceptPlan, *, yes: bool, quiet: bool) -> tuple[str, ...]:
    """Tells what there is to know before, and asks for what has to be confirmed. As `agree`."""
    if not quiet:
        for notice in plan.notices:
            echo(f"{click.style('Note', fg='yellow')}: {notice.text}", err=True)
    questions = tuple(notice.code for notice in plan.notices if notice.confirm)
    if questions and not yes and not quiet and is_terminal():
        agree(f"Go on with {plan.workload} in {plan.namespace}?")
        return questions
    # Without a terminal the session refuses, and names what has to be confirmed.
    return questions if yes else ()


def _warnings(done: im.InterceptDone) -> list[str]:
    one = done.intercept
    listening = listening_ports(udp=one.mode == "proxy")
    if listening is None:
        return []
    local = dict.fromkeys(int(port.partition(":")[2]) for port in one.ports)
    silent = [str(port) for port in local if port not in listening]
    if not silent:
        return []
    what = "port" if len(silent) == 1 else "ports"
    return [f"nothing listens on {what} {', '.join(silent)} of this machine yet: what comes there fails until it does."]


def _require_known(ids: tuple[str, ...], intercepts: tuple[im.InterceptInfo, ...]) -> None:
    known = {one.intercept_id for one in intercepts if one.mine}
    for one in ids:
        if one not in known:
            problem = "you have no intercept with this id; `kubeferry status -o json` tells yours"
            raise KubeferryError(ErrorCode.INVALID_OPTION, option=f"--id {one}", problem=problem)


def _require_one(intercepts: tuple[im.InterceptInfo, ...]) -> None:
    found = dict.fromkeys(f"{one.workload} in {one.namespace}" for one in intercepts)
    if len(found) > 1:
        problem = f"there are several: {', '.join(found)}; name one, or all with --all"
        raise KubeferryError(ErrorCode.INVALID_OPTION, option="leave", problem=problem)
    if not found:
        raise KubeferryError(ErrorCode.NOT_INTERCEPTED, workload="any workload")
