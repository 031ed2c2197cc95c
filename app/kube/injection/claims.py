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
from app.domain.intercepts import Claim
from app.domain.workload import WorkloadRef
from helper.cluster.injection.record import CLAIMS

MAX_BYTES = 128 << 10
"""All annotations of an object together may have 256 KiB."""


def read_claims(ref: WorkloadRef, workload: dict[str, Any]) -> tuple[Claim, ...]:
    """In the order in which they were written. Raises KubeferryError (CLAIMS_UNREADABLE)."""
    text = (workload["metadata"].get("annotations") or {}).get(CLAIMS)
    if text is None:
        return ()
    try:
        return msgspec.json.decode(text, type=tuple[Claim, ...])
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        problem = f"its annotation {CLAIMS} is not one that this Kubeferry wrote"
        raise _unreadable(ref, problem, detail=str(error)) from error


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
