"""The intercept column: who has the workload's traffic, in a shape, a few words, and a sentence for whoever asks."""

from __future__ import annotations

import enum
import time
from collections.abc import Iterable
from dataclasses import dataclass

from app.controllers.intercept_views import Health, InterceptRow, OperationView
from app.controllers.views import WorkloadRow
from app.domain.intercepts import Claim
from app.ui.translation import mark, tr
from app.ui.wording import health_word, mode_word, working_line


class Shape(enum.Enum):
    """The icon, and the token of its colour."""

    NONE = ("", "text_dim")
    PROXY = ("mode-proxy", "proxy")
    MESH_MINE = ("mode-mesh", "mesh")
    MESH_OTHERS = ("mode-mesh-other", "mesh")
    WORKING = ("state-working", "working")
    IMPOSSIBLE = ("info", "text_dim")

    @property
    def icon(self) -> str:
        return self.value[0]

    @property
    def colour(self) -> str:
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Holder:
    """One intercept of the workload, from the manager's list or from what is written at the workload.

    `health` None: nobody is connected who could tell.
    """

    mode: str
    owner: str
    mine: bool
    rule: str
    ports: tuple[str, ...]
    since: float
    health: Health | None = None
    superseded_by: str = ""
    trouble: str = ""

    @property
    def who(self) -> str:
        return tr("you") if self.mine else self.owner.partition("@")[0]


@dataclass(frozen=True, slots=True)
class InterceptCell:
    """`trouble`: a word after the text, where it is not all well. `rank` sorts: working, mine, others', free, none."""

    shape: Shape = Shape.NONE
    text: str = "—"
    trouble: str = ""
    spoken: str = ""
    holders: tuple[Holder, ...] = ()
    impossible: str = ""
    rank: int = 3

    @property
    def is_mine(self) -> bool:
        return any(holder.mine for holder in self.holders)

    def tooltip(self) -> str:
        """Everybody's rule, since when, and how well it goes."""
        if self.holders:
            return "\n\n".join(_told(holder) for holder in self.holders)
        return self.impossible


_HEALTH_SENTENCES = {
    Health.WAITING: mark("Waiting for its pods."),
    Health.PARTIAL: mark("Some of its pods are not intercepted yet."),
    Health.ACTIVE: mark("Active."),
    Health.ABSENT: mark("Its owner is not connected; the traffic goes its normal way."),
    Health.SUPERSEDED: mark("Taken over by {who}."),
    Health.REMOVED: mark("Somebody took it out of the workload."),
}


def cell_of(
    row: WorkloadRow, live: tuple[InterceptRow, ...], operation: OperationView | None, own_id: str
) -> InterceptCell:
    """What is being done comes before what is; what the manager says before what is written at the workload."""
    if not (live or row.claims or operation or row.impossible):
        return _FREE
    holders = _holders(live, row.claims, own_id)
    if operation is not None:
        step = working_line(operation.step, stops_then=operation.stops_then)
        spoken = tr("Being worked on: {step}", step=step)
        return InterceptCell(Shape.WORKING, step, "", spoken, holders, row.impossible, rank=0)
    if holders:
        return _held(holders, row.impossible)
    text = tr("not possible")
    spoken = tr("Cannot be intercepted: {reason}", reason=row.impossible)
    return InterceptCell(Shape.IMPOSSIBLE, text, "", spoken, (), _sentence(row.impossible), rank=4)


_FREE = InterceptCell()


def _held(holders: tuple[Holder, ...], impossible: str) -> InterceptCell:
    first = holders[0]
    shape = Shape.PROXY if first.mode == "proxy" else Shape.MESH_MINE if first.mine else Shape.MESH_OTHERS
    worst = next((one.health for one in holders if one.health not in (None, Health.ACTIVE)), None)
    return InterceptCell(
        shape,
        _text(holders),
        health_word(worst) if worst else "",
        "; ".join(_spoken(holder) for holder in holders),
        holders,
        impossible,
        rank=1 if first.mine else 2,
    )


def _text(holders: tuple[Holder, ...]) -> str:
    first, others = holders[0], len(holders) - 1
    mode = mode_word(first.mode)
    if not others:
        return tr("{mode} · {who}", mode=mode, who=first.who)
    alike = sum(holder.mode == first.mode for holder in holders)
    if alike == len(holders):
        return tr("{count} {mode} · {who} +{others}", count=alike, mode=mode, who=first.who, others=others)
    return tr("{mode} · {who} +{others}", mode=mode, who=first.who, others=others)


def _holders(live: tuple[InterceptRow, ...], claims: Iterable[Claim], own_id: str) -> tuple[Holder, ...]:
    """Own ones first, then who came first."""
    listed = {one.intercept_id for one in live}
    found = [_of_live(one) for one in live]
    found += [_of_claim(claim, own_id) for claim in claims if claim.intercept_id not in listed]
    return tuple(sorted(found, key=lambda holder: (not holder.mine, holder.since)))


def _of_live(one: InterceptRow) -> Holder:
    return Holder(
        one.mode, one.owner, one.mine, one.rule, one.ports, one.since, one.health, one.superseded_by, one.trouble
    )


def _of_claim(claim: Claim, own_id: str) -> Holder:
    return Holder(
        "proxy" if claim.rule is None else "mesh",
        claim.owner,
        bool(own_id) and claim.owner_id == own_id,
        str(claim.rule) if claim.rule is not None else "",
        tuple(map(str, claim.ports)),
        claim.since,
    )


def _told(holder: Holder) -> str:
    head = tr("{mode} · {who}", mode=mode_word(holder.mode), who=tr("you") if holder.mine else holder.owner)
    what = holder.rule if holder.mode == "mesh" and holder.rule else tr("all traffic")
    if holder.ports:
        what = tr("{what}, ports {ports}", what=what, ports=", ".join(holder.ports))
    lines = [head, what]
    if holder.since:
        lines.append(tr("Since {time}", time=time.strftime("%Y-%m-%d %H:%M", time.localtime(holder.since))))
    if holder.health is None:
        lines.append(tr("Connect to see how well it goes."))
    else:
        lines.append(tr(_HEALTH_SENTENCES[holder.health], who=holder.superseded_by or tr("somebody else")))
    if holder.trouble:
        lines.append(holder.trouble)
    return "\n".join(lines)


def _spoken(holder: Holder) -> str:
    """For a screen reader."""
    mode = mode_word(holder.mode)
    if holder.health not in (None, Health.ACTIVE):
        return tr("{mode} by {who}, {health}", mode=mode, who=holder.who, health=health_word(holder.health))
    return tr("{mode} by {who}", mode=mode, who=holder.who)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text and not text.endswith(".") else text
