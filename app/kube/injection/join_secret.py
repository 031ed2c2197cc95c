"""The Secret beside a workload that lets its sidecars in at the manager: token, pinned certificate, and where it is."""

from __future__ import annotations

import base64
from typing import Any

import msgspec

from app.domain.workload import WorkloadRef
from app.kube.api import MERGE_PATCH, ApiClient
from app.kube.api_errors import ApiError
from app.kube.manager_manifest import MANAGED_BY, MANAGED_BY_LABEL
from app.kube.unbroken import unbroken
from app.kube.workload_paths import api_version
from helper.cluster.api import SIDECAR_PORT
from helper.cluster.injection import record
from helper.cluster.injection.record import INJECTION_ID
from helper.protocol.intercepts import JoinConfig, JoinTicket, Workload


def secret_name(ref: WorkloadRef, injection_id: str) -> str:
    return record.secret_name(ref.kind, ref.name, injection_id)


def join_data(
    ref: WorkloadRef, injection_id: str, ticket: JoinTicket, manager_addresses: tuple[str, ...]
) -> dict[str, str]:
    workload = Workload(str(ref.kind), ref.namespace, ref.name)
    config = JoinConfig(manager_addresses, SIDECAR_PORT, workload, injection_id)
    entries = {
        "token": ticket.token.encode(),
        "manager.crt": ticket.certificate_pem.encode(),
        "join.json": msgspec.json.encode(config),
    }
    return {name: base64.b64encode(value).decode() for name, value in entries.items()}


async def create_join_secret(
    api: ApiClient, ref: WorkloadRef, owner: dict[str, Any] | None, injection_id: str, name: str, data: dict[str, str]
) -> None:
    """`owner`: the workload's object; with it the Secret goes. None for a pod that is about to be made anew: see
    `give_to`. The name is of one injection: it is not there yet."""
    metadata: dict[str, Any] = {
        "name": name,
        "namespace": ref.namespace,
        "labels": {MANAGED_BY_LABEL: MANAGED_BY, "app.kubernetes.io/component": "sidecar", INJECTION_ID: injection_id},
    }
    if owner is not None:
        metadata["ownerReferences"] = [_owner_reference(ref, owner)]
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "Opaque", "data": data}
    await unbroken(api.create(_path(ref), secret))


async def give_to(api: ApiClient, ref: WorkloadRef, owner: dict[str, Any], name: str) -> None:
    """To a pod that was made anew: with the one of before the Secret would go."""
    metadata = {"ownerReferences": [_owner_reference(ref, owner)]}
    await api.patch(f"{_path(ref)}/{name}", {"metadata": metadata}, content_type=MERGE_PATCH)


async def renew_join_secret(api: ApiClient, ref: WorkloadRef, name: str, data: dict[str, str]) -> bool:
    """Did it say something else? The sidecars read it anew within a minute or so: the kubelet brings it to them."""
    try:
        found = await api.get(f"{_path(ref)}/{name}")
    except ApiError as error:
        if error.not_found:
            return False
        raise
    if (found.get("data") or {}) == data:
        return False
    await api.patch(f"{_path(ref)}/{name}", {"data": data}, content_type=MERGE_PATCH)
    return True


async def delete_join_secret(api: ApiClient, ref: WorkloadRef, name: str) -> None:
    try:
        await api.delete(f"{_path(ref)}/{name}")
    except ApiError as error:
        if not error.not_found:
            raise


def _owner_reference(ref: WorkloadRef, owner: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": api_version(ref.kind),
        "kind": str(ref.kind),
        "name": ref.name,
        "uid": owner["metadata"]["uid"],
        "blockOwnerDeletion": False,
        "controller": False,
    }


def _path(ref: WorkloadRef) -> str:
    return f"/api/v1/namespaces/{ref.namespace}/secrets"
