"""Intercepts in words for a terminal."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from app.session import intercept_messages as im

_HEADINGS = ("WORKLOAD", "NAMESPACE", "RULE", "PORTS", "OWNER", "AGE", "HEALTH")
_MAX_RULE = 48


def duration(seconds: float) -> str:
    whole = max(0, int(seconds))
    hours, minutes = divmod(whole // 60, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {whole % 60} s" if minutes else f"{whole} s"


def intercept_table(intercepts: Iterable[im.InterceptInfo], now: float | None = None) -> list[str]:
    """Own ones first, then the others', each oldest first. Empty when there are none."""
    now = time.time() if now is None else now
    ordered = sorted(intercepts, key=lambda one: (not one.mine, one.since, one.intercept_id))
    if not ordered:
        return []
    rows = [_HEADINGS, *(_row(one, now) for one in ordered)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    return ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def health_words(one: im.InterceptInfo) -> str:
    counts = f"{one.applied} of {one.sidecars} sidecars"
    match one.health:
        case im.InterceptHealth.ACTIVE:
            words = "active"
        case im.InterceptHealth.WAITING:
            words = "waiting for sidecars"
        case im.InterceptHealth.PARTIAL:
            words = f"partial, {counts}"
        case im.InterceptHealth.ABSENT:
            words = "absent: traffic goes its normal way"
        case im.InterceptHealth.SUPERSEDED:
            words = f"taken over by {one.superseded_by or 'somebody'}"
        case im.InterceptHealth.REMOVED:
            words = "removed from the workload"
    return f"{words} ({one.trouble})" if one.trouble else words


def in_force_lines(done: im.InterceptDone) -> list[str]:
    """What happens from now on."""
    one = done.intercept
    pods = f"{done.pods} pod{'' if done.pods == 1 else 's'}"
    ports = port_words(one.ports)
    told = f", {'port' if len(one.ports) == 1 else 'ports'} {ports}" if ports else ""
    if one.mode == "mesh":
        what = f"{one.workload}: requests with {one.rule} come to this machine{told} ({pods})."
        what += " Everything else goes its normal way."
    elif one.other_ports:
        others = ", other ports as they are" if ports else ", every port as it is"
        what = f"{one.workload}: all traffic comes to this machine{told}{others} ({pods})."
    else:
        what = f"{one.workload}: traffic comes to this machine{told} ({pods}). Other ports go their normal way."
    lines = [what]
    if done.lost_to_us:
        lines.append(f"Taken over from {' and '.join(done.lost_to_us)}.")
    if not done.pods:
        lines.append("It has no pods at the moment; new ones will be part of it.")
    elif one.health is not im.InterceptHealth.ACTIVE:
        lines.append(f"It is not in force everywhere yet: {health_words(one)}; `kubeferry status` tells.")
    return lines


def port_words(ports: Sequence[str]) -> str:
    """ "9080 -> 8080" where the two differ, else one number."""
    pairs = [port.partition(":") for port in ports]
    return ", ".join(remote if remote == local else f"{remote} -> {local}" for remote, _, local in pairs)


def restored_line(one: im.Restored) -> str:
    """Of one that has no problem."""
    if one.sidecar_removed:
        return f"{one.workload} in {one.namespace}: as it was before."
    if one.others:
        return f"{one.workload} in {one.namespace}: done; its sidecar stays for {one.others} more."
    return f"{one.workload} in {one.namespace}: nothing was left to restore."


def _row(one: im.InterceptInfo, now: float) -> tuple[str, ...]:
    rule = one.rule if one.mode == "mesh" else "everything" if one.other_ports else "everything on its ports"
    if len(rule) > _MAX_RULE:
        rule = rule[: _MAX_RULE - 1] + "…"
    owner = f"{one.owner} (you)" if one.mine else one.owner
    age = duration(now - one.since)
    return one.workload, one.namespace, rule, port_words(one.ports) or "all", owner, age, health_words(one)
