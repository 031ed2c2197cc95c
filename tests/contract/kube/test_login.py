from __future__ import annotations

import asyncio
import base64
import json
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
import uvloop

from app.domain.errors import ErrorCode, KubeferryError
from app.kube.api import ApiClient
from app.kube.credentials import Login
from app.kube.kubeconfig import ExecEntry, UserEntry
from tests.contract.kube.cluster import (
    admin_certificate,
    admin_client,
    admin_context,
    login_as,
    service_account_token,
    temporary_namespace,
)
from tests.contract.kube.proxies import Proxy, http_proxy, socks5_proxy
from tests.unit.kube.certificates import self_signed

PODS = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}]
V1 = "client.authentication.k8s.io/v1"


@pytest_asyncio.fixture
async def space() -> AsyncIterator[tuple[str, str]]:
    """A namespace, and the token of one who may list its pods."""
    async with admin_client() as api, temporary_namespace(api) as namespace:
        yield namespace, await service_account_token(api, namespace, "lister", PODS)


async def _list_pods(login: Login, namespace: str) -> None:
    async with ApiClient(login) as api:
        await api.list_all(f"/api/v1/namespaces/{namespace}/pods")


def _exec(answer: dict[str, str]) -> UserEntry:
    text = json.dumps({"apiVersion": V1, "kind": "ExecCredential", "status": answer})
    return UserEntry(exec=ExecEntry(command=sys.executable, api_version=V1, args=["-c", f"print({text!r})"]))


async def test_token_token_file_and_exec_plugin(space: tuple[str, str], tmp_path: Path) -> None:
    namespace, token = space
    path = tmp_path / "token"
    path.write_text(f"{token}\n")
    for user in (UserEntry(token=token), UserEntry(token_file=str(path)), _exec({"token": token})):
        await _list_pods(login_as(user), namespace)


async def test_exec_plugin_with_a_certificate() -> None:
    certificate, key = admin_certificate()
    user = _exec({"clientCertificateData": certificate, "clientKeyData": key})
    await _list_pods(login_as(user), "default")


async def test_a_missing_right_is_named(space: tuple[str, str]) -> None:
    namespace, token = space
    async with ApiClient(login_as(UserEntry(token=token))) as api:
        with pytest.raises(KubeferryError) as failure:
            await api.list_all(f"/api/v1/namespaces/{namespace}/secrets")
    assert failure.value.code is ErrorCode.API_FORBIDDEN
    assert dict(failure.value.params) == {"verb": "list", "resource": "secrets", "namespace": namespace}


@pytest.mark.parametrize("user", [UserEntry(token="invalid"), UserEntry(username="u", password="p")])
async def test_a_login_that_is_not_accepted(user: UserEntry) -> None:
    with pytest.raises(KubeferryError) as failure:
        await _list_pods(login_as(user), "default")
    assert failure.value.code is ErrorCode.LOGIN_EXPIRED


async def test_impersonation(space: tuple[str, str]) -> None:
    namespace, _ = space
    admin = admin_context()
    user = UserEntry(
        client_certificate_data=admin.user.client_certificate_data,
        client_key_data=admin.user.client_key_data,
        impersonate=f"system:serviceaccount:{namespace}:lister",
        impersonate_groups=["system:authenticated", "system:serviceaccounts"],
    )
    await _list_pods(login_as(user), namespace)
    with pytest.raises(KubeferryError) as failure:
        await _list_pods(login_as(user), "default")
    assert failure.value.code is ErrorCode.API_FORBIDDEN
    assert f"system:serviceaccount:{namespace}:lister" in failure.value.detail


async def test_tls_server_name() -> None:
    user = admin_context().user
    await _list_pods(login_as(user, tls_server_name="kubernetes.default.svc"), "default")
    with pytest.raises(KubeferryError) as failure:
        await _list_pods(login_as(user, tls_server_name="other.example.com"), "default")
    assert failure.value.code is ErrorCode.API_TLS_UNTRUSTED


async def test_the_systems_authorities_do_not_know_the_cluster() -> None:
    user = admin_context().user
    unknown = {"certificate_authority_data": None, "certificate_authority": None}
    with pytest.raises(KubeferryError) as failure:
        await _list_pods(login_as(user, **unknown), "default")
    assert failure.value.code is ErrorCode.API_TLS_UNTRUSTED
    await _list_pods(login_as(user, **unknown, insecure_skip_tls_verify=True), "default")


async def test_nobody_answers_there() -> None:
    user = admin_context().user
    for server, problem in (
        ("https://127.0.0.1:1", "connection refused"),
        ("https://kubeferry.invalid", "its name cannot be resolved"),
    ):
        with pytest.raises(KubeferryError) as failure:
            await _list_pods(login_as(user, server=server), "default")
        assert failure.value.code is ErrorCode.API_UNREACHABLE
        assert failure.value.params["problem"] == problem


async def test_a_server_without_tls() -> None:
    async with socks5_proxy() as other:
        with pytest.raises(KubeferryError) as failure:
            await _list_pods(login_as(admin_context().user, server=f"https://127.0.0.1:{other.port}"), "default")
    assert failure.value.code is ErrorCode.API_UNREACHABLE


LOOPS: list[Callable[[Coroutine[Any, Any, None]], None]] = [asyncio.run, uvloop.run]
"""TLS inside TLS is where event loops differ."""


def _target() -> str:
    return urlsplit(admin_context().server_url).netloc


async def _through(scheme: str, proxy: AbstractAsyncContextManager[Proxy], credentials: str = "") -> None:
    async with proxy as running:
        url = f"{scheme}://{credentials}127.0.0.1:{running.port}"
        await _list_pods(login_as(admin_context().user, proxy_url=url), "default")
        assert running.targets == [_target()]
        environ = {"HTTPS_PROXY": url}
        await _list_pods(login_as(admin_context().user, environ=environ), "default")
        assert running.targets == [_target()] * 2


@pytest.mark.parametrize("run", LOOPS)
def test_http_proxy_with_password(run: Callable[[Coroutine[Any, Any, None]], None]) -> None:
    authorization = f"Basic {base64.b64encode(b'us er:p@ss').decode()}"
    run(_through("http", http_proxy(authorization=authorization), "us%20er:p%40ss@"))


@pytest.mark.parametrize("run", LOOPS)
def test_socks5(run: Callable[[Coroutine[Any, Any, None]], None]) -> None:
    run(_through("socks5", socks5_proxy()))


@pytest.mark.parametrize("run", LOOPS)
def test_https_proxy(
    run: Callable[[Coroutine[Any, Any, None]], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = self_signed(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    run(_through("https", http_proxy(tls=context)))


async def test_a_proxy_that_refuses_is_told_without_its_password() -> None:
    async with http_proxy(authorization="Basic other") as proxy:
        url = f"http://user:SECRET@127.0.0.1:{proxy.port}"
        with pytest.raises(KubeferryError) as failure:
            await _list_pods(login_as(admin_context().user, proxy_url=url), "default")
    assert failure.value.code is ErrorCode.PROXY_FAILED
    assert "407" in failure.value.params["problem"]
    assert "SECRET" not in str(failure.value)


@pytest.mark.parametrize("scheme", ["http", "https", "socks5"])
async def test_no_proxy_there(scheme: str) -> None:
    with pytest.raises(KubeferryError) as failure:
        await _list_pods(login_as(admin_context().user, proxy_url=f"{scheme}://127.0.0.1:1"), "default")
    assert failure.value.code is ErrorCode.PROXY_FAILED
    assert failure.value.params["proxy"] == f"{scheme}://127.0.0.1:1"
