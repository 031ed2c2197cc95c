"""`traffic`: the requests that go through the sidecars of meshed workloads, as they come."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

import click
import msgspec

from app.cli.examples import examples
from app.cli.operation import connected_session
from app.cli.output import Format, output_option
from app.cli.terminal import echo, write
from app.domain.errors import ErrorCode, KubeferryError
from app.domain.workload import parse_workload
from app.session import intercept_messages as im
from app.session import messages as m
from app.session.blocking_client import BlockingSession
from app.session.intercept_convert import ref_of, workload_of
from helper.protocol.intercepts import RequestBatch, RequestRecord, Verdict, Workload

LEARN_S = 2.0
"""How often, at most, it is asked whose a rule is that is not known yet."""

_ENDED = (m.StateKind.DISCONNECTED, m.StateKind.FAILED, m.StateKind.DISCONNECTING)


@click.command(
    short_help="Shows the requests of meshed workloads as they come.",
    epilog=examples(
        ("traffic", "all workloads that you have a mesh on"),
        ("traffic deploy/reviews -n shop", ""),
        ("traffic -o json | jq -c 'select(.status >= 500)'", "one JSON object a line"),
    ),
)
@click.argument("workload", required=False)
@click.option("-n", "--namespace", metavar="NAME", help="The workload's namespace; else the connection's.")
@output_option
def traffic(workload: str | None, namespace: str | None, output: Format) -> int:
    """Shows the requests of meshed workloads as they come, until Ctrl-C.

    WORKLOAD is deploy/NAME, sts/NAME, ds/NAME, rs/NAME or pod/NAME; else all that you have a mesh on."""
    with connected_session() as (session, status):
        rules = Rules(session)
        if workload is not None:
            watched: tuple[Workload, ...] = (
                workload_of(parse_workload(workload, namespace or status.facts.namespace)),
            )
        else:
            watched = rules.meshed()
        session.request(m.Subscribe())
        session.request(im.WatchTraffic(watched))
        if output is Format.TEXT:
            echo(f"Requests of {', '.join(str(ref_of(one)) for one in watched)}; Ctrl-C ends.", err=True)
        try:
            for batch in _batches(session):
                for line in batch_lines(batch, rules.of(batch), output):
                    if not (write if output is Format.JSON else echo)(line):
                        return 0
                skipped = batch.seen - len(batch.records)
                if skipped > 0:
                    _say_sample(batch, skipped, output)
        except KeyboardInterrupt:
            return 0
    raise KubeferryError(ErrorCode.NOT_CONNECTED)


class Rules:
    """Whose rule took a request: learned from the session when an unknown one turns up."""

    def __init__(self, session: BlockingSession) -> None:
        self._session = session
        self._known: dict[str, im.InterceptInfo] = {}
        self._asked_at = float("-inf")

    def meshed(self) -> tuple[Workload, ...]:
        """Workloads that I have a mesh on; else those that anybody has. Raises KubeferryError when there are none."""
        self._ask()
        every = [one for one in self._known.values() if one.mode == "mesh"]
        chosen = [one for one in every if one.mine] or every
        if not chosen:
            raise KubeferryError(ErrorCode.NOT_INTERCEPTED, workload="any workload, and nobody else has one with rules")
        return tuple(sorted({workload_of(parse_workload(one.workload, one.namespace)) for one in chosen}))

    def of(self, batch: RequestBatch) -> dict[str, im.InterceptInfo]:
        unknown = {one.intercept_id for one in batch.records if one.intercept_id} - self._known.keys()
        if unknown and time.monotonic() - self._asked_at > LEARN_S:
            self._ask()
        return self._known

    def _ask(self) -> None:
        self._asked_at = time.monotonic()
        answer = self._session.request(im.ListIntercepts())
        if not isinstance(answer, im.InterceptList):
            raise KubeferryError(ErrorCode.SESSION_VERSION)
        self._known = {one.intercept_id: one for one in answer.intercepts}


def batch_lines(batch: RequestBatch, rules: dict[str, im.InterceptInfo], output: Format) -> Iterable[str]:
    for record in batch.records:
        rule = rules.get(record.intercept_id)
        yield _json_line(batch, record, rule) if output is Format.JSON else request_line(record, rule)


def request_line(record: RequestRecord, rule: im.InterceptInfo | None) -> str:
    """Time, status, duration, verdict, method and path, and whose rule it was."""
    clock = time.strftime("%H:%M:%S", time.localtime(record.time)) + f".{int(record.time % 1 * 1000):03d}"
    status = str(record.status or "-")
    if record.grpc_status is not None:
        status += f"/{record.grpc_status}"
    verdict = click.style(f"{record.verdict.value:<7}", fg="cyan" if record.verdict is Verdict.LAPTOP else None)
    whose = "" if rule is None else f"  [{rule.rule or 'everything'}, {'you' if rule.mine else rule.owner}]"
    took = f"{record.duration_s * 1000:.0f} ms"
    return f"{clock}  {status:>5}  {took:>9}  {verdict}  {_plain(f'{record.method} {record.path}')}{whose}"


def _json_line(batch: RequestBatch, record: RequestRecord, rule: im.InterceptInfo | None) -> str:
    told = {
        "workload": str(ref_of(batch.workload)),
        "namespace": batch.workload.namespace,
        "pod": batch.pod,
        **msgspec.to_builtins(record),
        "rule": None if rule is None else rule.rule,
        "owner": None if rule is None else rule.owner,
    }
    return msgspec.json.encode(told).decode()


def _say_sample(batch: RequestBatch, skipped: int, output: Format) -> None:
    if output is Format.JSON:
        sample = {"pod": batch.pod, "seen": batch.seen, "shown": len(batch.records)}
        write(msgspec.json.encode({"sample": sample}).decode())
    else:
        echo(f"  (a sample: {skipped} more of {batch.seen} requests of {batch.pod})", err=True)


def _batches(session: BlockingSession) -> Iterator[RequestBatch]:
    """Ends with the connection."""
    for event in session.events():
        if isinstance(event, im.RequestsSeen):
            yield event.batch
        elif isinstance(event, m.Snapshot | m.StatusChanged) and event.status.state in _ENDED:
            return


def _plain(text: str) -> str:
    """Paths come from anybody: nothing in them may steer the terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
