"""The legacy `auth-provider: oidc`: an ID token in the kubeconfig, renewed with its refresh token.

Not the kubernetes library's own (kubernetes.aio.config.openid): it does not verify the issuer's certificate unless
an authority is configured. A renewed token lives in memory only: unlike kubectl, nothing is written to the file, so
an issuer that rotates refresh tokens asks for a new login later.
"""

from __future__ import annotations

import base64
import binascii
import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import msgspec

from app.domain.errors import ErrorCode, KubeferryError
from app.kube.dialer import Route
from app.kube.http_request import HttpFailure, fetch
from app.kube.kubeconfig import decode_data
from app.kube.proxy_choice import choose_proxy
from app.kube.tls import client_tls_context

EXPIRY_MARGIN = datetime.timedelta(seconds=10)
"""As kubectl (client-go, plugin/pkg/client/auth/oidc)."""

OIDC_TIMEOUT_S = 15.0


@dataclass(frozen=True)
class OidcTokens:
    id_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_at: datetime.datetime | None


class _WellKnown(msgspec.Struct, frozen=True):
    token_endpoint: str


class _Renewed(msgspec.Struct, frozen=True):
    id_token: str
    refresh_token: str | None = None


class _Claims(msgspec.Struct, frozen=True):
    exp: float | None = None


def tokens_of(config: Mapping[str, str]) -> OidcTokens | None:
    """What the kubeconfig holds, None without an ID token."""
    token = config.get("id-token")
    return OidcTokens(token, config.get("refresh-token"), expiry_of(token)) if token else None


def expiry_of(token: str) -> datetime.datetime | None:
    """`exp` of a JWT; the signature is the API server's business."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = msgspec.json.decode(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)), type=_Claims)
        return None if claims.exp is None else datetime.datetime.fromtimestamp(claims.exp, datetime.UTC)
    except (binascii.Error, ValueError, OverflowError, msgspec.DecodeError, RecursionError):
        return None


def is_fresh(tokens: OidcTokens, now: datetime.datetime) -> bool:
    return tokens.expires_at is None or tokens.expires_at - EXPIRY_MARGIN > now


async def renew(
    config: Mapping[str, str], refresh_token: str | None, context: str, environ: Mapping[str, str]
) -> OidcTokens:
    """Asks the issuer for a new ID token. Raises KubeferryError LOGIN_EXPIRED."""
    issuer, client_id = config.get("idp-issuer-url"), config.get("client-id")
    if not refresh_token or not issuer or not client_id:
        raise KubeferryError(
            ErrorCode.LOGIN_EXPIRED, context=context, detail="oidc: no refresh-token, idp-issuer-url or client-id"
        )
    try:
        known_url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
        known = msgspec.json.decode(await _fetch("GET", known_url, config, environ), type=_WellKnown)
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token, "client_id": client_id}
        if config.get("client-secret"):
            form["client_secret"] = config["client-secret"]
        answer = await _fetch("POST", known.token_endpoint, config, environ, urlencode(form).encode())
        renewed = msgspec.json.decode(answer, type=_Renewed)
    except (HttpFailure, OSError) as error:
        raise KubeferryError(ErrorCode.LOGIN_EXPIRED, context=context, detail=f"oidc: {error}") from error
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        detail = f"oidc: the issuer's answer is not understood ({type(error).__name__})"
        raise KubeferryError(ErrorCode.LOGIN_EXPIRED, context=context, detail=detail) from None
    return OidcTokens(renewed.id_token, renewed.refresh_token or refresh_token, expiry_of(renewed.id_token))


async def _fetch(
    method: str, url: str, config: Mapping[str, str], environ: Mapping[str, str], form: bytes | None = None
) -> bytes:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise HttpFailure("the issuer's address is not https")
    tls = client_tls_context(ca_pem=_authority(config))
    route = Route(parts.hostname, parts.port or 443, tls, None, choose_proxy(url, None, environ))
    headers = [("Host", parts.netloc.rpartition("@")[2]), ("Accept", "application/json")]
    if form is not None:
        headers.append(("Content-Type", "application/x-www-form-urlencoded"))
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    return await fetch(route, method, target or "/", headers, form, timeout_s=OIDC_TIMEOUT_S)


def _authority(config: Mapping[str, str]) -> str | None:
    if config.get("idp-certificate-authority-data"):
        return decode_data(config["idp-certificate-authority-data"], "idp-certificate-authority-data")
    path = config.get("idp-certificate-authority")
    return Path(path).read_text() if path else None
