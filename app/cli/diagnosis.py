"""`doctor`: what works and what does not, from the kubeconfig to the cluster's answer."""

from __future__ import annotations

import click

from app.cli.manager import run_interruptibly
from app.cli.options import cluster_options, kubeconfig_files
from app.cli.output import Format, output_option, print_json
from app.cli.progress import Progress
from app.domain.catalogue import EXIT_NOT_CONNECTED
from app.domain.checks import Check, Verdict
from app.session.blocking_client import BlockingSession
from app.session.messages import GetStatus, Status, StatusIs

_MARKS = {
    Verdict.OK: click.style("ok  ", fg="green"),
    Verdict.WARN: click.style("warn", fg="yellow"),
    Verdict.FAIL: click.style("FAIL", fg="red", bold=True),
}


@click.command()
@cluster_options
@click.option("-n", "--namespace", metavar="NAME", help="Namespace to look from; else the context's.")
@click.option("--manager-namespace", metavar="NAME", help="Where the traffic manager is.")
@output_option
def doctor(
    context: str | None, kubeconfig: str | None, namespace: str | None, manager_namespace: str | None, output: Format
) -> int:
    """Checks everything a connection needs, and says what to do about what is missing."""
    from app.session.checkup import check_all

    status = _session_status()
    if status is not None and status.facts.context and context is None:
        context = status.facts.context
    with Progress(quiet=output is Format.JSON) as progress:
        checks = run_interruptibly(
            check_all(context, kubeconfig_files(kubeconfig), namespace, manager_namespace, status, progress.tell)
        )
    failed = any(check.verdict is Verdict.FAIL for check in checks)
    if output is Format.JSON:
        print_json({"ok": not failed, "checks": checks})
    else:
        for check in checks:
            _print(check)
    return EXIT_NOT_CONNECTED if failed else 0


def _session_status() -> Status | None:
    session = BlockingSession.open(start=False)
    if session is None:
        return None
    with session:
        answer = session.request(GetStatus())
    return answer.status if isinstance(answer, StatusIs) else None


def _print(check: Check) -> None:
    click.echo(f"{_MARKS[check.verdict]}  {check.name}: {check.found}")
    if check.next_step:
        click.echo(f"      -> {check.next_step}")
