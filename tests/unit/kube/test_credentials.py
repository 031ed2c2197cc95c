from __future__ import annotations

import asyncio
import base64
import datetime
import json
import sys
from pathlib import Path

import pytest

from app.domain.errors import ErrorCode, KubeferryError
from app.kube.credentials import Login, impersonation_headers, renewal_time
from app.kube.kubeconfig import AuthProviderEntry, ExecEntry, UserEntry
from app.kube.oidc import expiry_of
from tests.unit.kube.fake_api import context_for

V1 = "client.authentication.k8s.io/v1"


def _login(user: UserEntry, **cluster: object) -> Login:
    return Login(context_for("https://api.example.com:6443", user, **cluster), {})


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


async def test_token_and_certificate_data() -> None:
    user = UserEntry(token="SECRET", client_certificate_data=_b64("CERT"), client_key_data=_b64("SECRETKEY"))
    access = await _login(user, certificate_authority_data=_b64("CA"), tls_server_name="n").access()
    endpoint = access.endpoint("kubeferry", "pod-1", 7070)
    assert endpoint.headers == (("Authorization", "Bearer SECRET"),)
    assert (endpoint.client_certificate_pem, endpoint.client_key_pem) == ("CERT", "SECRETKEY")
    assert (endpoint.ca_pem, endpoint.tls_server_name) == ("CA", "n")
    assert access.renew_at is None
    for shown in (repr(access), repr(endpoint), repr(user), str(access), f"{endpoint}"):
        assert "SECRET" not in shown


async def test_files(tmp_path: Path) -> None:
    for name in ("ca", "cert", "key"):
        (tmp_path / name).write_text(name.upper())
    user = UserEntry(client_certificate=f"{tmp_path}/cert", client_key=f"{tmp_path}/key")
    access = await _login(user, certificate_authority=f"{tmp_path}/ca").access()
    assert (access.ca_pem, access.certificate_pem, access.key_pem) == ("CA", "CERT", "KEY")


async def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(KubeferryError) as failure:
        await _login(UserEntry(token="t"), certificate_authority=f"{tmp_path}/no-ca").access()
    assert failure.value.code is ErrorCode.KUBECONFIG_INVALID
    assert f"{tmp_path}/no-ca" in failure.value.params["problem"]


async def test_certificate_without_key() -> None:
    with pytest.raises(KubeferryError) as failure:
        await _login(UserEntry(client_certificate_data=_b64("C"))).access()
    assert failure.value.code is ErrorCode.KUBECONFIG_INVALID


async def test_token_file_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("one\n")
    login = _login(UserEntry(token_file=str(path), token="static"))
    first = await login.access()
    assert first.headers == (("Authorization", "Bearer one"),)
    assert first.renew_at is not None
    path.write_text("two\n")
    assert await login.access() is first
    assert (await login.refresh(first)).headers == (("Authorization", "Bearer two"),)
    path.unlink()
    assert (await login.refresh()).headers == (("Authorization", "Bearer static"),)


async def test_basic() -> None:
    access = await _login(UserEntry(username="u", password="p:w")).access()
    assert access.headers == (("Authorization", f"Basic {_b64('u:p:w')}"),)


def test_impersonation() -> None:
    user = UserEntry(
        impersonate="eve",
        impersonate_uid="7",
        impersonate_groups=["a", "b"],
        impersonate_extra={"example.com/scope": ["x", "y"]},
    )
    assert impersonation_headers(user) == (
        ("Impersonate-User", "eve"),
        ("Impersonate-Uid", "7"),
        ("Impersonate-Group", "a"),
        ("Impersonate-Group", "b"),
        ("Impersonate-Extra-example.com%2Fscope", "x"),
        ("Impersonate-Extra-example.com%2Fscope", "y"),
    )
    assert impersonation_headers(UserEntry(impersonate_groups=["a"])) == ()


