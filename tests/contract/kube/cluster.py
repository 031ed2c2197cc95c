"""The real cluster of these tests, and ways to be somebody else in it."""

from __future__ import annotations

import base64
import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.kube.api import ApiClient
from app.kube.contexts import ClusterContext, load_kubeconfig
from app.kube.credentials import Login
from app.kube.kubeconfig import ClusterEntry, UserEntry

DEFAULT_KUBECONFIG = "/var/lib/testcluster/kubeconfig"
BASE_IMAGE = "testcluster.local/base:1"


def admin_context() -> ClusterContext:
    path = os.environ.get("KUBEFERRY_E2E_KUBECONFIG") or os.environ.get("KUBECONFIG") or DEFAULT_KUBECONFIG
    if not Path(path).exists():
        pytest.skip(f"NO CLUSTER: {path} is not there (start the kit's cluster, or set KUBEFERRY_E2E_KUBECONFIG)")
    return load_kubeconfig({"KUBECONFIG": path}).select()


def login_as(
    user: UserEntry, *, server: str | None = None, environ: dict[str, str] | None = None, **cluster: Any
) -> Login:
    """To the same cluster as another user, with some of the cluster's fields changed."""
    admin = admin_context()
    changed: ClusterEntry = msgspec.structs.replace(admin.cluster, **cluster)
    context = ClusterContext(
        name="other",
        namespace="default",
        cluster=changed,
        user=user,
        server_url=server or admin.server_url,
        path=admin.path,
    )
    return Login(context, environ or dict(os.environ))


@asynccontextmanager
async def admin_client() -> AsyncIterator[ApiClient]:
    async with ApiClient(Login(admin_context(), dict(os.environ))) as api:
        yield api


@asynccontextmanager
async def temporary_namespace(api: ApiClient, labels: dict[str, str] | None = None) -> AsyncIterator[str]:
    """Deleted at the end, without waiting for that (the namespace controller takes 5 s and more)."""
    name = f"kube-contract-{uuid.uuid4().hex[:8]}"
    metadata = {"name": name, "labels": labels or {}}
    await api.create("/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    try:
        yield name
    finally:
        await api.delete(f"/api/v1/namespaces/{name}")


async def service_account_token(api: ApiClient, namespace: str, name: str, rules: list[dict[str, Any]]) -> str:
    """A new ServiceAccount with exactly these rights in its namespace. The shortest life that is granted: 10 min."""
    accounts = f"/api/v1/namespaces/{namespace}/serviceaccounts"
    rbac = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}"
    await api.create(accounts, {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name}})
    group = "rbac.authorization.k8s.io"
    role = {"apiVersion": f"{group}/v1", "kind": "Role", "metadata": {"name": name}, "rules": rules}
    await api.create(f"{rbac}/roles", role)
    binding = {
        "apiVersion": f"{group}/v1",
        "kind": "RoleBinding",
        "metadata": {"name": name},
        "roleRef": {"apiGroup": group, "kind": "Role", "name": name},
        "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": namespace}],
    }
    await api.create(f"{rbac}/rolebindings", binding)
    request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": 600}}
    answer = await api.create(f"{accounts}/{name}/token", request)
    return str(answer["status"]["token"])


def admin_certificate() -> tuple[str, str]:
    """The administrator's certificate and key as PEM."""
    user = admin_context().user
    if user.client_certificate_data is None or user.client_key_data is None:
        pytest.skip("the cluster's kubeconfig has no client certificate")
    return base64.b64decode(user.client_certificate_data).decode(), base64.b64decode(user.client_key_data).decode()
