"""Whose the workload's traffic is, as written at the workload itself: a list of Claims in an annotation.

It outlives laptops and managers, everybody who may see the workload can read it, and it changes in one step with the
workload: of two people who write at the same time one is told.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable
from typing import Any

import msgspec

from app.domain.errors import ErrorCode, KubeferryError
from app.domain.intercepts import Claim, HttpRule
from app.domain.workload import WorkloadRef
from helper.cluster.injection.record import CLAIMS

MAX_BYTES = 128 << 10
"""All annotations of an object together may have 256 KiB."""

MAX_SINCE = 1e11
"""Seconds since the epoch: the year 5138, as on the wire."""

MAX_TEXT, MAX_HEADERS, MAX_PORTS, MAX_PORT = 1024, 16, 64, 65535


def read_claims(ref: WorkloadRef, workload: dict[str, Any]) -> tuple[Claim, ...]:
    """In the order in which they were written. Raises KubeferryError (CLAIMS_UNREADABLE)."""
    text = (workload["metadata"].get("annotations") or {}).get(CLAIMS)
    if text is None:
        return ()
    try:
        claims: tuple[Claim, ...] = msgspec.json.decode(text, type=tuple[Claim, ...])
        _require_bounds(claims)
    except (msgspec.DecodeError, UnicodeError, RecursionError, _OutOfBounds) as error:
        problem = f"its annotation {CLAIMS} is not one that this Kubeferry wrote"
        raise _unreadable(ref, problem, detail=str(error)) from error
    return claims


class _OutOfBounds(Exception):
    """What no Kubeferry writes: a calendar would not know the moment, or a matcher would need long."""


def _require_bounds(claims: tuple[Claim, ...]) -> None:
    """Anybody who may change the workload wrote this, and everybody's programs read it. Raises _OutOfBounds."""
    for claim in claims:
        if not 0 <= claim.since <= MAX_SINCE or len(claim.ports) > MAX_PORTS:
            raise _OutOfBounds("a moment or ports beyond all measure")
        if any(not 0 < port <= MAX_PORT for one in claim.ports for port in (one.remote, one.local)):
            raise _OutOfBounds("a port that is none")
        rule = claim.rule or HttpRule()
        texts = [claim.intercept_id, claim.owner_id, claim.owner, rule.path]
        texts += [text for header in rule.headers for text in (header.name, header.value)]
        if len(rule.headers) > MAX_HEADERS or any(len(text) > MAX_TEXT for text in texts):
            raise _OutOfBounds("a rule beyond all measure")


def with_claims(ref: WorkloadRef, workload: dict[str, Any], claims: Iterable[Claim]) -> dict[str, Any]:
    """The workload with these claims alone; without the annotation, and without a key for it, when there are none.
    The object given is not changed. Raises KubeferryError when they are too many to be written down."""
    written = tuple(claims)
    changed = copy.deepcopy(workload)
    metadata = changed["metadata"]
    annotations = metadata.get("annotations")
    if written:
        text = msgspec.json.encode(written).decode()
        if len(text.encode()) > MAX_BYTES:
            raise _unreadable(ref, f"{len(written)} of them do not fit into its annotation any more")
        metadata["annotations"] = {**(annotations or {}), CLAIMS: text}
    elif annotations is not None and CLAIMS in annotations:
        del annotations[CLAIMS]
        if not annotations:
            del metadata["annotations"]
    return changed


def with_claim(claims: Iterable[Claim], claim: Claim, *, without: Collection[str] = ()) -> tuple[Claim, ...]:
    """`claim` in place of the one with its id, or after the others. `without`: ids of claims to leave out."""
    kept = tuple(one for one in claims if one.intercept_id not in without)
    if any(one.intercept_id == claim.intercept_id for one in kept):
        return tuple(claim if one.intercept_id == claim.intercept_id else one for one in kept)
    return (*kept, claim)


def _unreadable(ref: WorkloadRef, problem: str, detail: str = "") -> KubeferryError:
    return KubeferryError(
        ErrorCode.CLAIMS_UNREADABLE, workload=str(ref), namespace=ref.namespace, problem=problem, detail=detail
    )