def _counting_plugin(counter: Path, lifetime_s: float) -> ExecEntry:
    script = (
        "import datetime,json,pathlib,sys;p=pathlib.Path(sys.argv[1]);n=int(p.read_text() or 0)+1;p.write_text(str(n));"
        "e=datetime.datetime.now(datetime.UTC)+datetime.timedelta(seconds=float(sys.argv[2]));"
        f"print(json.dumps(dict(apiVersion={V1!r},kind='ExecCredential',"
        "status=dict(token=f't{n}',expirationTimestamp=e.isoformat()))))"
    )
    counter.write_text("")
    return ExecEntry(command=sys.executable, api_version=V1, args=["-c", script, str(counter), str(lifetime_s)])


async def test_concurrent_callers_share_one_run(tmp_path: Path) -> None:
    counter = tmp_path / "count"
    login = _login(UserEntry(exec=_counting_plugin(counter, 3600)))
    accesses = await asyncio.gather(*(login.access() for _ in range(5)))
    assert len({id(access) for access in accesses}) == 1
    again = await asyncio.gather(*(login.refresh(accesses[0]) for _ in range(5)))
    assert len({id(access) for access in again}) == 1
    assert counter.read_text() == "2"


async def test_an_expiring_credential_is_renewed(tmp_path: Path) -> None:
    login = _login(UserEntry(exec=_counting_plugin(tmp_path / "count", -1)))
    assert (await login.access()).headers == (("Authorization", "Bearer t1"),)
    assert (await login.access()).headers == (("Authorization", "Bearer t2"),)


NOW = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)


@pytest.mark.parametrize(("lifetime_s", "renewed_after_s"), [(3600, 3540), (100, 80), (0, 0), (-5, -5)])
def test_renewal_time(lifetime_s: int, renewed_after_s: int) -> None:
    expires_at = NOW + datetime.timedelta(seconds=lifetime_s)
    assert renewal_time(expires_at, NOW) == NOW + datetime.timedelta(seconds=renewed_after_s)


def test_no_expiry_no_renewal() -> None:
    assert renewal_time(None, NOW) is None


@pytest.mark.parametrize("name", ["gcp", "azure"])
async def test_removed_auth_providers_are_named(name: str) -> None:
    with pytest.raises(KubeferryError) as failure:
        await _login(UserEntry(auth_provider=AuthProviderEntry(name))).access()
    assert failure.value.code is ErrorCode.KUBECONFIG_INVALID
    assert name in failure.value.params["problem"]


def _jwt(exp: float | None) -> str:
    claims = base64.urlsafe_b64encode(json.dumps({} if exp is None else {"exp": exp}).encode()).decode().rstrip("=")
    return f"header.{claims}.signature"


async def test_oidc_token_that_is_good() -> None:
    token = _jwt(4_000_000_000)
    access = await _login(UserEntry(auth_provider=AuthProviderEntry("oidc", {"id-token": token}))).access()
    assert access.headers == (("Authorization", f"Bearer {token}"),)
    assert access.renew_at is not None


@pytest.mark.parametrize("config", [{}, {"id-token": _jwt(1)}, {"id-token": _jwt(1), "refresh-token": "r"}])
async def test_oidc_that_cannot_be_renewed(config: dict[str, str]) -> None:
    with pytest.raises(KubeferryError) as failure:
        await _login(UserEntry(auth_provider=AuthProviderEntry("oidc", config))).access()
    assert failure.value.code is ErrorCode.LOGIN_EXPIRED


@pytest.mark.parametrize(
    ("token", "expected"),
    [(_jwt(0), datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)), (_jwt(None), None), ("a.b", None), ("a.%.c", None)],
)
def test_expiry_of_a_jwt(token: str, expected: datetime.datetime | None) -> None:
    assert expiry_of(token) == expected


async def test_a_bad_proxy_url_is_the_kubeconfigs_fault() -> None:
    with pytest.raises(KubeferryError) as failure:
        await _login(UserEntry(token="t"), proxy_url="gopher://p").access()
    assert failure.value.code is ErrorCode.KUBECONFIG_INVALID
