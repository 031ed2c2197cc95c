"""Which headers of a request are logged. Pure.

Well-known ones are fields of the access log. Those that rules look at change with the rules, and the listener must not
(Envoy would close connections): the routes put them into the stream's filter state, and the log takes them from there.

Of what is a secret one letter is logged, to know that it was there; nobody is told the letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from helper.protocol.intercepts import HIDDEN_VALUE, MAX_HEADER_LENGTH, MAX_HEADERS
from helper.wire.sidecar_messages import Rule

Config = dict[str, Any]

WELL_KNOWN = (
    "accept",
    "accept-language",
    "content-length",
    "content-type",
    "origin",
    "referer",
    "traceparent",
    "user-agent",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-request-id",
)
SECRETS = ("authorization", "cookie")
FILTER = "envoy.filters.http.set_filter_state"
MAX_TOTAL_LENGTH = 2048
"""Of one record's headers together: a batch of 100 records has to fit into a message."""

_TYPE = "type.googleapis.com/envoy.extensions.filters.http.set_filter_state.v3.Config"
_STATE = "kubeferry.headers"
_MAX_OF_RULES = MAX_HEADERS - len(WELL_KNOWN) - len(SECRETS)
_PLAIN_NAME = re.compile(r"[a-z0-9_.-]+")
"""Others could mean something in Envoy's formats."""

_SECRET_NAME = re.compile(r"auth|cookie|token|secret|passw|session|credential|api-?key|signature")


def is_secret(name: str) -> bool:
    return _SECRET_NAME.search(name) is not None


def log_fields() -> Config:
    """Of the access log: the well-known ones in `k`, as an object; those of rules in `x`, as JSON in a text."""
    return {"k": {name: _format(name) for name in (*WELL_KNOWN, *SECRETS)}, "x": f"%FILTER_STATE({_STATE}:PLAIN)%"}


def http_filter() -> Config:
    """It does nothing where the routes do not say what."""
    return {"name": FILTER, "typed_config": {"@type": _TYPE}}


def names_of(rules: Iterable[Rule]) -> tuple[str, ...]:
    """What these rules look at, as far as it is not logged anyway."""
    names = {header.name for rule in rules if rule.match is not None for header in rule.match.headers}
    plain = {name for name in names if _PLAIN_NAME.fullmatch(name) and name != "host"}
    return tuple(sorted(plain - {*WELL_KNOWN, *SECRETS})[:_MAX_OF_RULES])


def of_routes(names: Iterable[str]) -> Config:
    """For a virtual host: the filter's configuration for its requests; empty for no names."""
    formats = {name: _format(name) for name in names}
    if not formats:
        return {}
    state = {
        "object_key": _STATE,
        "factory_key": "envoy.string",
        "format_string": {"json_format": formats, "omit_empty_values": True},
    }
    return {"typed_per_filter_config": {FILTER: {"@type": _TYPE, "on_request_headers": [state]}}}


def told(of_rules: str, well_known: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What is in a line of the log, bounded, without secrets. Those of rules come first. Raises msgspec.DecodeError."""
    found = msgspec.json.decode(of_rules, type=dict[str, str]) if of_rules else {}
    left = MAX_TOTAL_LENGTH
    headers = []
    for name, value in [*found.items(), *well_known.items()][:MAX_HEADERS]:
        shown = HIDDEN_VALUE if is_secret(name) else value[:MAX_HEADER_LENGTH]
        left -= len(name) + len(shown)
        if left < 0:
            break
        headers.append((name[:MAX_HEADER_LENGTH], shown))
    return tuple(headers)


def _format(name: str) -> str:
    return f"%REQ({name}):{1 if is_secret(name) else MAX_HEADER_LENGTH}%"
