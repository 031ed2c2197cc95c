"""Requests as a HAR 1.2 log (http://www.softwareishard.com/blog/har-12-spec/), for browsers' and proxies' tools.

Bodies and most headers are not kept: sizes are -1 (unknown) as the format has it. What is Kubeferry's own has a name
with an underscore in front, which readers pass over.
"""

from __future__ import annotations

import datetime
import http
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from app.domain.requests import SeenRequest

Json = dict[str, Any]
_UNKNOWN = -1
_NOT_KEPT = "The body is not kept."


def har_log(requests: Iterable[SeenRequest], *, version: str) -> Json:
    """`version`: of the program that writes it."""
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "Kubeferry", "version": version},
            "entries": [har_entry(request) for request in requests],
        }
    }


def har_entry(request: SeenRequest) -> Json:
    took_ms = max(0.0, request.duration_s * 1000)
    kind, namespace, name = request.workload
    return {
        "startedDateTime": _iso(request.time),
        "time": took_ms,
        "request": _request(request),
        "response": _response(request),
        "cache": {},
        "timings": {"send": 0, "wait": took_ms, "receive": 0},
        "_verdict": request.verdict,
        "_workload": f"{kind.lower()}/{name}",
        "_namespace": namespace,
        "_pod": request.pod,
        "_rule": request.rule,
        "_owner": request.owner,
        **({} if request.grpc_status is None else {"_grpcStatus": request.grpc_status}),
    }


def _request(request: SeenRequest) -> Json:
    _, _, query = request.path.partition("?")
    return {
        "method": request.method,
        "url": f"http://{request.host or request.workload[2]}{request.path}",
        "httpVersion": request.protocol or "HTTP/1.1",
        "cookies": [],
        "headers": [{"name": name, "value": value} for name, value in request.headers],
        "queryString": [{"name": name, "value": value} for name, value in parse_qsl(query, keep_blank_values=True)],
        "headersSize": _UNKNOWN,
        "bodySize": _UNKNOWN,
    }


def _response(request: SeenRequest) -> Json:
    return {
        "status": request.status,
        "statusText": _phrase(request.status),
        "httpVersion": request.protocol or "HTTP/1.1",
        "cookies": [],
        "headers": [],
        "content": {"size": 0, "mimeType": "x-unknown", "comment": _NOT_KEPT},
        "redirectURL": "",
        "headersSize": _UNKNOWN,
        "bodySize": _UNKNOWN,
    }


def _phrase(status: int) -> str:
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return ""


def _iso(time: float) -> str:
    return datetime.datetime.fromtimestamp(time, datetime.UTC).isoformat(timespec="milliseconds")
