"""`doctor`: what works and what does not, from the kubeconfig to the cluster's answer; and the diagnostics bundle."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from app.cli.examples import examples
from app.cli.manager import run_interruptibly
from app.cli.options import cluster_options, kubeconfig_files
from app.cli.output import Format, output_option, print_json
from app.cli.progress import Progress
from app.cli.terminal import echo
from app.domain.catalogue import EXIT_NOT_CONNECTED, explain
from app.domain.checks import Check, Verdict
from app.domain.errors import ErrorCode, KubeferryError
from app.session import intercept_messages as im
from app.session import messages as m
from app.session.blocking_client import BlockingSession
from app.session.problems import problem_from_info

SESSION_S = 20.0
"""How long the session may take for one answer: looking for leftovers reads all workloads."""

_MARKS = {
    Verdict.OK: click.style("ok  ", fg="green"),
    Verdict.WARN: click.style("warn", fg="yellow"),
    Verdict.FAIL: click.style("FAIL", fg="red", bold=True),
}
_UP = (m.StateKind.CONNECTED, m.StateKind.DEGRADED)


@click.command(
    short_help="Checks all that a connection needs, and says what to do.",
    epilog=examples(
        ("doctor -n shop", ""),
        ("doctor --bundle kubeferry.tar.gz", "for a bug report"),
    ),
)
@cluster_options
@click.option("-n", "--namespace", metavar="NAME", help="Namespace to look from; else the context's.")
@click.option("--manager-namespace", metavar="NAME", help="Where the traffic manager is.")
@click.option(
    "--bundle",
    metavar="FILE.tar.gz",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Save what a fault is found by, without secrets. Names and addresses stay in.",
)
@output_option
def doctor(
    context: str | None,
    kubeconfig: str | None,
    namespace: str | None,
    manager_namespace: str | None,
    bundle: Path | None,
    output: Format,
) -> int:
    """Checks everything a connection needs, and says what to do about what is missing."""
    from app.session.checkup import check_all

    session = BlockingSession.open(start=False)
    snapshot = _snapshot(session)
    status = None if snapshot is None else snapshot.status
    if status is not None and status.facts.context and context is None:
        context = status.facts.context
    files = kubeconfig_files(kubeconfig)
    plan_repair = _planner(session) if session is not None and status is not None and status.state in _UP else None

    def ignore(_check: Check) -> None: ...

    try:
        with Progress(quiet=output is Format.JSON) as progress:
            work = check_all(context, files, namespace, manager_namespace, status, progress.tell, ignore, plan_repair)
            checks = run_interruptibly(work)
            if bundle is not None:
                progress.tell("Gathering the diagnostics")
                run_interruptibly(_save(bundle, context, files, namespace, checks, snapshot))
    finally:
        if session is not None:
            session.close()
    return _tell(checks, () if snapshot is None else snapshot.reconnects, bundle, output)


def _tell(checks: list[Check], losses: tuple[m.Reconnect, ...], bundle: Path | None, output: Format) -> int:
    failed = any(check.verdict is Verdict.FAIL for check in checks)
    if output is Format.JSON:
        saved = None if bundle is None else str(bundle)
        print_json({"ok": not failed, "checks": checks, "reconnects": losses, "bundle": saved})
    else:
        for check in checks:
            _print(check)
        _print_losses(losses)
        if bundle is not None:
            echo(f"Saved {bundle}. Secrets are taken out; names and addresses are not: look before you send it.")
    return EXIT_NOT_CONNECTED if failed else 0


async def _save(
    path: Path,
    context: str | None,
    kubeconfig: str | None,
    namespace: str | None,
    checks: list[Check],
    snapshot: m.Snapshot | None,
) -> None:
    from app.session.bundle import write_bundle
    from app.session.bundle_sources import collect

    write_bundle(path, await collect(context, kubeconfig, namespace, checks, snapshot))


def _snapshot(session: BlockingSession | None) -> m.Snapshot | None:
    if session is None:
        return None
    session.set_timeout(SESSION_S)
    session.request(m.Subscribe())
    return next((event for event in session.events() if isinstance(event, m.Snapshot)), None)


def _planner(session: BlockingSession) -> Any:
    def ask() -> im.RepairPlan:
        try:
            answer = session.request(im.PlanRepair(None))
        except TimeoutError as error:
            raise KubeferryError(
                ErrorCode.TIMED_OUT, waiting_for="what vanished owners left", seconds=f"{SESSION_S:.0f}"
            ) from error
        if not isinstance(answer, im.RepairPlan):
            raise KubeferryError(ErrorCode.SESSION_VERSION)
        return answer

    def plan() -> Coroutine[Any, Any, im.RepairPlan]:
        return asyncio.to_thread(ask)

    return plan


def _print(check: Check) -> None:
    echo(f"{_MARKS[check.verdict]}  {check.name}: {check.found}")
    if check.next_step:
        echo(f"      -> {check.next_step}")
    if check.command and check.command not in check.next_step:
        echo(f"      $  {check.command}")


def _print_losses(losses: tuple[m.Reconnect, ...]) -> None:
    """The window's timeline, as far as the session has kept it."""
    if losses:
        echo("\nLosses of the tunnel, newest first:")
    for loss in reversed(losses):
        at = datetime.fromtimestamp(loss.lost_at).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        took = "not back yet" if loss.restored_at is None else f"back after {loss.restored_at - loss.lost_at:.1f} s"
        echo(f"{at}  {took}: {explain(problem_from_info(loss.reason)).what}")
