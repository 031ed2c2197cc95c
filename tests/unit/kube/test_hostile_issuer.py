"""An identity provider that means ill: its tokens and answers are a login that has expired, and no crash."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from app.domain.errors import ErrorCode, KubeferryError
from app.kube import oidc
from app.kube.dialer import Route
from app.kube.http_request import HttpFailure, fetch
from app.kube.oidc import expiry_of
from tests.unit.kube.fake_api import Request, Write, fake_api


def token(claims: bytes) -> str:
    return f"header.{base64.urlsafe_b64encode(claims).decode().rstrip('=')}.signature"


@pytest.mark.parametrize(
    "claims",
    [b'{"exp":1e300}', b'{"exp":1e15}', b'{"exp":-1e300}', b'{"x":' + b"[" * 50_000, b'{"exp":"\xff"}', b"\xff"],
)
def test_an_end_that_is_none(claims: bytes) -> None:
    assert expiry_of(token(claims)) is None


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe",
        b'{"x":' + b"[" * 100_000,
        b"[]",
        b'{"token_endpoint":7}',
        b'{"token_endpoint":"file:///etc/passwd"}',
    ],
)
async def test_an_answer_that_is_none(body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    async def answered(method: str, url: str, *_: object) -> bytes:
        asked.append(url)
        return body

    monkeypatch.setattr(oidc, "_fetch", answered)
    with pytest.raises(KubeferryError) as failure:
        await oidc.renew({"idp-issuer-url": "https://issuer", "client-id": "c"}, "the-refresh-token", "one", {})
    assert failure.value.code is ErrorCode.LOGIN_EXPIRED
    assert asked[0] == "https://issuer/.well-known/openid-configuration"
    assert "the-refresh-token" not in str(failure.value.detail)


@pytest.mark.parametrize("endpoint", ["http://issuer/token", "file:///etc/passwd", "ftp://x", "//x", ""])
async def test_a_token_goes_by_tls_alone(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = oidc._fetch
    asked: list[str] = []

    async def answered(method: str, url: str, *rest: Any) -> bytes:
        asked.append(method)
        if method == "GET":
            return json.dumps({"token_endpoint": endpoint}).encode()
        return await real(method, url, *rest)

    monkeypatch.setattr(oidc, "_fetch", answered)
    with pytest.raises(KubeferryError) as failure:
        await oidc.renew({"idp-issuer-url": "https://issuer", "client-id": "c"}, "the-refresh-token", "one", {})
    assert asked == ["GET", "POST"]
    assert failure.value.code is ErrorCode.LOGIN_EXPIRED


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed(status: int) -> None:
    async def redirecting(_: Request, write: Write) -> None:
        await write(f"HTTP/1.1 {status} X\r\nLocation: {elsewhere.url}/\r\nContent-Length: 0\r\n\r\n".encode())

    async with fake_api(redirecting) as elsewhere, fake_api(redirecting) as issuer:
        route = Route("127.0.0.1", issuer.port, None, None, None)
        with pytest.raises(HttpFailure):
            await fetch(route, "POST", "/token", [("Host", "x")], b"t", timeout_s=5)
        assert len(issuer.requests) == 1
        assert elsewhere.requests == []
