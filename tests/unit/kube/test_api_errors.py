from __future__ import annotations

import json
import socket
import ssl

import pytest

from app.domain.errors import ErrorCode
from app.kube.api_errors import DETAIL_LIMIT, Asked, asked_of, connection_failure, refusal
from app.kube.dialer import ProxyError
from app.kube.http_connection import ConnectionLost


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/api/v1/namespaces/shop/pods", Asked("list", "pods", "shop")),
        ("GET", "/api/v1/namespaces/shop/pods/web", Asked("get", "pods", "shop")),
        ("GET", "/api/v1/namespaces/shop/pods/web/log", Asked("get", "pods/log", "shop")),
        ("GET", "/api/v1/namespaces", Asked("list", "namespaces", "")),
        ("GET", "/api/v1/namespaces/shop", Asked("get", "namespaces", "")),
        ("POST", "/apis/apps/v1/namespaces/shop/deployments", Asked("create", "deployments", "shop")),
        ("PATCH", "/apis/apps/v1/namespaces/shop/deployments/web", Asked("patch", "deployments", "shop")),
        ("DELETE", "/api/v1/namespaces/shop", Asked("delete", "namespaces", "")),
        ("GET", "/api/v1/nodes?limit=1", Asked("list", "nodes", "")),
        ("GET", "/version", Asked("list", "version", "")),
    ],
)
def test_what_was_asked(method: str, path: str, expected: Asked) -> None:
    assert asked_of(method, path) == expected


def _status(code: int, reason: str, message: str) -> bytes:
    return json.dumps({"kind": "Status", "code": code, "reason": reason, "message": message}).encode()


PSA = 'pods "x" is forbidden: violates PodSecurity "baseline:latest": non-default capabilities'
QUOTA = 'pods "x" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=0, limited: pods=0'


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (401, _status(401, "Unauthorized", "Unauthorized"), ErrorCode.LOGIN_EXPIRED),
        (403, _status(403, "Forbidden", "no"), ErrorCode.API_FORBIDDEN),
        (403, _status(403, "Forbidden", 'pods is forbidden: User "system:anonymous" cannot'), ErrorCode.LOGIN_EXPIRED),
        (403, b"<html>gateway says no</html>", ErrorCode.API_FORBIDDEN),
        (403, _status(403, "Forbidden", PSA), ErrorCode.POD_SECURITY_FORBIDS),
        (403, _status(403, "Forbidden", QUOTA), ErrorCode.QUOTA_EXCEEDED),
        (404, _status(404, "NotFound", "no"), ErrorCode.API_ERROR),
        (422, _status(422, "Invalid", "no"), ErrorCode.API_ERROR),
        (500, b"\xff\xfe", ErrorCode.API_ERROR),
        (503, b"", ErrorCode.API_ERROR),
    ],
)
def test_refusals(status: int, body: bytes, code: ErrorCode) -> None:
    error = refusal(status, body, Asked("get", "pods", "shop"), server="https://s", context="c")
    assert error.code is code
    assert error.status == status


def test_forbidden_names_verb_resource_and_namespace() -> None:
    error = refusal(403, b"", Asked("list", "nodes", ""), server="s", context="c")
    assert dict(error.params) == {"verb": "list", "resource": "nodes", "namespace": "*"}


def test_quota_tells_its_own_words() -> None:
    error = refusal(403, _status(403, "Forbidden", QUOTA), Asked("create", "pods", "shop"), server="s", context="c")
    assert error.params["problem"].startswith("exceeded quota: compute")


def test_bodies_are_capped() -> None:
    error = refusal(500, b"x" * 100_000, Asked("get", "pods", ""), server="s", context="c")
    assert len(str(error)) < 3 * DETAIL_LIMIT


def _ssl_error(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, reason)
    error.reason = reason
    return error


@pytest.mark.parametrize(
    ("error", "code", "problem"),
    [
        (ConnectionRefusedError(111, "x"), ErrorCode.API_UNREACHABLE, "connection refused"),
        (socket.gaierror(-2, "x"), ErrorCode.API_UNREACHABLE, "its name cannot be resolved"),
        (TimeoutError(), ErrorCode.API_UNREACHABLE, "no answer in time"),
        (ConnectionLost("it was cut", clean=True), ErrorCode.API_UNREACHABLE, "it was cut"),
        (ProxyError("http://p", "it answered '407'"), ErrorCode.PROXY_FAILED, "it answered '407'"),
        (ssl.SSLCertVerificationError("x"), ErrorCode.API_TLS_UNTRUSTED, "its certificate is not valid"),
        (_ssl_error("WRONG_VERSION_NUMBER"), ErrorCode.API_UNREACHABLE, "wrong version number"),
        (_ssl_error("TLSV13_ALERT_CERTIFICATE_REQUIRED"), ErrorCode.LOGIN_EXPIRED, None),
    ],
)
def test_connection_failures(error: Exception, code: ErrorCode, problem: str | None) -> None:
    translated = connection_failure(error, server="https://s", context="c")
    assert translated.code is code
    assert translated.params.get("problem") == problem
