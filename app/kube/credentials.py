"""From a kubeconfig context to what a request needs: `Login` obtains and renews, `ApiAccess` is one state of it.

Nothing secret is written to disk, logged or part of a repr.
"""

from __future__ import annotations

import asyncio
import base64
import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from app.domain.errors import ErrorCode, KubeferryError
from app.kube.contexts import ClusterContext
from app.kube.dialer import Route
from app.kube.exec_plugin import EXEC_TIMEOUT_S, run_exec_plugin
from app.kube.kubeconfig import AuthProviderEntry, UserEntry, decode_data
from app.kube.proxy_choice import choose_proxy
from app.kube.tls import client_tls_context
from helper.protocol.worker_messages import Endpoint

if TYPE_CHECKING:
    from app.kube.oidc import OidcTokens

TOKEN_FILE_PERIOD = datetime.timedelta(seconds=60)
"""How long a token file's content is believed, as in client-go (transport/token_source.go)."""

RENEW_MARGIN = datetime.timedelta(seconds=60)
RENEW_FRACTION = 0.2
"""A credential is renewed one minute, but at most a fifth of its remaining life, before it expires."""


@dataclass(frozen=True)
class ApiAccess:
    """How to reach an API server as its user, now. `headers` has Authorization and Impersonate-*."""

    context: str
    namespace: str
    server_url: str
    ca_pem: str | None = field(repr=False)
    tls_server_name: str | None
    insecure_skip_tls_verify: bool
    proxy_url: str | None = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    certificate_pem: str | None = field(repr=False)
    key_pem: str | None = field(repr=False)
    renew_at: datetime.datetime | None = None
    """When `Login.access` will give a newer one; whoever holds a copy (the worker) wants that one then."""

    def endpoint(self, namespace: str, pod: str, port: int) -> Endpoint:
        return Endpoint(
            server_url=self.server_url,
            namespace=namespace,
            pod=pod,
            port=port,
            ca_pem=self.ca_pem,
            client_certificate_pem=self.certificate_pem,
            client_key_pem=self.key_pem,
            headers=self.headers,
            tls_server_name=self.tls_server_name,
            insecure_skip_tls_verify=self.insecure_skip_tls_verify,
            proxy_url=self.proxy_url,
        )

    def route(self) -> Route:
        """Raises ssl.SSLError when a certificate or key is not one."""
        parts = urlsplit(self.server_url)
        tls = None
        if parts.scheme == "https":
            tls = client_tls_context(
                ca_pem=self.ca_pem,
                certificate_pem=self.certificate_pem,
                key_pem=self.key_pem,
                insecure_skip_verify=self.insecure_skip_tls_verify,
            )
        port = parts.port or (80 if tls is None else 443)
        return Route(parts.hostname or "", port, tls, self.tls_server_name, self.proxy_url)


@dataclass(frozen=True)
class _Secrets:
    authorization: str | None = field(default=None, repr=False)
    certificate_pem: str | None = field(default=None, repr=False)
    key_pem: str | None = field(default=None, repr=False)
    expires_at: datetime.datetime | None = None
    renew_at: datetime.datetime | None = None


