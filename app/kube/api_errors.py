"""The one place where an API server's refusals and a connection's failures become errors of ours."""

from __future__ import annotations

import ssl
from dataclasses import dataclass

import msgspec

from app.domain.errors import ErrorCode, KubeferryError
from app.kube.dialer import ProxyError, problem_of
from app.kube.http_connection import ConnectionLost

_ANONYMOUS = 'User "system:anonymous"'
"""Credentials of a kind that the server does not know at all (a password) count as none."""

DETAIL_LIMIT = 600
"""Characters of an answer's body that may end up in logs and details."""


class ApiError(KubeferryError):
    """What the API server answered in place of what was asked for."""

    def __init__(self, code: ErrorCode, status: int, reason: str, message: str, **params: str) -> None:
        super().__init__(code, detail=message, **params)
        self.status = status
        self.reason = reason
        self.message = message

    @property
    def not_found(self) -> bool:
        return self.status == 404

    @property
    def conflict(self) -> bool:
        return self.status == 409

    @property
    def gone(self) -> bool:
        """The resourceVersion is too old: list anew. (410, or 504 ResourceVersionTooLarge after a restore.)"""
        return self.status == 410 or self.reason == "Expired"


class StatusObject(msgspec.Struct, frozen=True):
    """meta/v1 Status, as far as it is told to people."""

    message: str = ""
    reason: str = ""
    code: int = 0


@dataclass(frozen=True)
class Asked:
    """What a request was about, in the words of Kubernetes' authorization."""

    verb: str
    resource: str
    namespace: str


def asked_of(method: str, path: str, *, watch: bool = False) -> Asked:
    """`/apis/apps/v1/namespaces/shop/deployments/web` with GET → get deployments in shop."""
    parts = path.partition("?")[0].strip("/").split("/")
    rest = parts[2:] if parts[:1] == ["api"] else parts[3:] if parts[:1] == ["apis"] else parts
    namespace = ""
    if rest[:1] == ["namespaces"] and len(rest) > 2:
        namespace, rest = rest[1], rest[2:]
    resource = "/".join([rest[0], *rest[2:]]) if rest else "/".join(parts)
    named = len(rest) > 1
    verbs = {"GET": "get" if named else "list", "POST": "create", "PUT": "update", "PATCH": "patch"}
    verbs["DELETE"] = "delete" if named else "deletecollection"
    return Asked("watch" if watch else verbs.get(method, method.lower()), resource, namespace)


def refusal(status: int, body: bytes, asked: Asked, *, server: str, context: str) -> ApiError:
    """The error for an answer of 400 and above."""
    told = _status_object(status, body)
    message = told.message[:DETAIL_LIMIT]
    reason = told.reason
    if status == 401 or (status == 403 and _ANONYMOUS in told.message):
        return ApiError(ErrorCode.LOGIN_EXPIRED, status, reason, message, context=context)
    if "violates PodSecurity" in told.message:
        problem = told.message[told.message.index("violates PodSecurity") :]
        params = {"namespace": asked.namespace, "problem": problem[:DETAIL_LIMIT]}
        return ApiError(ErrorCode.POD_SECURITY_FORBIDS, status, reason, message, **params)
    quota = next((words for words in ("exceeded quota", "failed quota") if words in told.message), None)
    if status == 403 and quota is not None:
        problem = told.message[told.message.index(quota) :]
        params = {"namespace": asked.namespace, "problem": problem[:DETAIL_LIMIT]}
        return ApiError(ErrorCode.QUOTA_EXCEEDED, status, reason, message, **params)
    if status == 403 and (reason == "Forbidden" or not reason):
        params = {"verb": asked.verb, "resource": asked.resource, "namespace": asked.namespace or "*"}
        return ApiError(ErrorCode.API_FORBIDDEN, status, reason, message, **params)
    problem = message or f"HTTP status {status}"
    return ApiError(ErrorCode.API_ERROR, status, reason, message, server=server, problem=problem)


def connection_failure(error: Exception, *, server: str, context: str) -> KubeferryError:
    """The error for a request that got no answer: refused, untrusted, unresolved, timed out, cut."""
    if isinstance(error, ProxyError):
        return KubeferryError(ErrorCode.PROXY_FAILED, detail=str(error), proxy=error.proxy, problem=error.problem)
    if isinstance(error, ssl.SSLCertVerificationError):
        problem = getattr(error, "verify_message", "") or "its certificate is not valid"
        return KubeferryError(ErrorCode.API_TLS_UNTRUSTED, detail=str(error), server=server, problem=problem)
    if isinstance(error, ssl.SSLError) and _is_about_our_certificate(error):
        return KubeferryError(ErrorCode.LOGIN_EXPIRED, detail=str(error), context=context)
    problem = error.problem if isinstance(error, ConnectionLost) else problem_of(error)
    return KubeferryError(ErrorCode.API_UNREACHABLE, detail=str(error), server=server, problem=problem)


def _is_about_our_certificate(error: ssl.SSLError) -> bool:
    """Gateways with mutual TLS say in an alert what the API server says with 401."""
    reason = error.reason or ""
    return "ALERT" in reason and ("CERTIFICATE" in reason or "UNKNOWN_CA" in reason)


def _status_object(status: int, body: bytes) -> StatusObject:
    try:
        return msgspec.json.decode(body, type=StatusObject)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        text = " ".join(body[:DETAIL_LIMIT].decode("utf-8", "replace").split())
        return StatusObject(message=text, code=status)
