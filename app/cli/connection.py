"""`connect`, `disconnect`, `status`: a client of the session process, like the window."""

from __future__ import annotations

import contextlib
import time

import click
import msgspec

from app.cli.dry_run import tell_connect_plan
from app.cli.examples import examples
from app.cli.operation import session_status, uninterrupted
from app.cli.options import cluster_options, kubeconfig_files
from app.cli.output import Format, output_option, print_json
from app.cli.progress import Progress
from app.cli.status_text import connected_line, connected_notes, status_lines
from app.cli.terminal import echo
from app.domain.catalogue import EXIT_CODES, EXIT_NOT_CONNECTED
from app.domain.drops import OnDrop
from app.domain.errors import ErrorCategory, ErrorCode, KubeferryError
from app.domain.stages import describe_stage
from app.domain.subnets import OnOverlap, parse_subnet
from app.session import intercept_messages as im
from app.session import messages as m
from app.session.blocking_client import BlockingSession
from app.session.problems import error_from_info

LIST_S = 2.5
"""How long `status` waits for the manager's list of everybody's intercepts."""

UNDO_S = 12.0
"""How long Ctrl-C waits for what was done to be undone; the session goes on undoing it in any case."""

_UP = (m.StateKind.CONNECTED, m.StateKind.DEGRADED)
_SETTLED = (m.StateKind.DISCONNECTED, m.StateKind.FAILED)


@click.command(
    epilog=examples(
        ("connect -n shop", "installs the traffic manager the first time"),
        ("connect --context staging --dry-run", "what would change; nothing is"),
        ("connect --exclude 10.20.0.0/16", "leave a subnet out"),
    )
)
@cluster_options
@click.option(
    "-n", "--namespace", metavar="NAME", help="Namespace whose services have short names; else the context's."
)
@click.option("--manager-namespace", metavar="NAME", help="Where the traffic manager is, or is to be installed.")
@click.option("--image", metavar="IMAGE", help="Image of the traffic manager, if it has to be installed.")
@click.option("--sidecar-image", metavar="IMAGE", help="Image of the sidecar; else the one beside the manager's.")
@click.option("--pull-secret", metavar="NAME", help="Secret to pull both images with, where their pods are.")
@click.option("--include", metavar="CIDR", multiple=True, help="Route this subnet too (repeatable).")
@click.option("--exclude", metavar="CIDR", multiple=True, help="Leave this subnet out (repeatable).")
@click.option(
    "--on-overlap",
    type=click.Choice([choice.value for choice in OnOverlap]),
    default=OnOverlap.REFUSE.value,
    show_default=True,
    help="What to do when cluster and local networks overlap.",
)
@click.option(
    "--on-drop",
    type=click.Choice([choice.value for choice in OnDrop]),
    default=OnDrop.HOLD.value,
    show_default=True,
    help="When the tunnel is lost: hold routes and names until it is back, or release them after 15 s and end.",
)
@click.option("--dry-run", is_flag=True, help="Tell what would be changed, and change nothing.")
@output_option
def connect(
    context: str | None,
    kubeconfig: str | None,
    namespace: str | None,
    manager_namespace: str | None,
    image: str | None,
    sidecar_image: str | None,
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    on_overlap: str,
    pull_secret: str | None,
    on_drop: str,
    dry_run: bool,
    output: Format,
) -> int:
    """Connects this machine to a cluster's network. Returns when the cluster answered."""
    request = m.Connect(
        context=context,
        namespace=namespace,
        kubeconfig=kubeconfig_files(kubeconfig),
        manager_namespace=manager_namespace,
        image=image,
        sidecar_image=sidecar_image,
        include=tuple(str(parse_subnet(text)) for text in include),
        exclude=tuple(str(parse_subnet(text)) for text in exclude),
        on_overlap=OnOverlap(on_overlap),
        pull_secret=pull_secret,
        on_drop=OnDrop(on_drop),
    )
    if dry_run:
        return tell_connect_plan(request, output)
    began = time.monotonic()
    with Progress(quiet=output is Format.JSON) as progress, _session() as session:
        status, already = _connect(session, request, progress)
    if output is Format.JSON:
        print_json(status)
    elif status.state is m.StateKind.CONNECTED:
        for note in connected_notes(status.facts):
            echo(f"{click.style('Note', fg='yellow')}: {note}", err=True)
        echo(connected_line(status, None if already else time.monotonic() - began))
    else:
        echo("\n".join(status_lines(status)))
    return 0 if status.state is m.StateKind.CONNECTED else EXIT_NOT_CONNECTED