class Login:
    """The user's credentials for one context. Concurrent callers share one run of a login command."""

    def __init__(
        self, context: ClusterContext, environ: Mapping[str, str], *, exec_timeout_s: float = EXEC_TIMEOUT_S
    ) -> None:
        self.context = context
        self._environ = environ
        self._exec_timeout_s = exec_timeout_s
        self._lock = asyncio.Lock()
        self._access: ApiAccess | None = None
        self._oidc: OidcTokens | None = None

    async def access(self) -> ApiAccess:
        """Renewed when due. Raises KubeferryError."""
        current = self._access
        if current is not None and (current.renew_at is None or current.renew_at > _now()):
            return current
        return await self._renew(current)

    async def refresh(self, refused: ApiAccess | None = None) -> ApiAccess:
        """Obtained anew, as after a 401. With `refused`, only if nobody else has done so meanwhile."""
        return await self._renew(refused if refused is not None else self._access, forced=True)

    async def _renew(self, known: ApiAccess | None, *, forced: bool = False) -> ApiAccess:
        async with self._lock:
            if self._access is not None and self._access is not known:
                return self._access
            secrets = await self._obtain(forced=forced)
            self._access = self._assemble(secrets)
            return self._access

    def _assemble(self, secrets: _Secrets) -> ApiAccess:
        context, cluster, user = self.context, self.context.cluster, self.context.user
        headers = [("Authorization", secrets.authorization)] if secrets.authorization else []
        ca_pem = self._pem(cluster.certificate_authority_data, cluster.certificate_authority, "certificate-authority")
        try:
            proxy_url = choose_proxy(context.server_url, cluster.proxy_url, self._environ)
        except ValueError as error:
            raise self._invalid(str(error)) from None
        return ApiAccess(
            context=context.name,
            namespace=context.namespace,
            server_url=context.server_url,
            ca_pem=ca_pem,
            tls_server_name=cluster.tls_server_name or None,
            insecure_skip_tls_verify=cluster.insecure_skip_tls_verify,
            proxy_url=proxy_url,
            headers=(*headers, *impersonation_headers(user)),
            certificate_pem=secrets.certificate_pem,
            key_pem=secrets.key_pem,
            renew_at=secrets.renew_at,
        )

    async def _obtain(self, *, forced: bool) -> _Secrets:
        """In the order of client-go: a certificate may stand beside any of the rest; a token goes before a password."""
        user = self.context.user
        certificate = self._pem(user.client_certificate_data, user.client_certificate, "client-certificate")
        key = self._pem(user.client_key_data, user.client_key, "client-key")
        if (certificate is None) != (key is None):
            raise self._invalid("the user has a client-certificate without client-key, or the other way round")
        static = _Secrets(certificate_pem=certificate, key_pem=key)
        if user.token_file or user.token:
            return self._with_token(user, static)
        if user.username:
            pair = base64.b64encode(f"{user.username}:{user.password or ''}".encode()).decode()
            return _Secrets(f"Basic {pair}", certificate, key)
        if user.exec is not None:
            return await self._with_plugin(user, static)
        if user.auth_provider is not None:
            return await self._with_provider(user.auth_provider, static, forced=forced)
        return static

    def _with_token(self, user: UserEntry, static: _Secrets) -> _Secrets:
        token, renew_at = user.token, None
        if user.token_file:
            read = self._read(user.token_file, "tokenFile", required=not token)
            token = (read or "").strip() or token
            renew_at = _now() + TOKEN_FILE_PERIOD
        return _Secrets(f"Bearer {token}", static.certificate_pem, static.key_pem, None, renew_at)

    async def _with_plugin(self, user: UserEntry, static: _Secrets) -> _Secrets:
        if user.exec is None:
            return static
        cluster = self.context.cluster
        ca_pem = self._pem(cluster.certificate_authority_data, cluster.certificate_authority, "certificate-authority")
        given = await run_exec_plugin(
            user.exec, cluster, self.context.server_url, ca_pem, self._environ, timeout_s=self._exec_timeout_s
        )
        return _Secrets(
            authorization=f"Bearer {given.token}" if given.token else None,
            certificate_pem=given.certificate_pem or static.certificate_pem,
            key_pem=given.key_pem or static.key_pem,
            expires_at=given.expires_at,
            renew_at=renewal_time(given.expires_at, _now()),
        )

    async def _with_provider(self, provider: AuthProviderEntry, static: _Secrets, *, forced: bool) -> _Secrets:
        if provider.name != "oidc":
            raise self._invalid(
                f"auth-provider {provider.name!r} was removed from Kubernetes 1.26; "
                "use the provider's login command (exec plugin), as `kubelogin` or `gke-gcloud-auth-plugin`"
            )
        from app.kube import oidc

        config = provider.config or {}
        tokens = self._oidc or oidc.tokens_of(config)
        if tokens is None or forced or not oidc.is_fresh(tokens, _now()):
            refresh_token = config.get("refresh-token") if tokens is None else tokens.refresh_token
            tokens = await oidc.renew(config, refresh_token, self.context.name, self._environ)
        self._oidc = tokens
        renew_at = renewal_time(tokens.expires_at, _now())
        return _Secrets(f"Bearer {tokens.id_token}", static.certificate_pem, static.key_pem, None, renew_at)

    def _pem(self, data: str | None, path: str | None, field_name: str) -> str | None:
        """`…-data` goes before the file."""
        if data:
            try:
                return decode_data(data, f"{field_name}-data")
            except ValueError as error:
                raise self._invalid(str(error)) from None
        return self._read(path, field_name) if path else None

    def _read(self, path: str, field_name: str, *, required: bool = True) -> str | None:
        try:
            with open(path, encoding="utf-8") as file:
                return file.read()
        except (OSError, UnicodeDecodeError) as error:
            if not required:
                return None
            problem = error.strerror if isinstance(error, OSError) else "not a text"
            raise self._invalid(f"{field_name} {path} cannot be read ({problem})") from error

    def _invalid(self, problem: str) -> KubeferryError:
        return KubeferryError(ErrorCode.KUBECONFIG_INVALID, path=self.context.path, problem=problem)


def impersonation_headers(user: UserEntry) -> tuple[tuple[str, str], ...]:
    """https://kubernetes.io/docs/reference/access-authn-authz/user-impersonation/"""
    if not user.impersonate:
        return ()
    headers = [("Impersonate-User", user.impersonate)]
    if user.impersonate_uid:
        headers.append(("Impersonate-Uid", user.impersonate_uid))
    headers += [("Impersonate-Group", group) for group in user.impersonate_groups or ()]
    for key, values in (user.impersonate_extra or {}).items():
        headers += [(f"Impersonate-Extra-{quote(key, safe='')}", value) for value in values]
    return tuple(headers)


def renewal_time(expires_at: datetime.datetime | None, now: datetime.datetime) -> datetime.datetime | None:
    if expires_at is None:
        return None
    margin = min(RENEW_MARGIN, (expires_at - now) * RENEW_FRACTION)
    return expires_at - max(margin, datetime.timedelta(0))


def _now() -> datetime.datetime:
    """Wall time: it goes on while the machine is suspended."""
    return datetime.datetime.now(datetime.UTC)