@click.command(short_help="Ends the connection; this machine's network is as it was.")
@output_option
def disconnect(output: Format) -> int:
    """Ends the connection and puts this machine's network back as it was."""
    session = BlockingSession.open(start=False)
    before = m.Status(m.StateKind.DISCONNECTED)
    if session is not None:
        before = session_status(session)
    if session is None or (before.state is m.StateKind.DISCONNECTED and not before.left):
        if session is not None:
            session.close()
        _say_disconnected(before, output, "There was no connection.")
        return 0
    with Progress(quiet=output is Format.JSON) as progress, session:
        session.request(m.Disconnect())
        progress.tell("Disconnecting")
        status = _wait_until_undone(session)
    _say_disconnected(status, output)
    return EXIT_CODES[ErrorCategory.HELPER] if status.left else 0


@click.command(
    short_help="Tells whether this machine is connected, and how well.",
    epilog=examples(
        ("status", ""),
        ("status -o json | jq -r .state", ""),
    ),
)
@output_option
def status(output: Format) -> int:
    """Tells whether this machine is connected, to what, and how well. Exit code 3 when it is not."""
    session = BlockingSession.open(start=False)
    if session is None:
        found = m.Status(m.StateKind.DISCONNECTED)
    else:
        with session:
            found = _with_others(session, session_status(session))
    if output is Format.JSON:
        print_json(found)
    else:
        echo("\n".join(status_lines(found)))
    return 0 if found.state is m.StateKind.CONNECTED else EXIT_NOT_CONNECTED


def _with_others(session: BlockingSession, found: m.Status) -> m.Status:
    """Adds other people's intercepts, as far as the manager can be asked at the moment."""
    if found.state not in _UP:
        return found
    try:
        session.set_timeout(LIST_S)
        answer = session.request(im.ListIntercepts())
    except (KubeferryError, TimeoutError):
        return found
    others = answer.intercepts if isinstance(answer, im.InterceptList) else ()
    shown = (*found.intercepts, *(one for one in others if not one.mine))
    return msgspec.structs.replace(found, intercepts=shown)


def _session() -> BlockingSession:
    session = BlockingSession.open(start=True)
    if session is None:
        raise KubeferryError(ErrorCode.SESSION_FAILED, problem="it cannot be started")
    return session


def _connect(session: BlockingSession, request: m.Connect, progress: Progress) -> tuple[m.Status, bool]:
    """The state that was reached, and whether it was there already."""
    with uninterrupted():
        accepted = session.request(request)
        session.request(m.Subscribe())
    if not isinstance(accepted, m.Accepted):
        raise KubeferryError(ErrorCode.SESSION_VERSION)
    try:
        return _follow(session, accepted.attempt, progress), accepted.already
    except KeyboardInterrupt:
        if not accepted.already:
            progress.tell("Undoing what was done")
            _cancel(session, accepted.attempt)
        raise


def _follow(session: BlockingSession, attempt: int, progress: Progress) -> m.Status:
    """Returns when the attempt is up. Raises KubeferryError when it failed or somebody else ended it."""
    for event in session.events():
        if not isinstance(event, m.Snapshot | m.StatusChanged):
            continue
        status = event.status
        match status.state:
            case m.StateKind.CONNECTED | m.StateKind.DEGRADED | m.StateKind.RECONNECTING if status.attempt == attempt:
                return status
            case m.StateKind.CONNECTING if status.attempt == attempt and status.stage is not None:
                progress.tell(describe_stage(status.stage, status.waits_for))
            case m.StateKind.FAILED if status.attempt == attempt and status.problem is not None:
                raise error_from_info(status.problem)
            case m.StateKind.DISCONNECTING:
                progress.tell("Disconnecting" if status.problem is None else "Undoing what was done")
            case _:
                raise KubeferryError(ErrorCode.CANCELLED)
    raise KubeferryError(ErrorCode.SESSION_FAILED, problem="it ended")


def _cancel(session: BlockingSession, attempt: int) -> None:
    """Waits until it is undone; a second Ctrl-C stops waiting, not the undoing."""
    with contextlib.suppress(KubeferryError, TimeoutError):
        session.set_timeout(UNDO_S)
        session.request(m.Cancel(attempt))
        _wait_until_undone(session)


def _wait_until_undone(session: BlockingSession) -> m.Status:
    session.request(m.Subscribe())
    for event in session.events():
        if isinstance(event, m.Snapshot | m.StatusChanged) and event.status.state in _SETTLED:
            return event.status
    raise KubeferryError(ErrorCode.SESSION_FAILED, problem="it ended")


def _say_disconnected(found: m.Status, output: Format, words: str = "Disconnected.") -> None:
    if output is Format.JSON:
        print_json(found)
    elif found.left:
        echo("Disconnected, but this could not be undone: " + "; ".join(found.left), err=True)
    else:
        echo(words)
