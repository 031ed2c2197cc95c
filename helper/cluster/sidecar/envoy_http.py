"""How Envoy treats HTTP on its way (v3 API). Pure. Nothing is limited or timed out that the workload did not limit.

What is not as it was without Envoy: X-Forwarded-For has the client's address appended, for the connection to the
container is Envoy's own; a `date` is added to answers without one; HTTP/1.0 goes on as 1.1; `OPTIONS *`, CONNECT and
paths with bytes beyond ASCII are refused; a client that ends its half of a connection at once, or of an HTTP one before
the answer, may get none; a connection on which nothing was said for half a second goes to the original container,
whatever is said on it later.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from helper.cluster.sidecar import envoy_headers

Config = dict[str, Any]
TYPES = "type.googleapis.com/envoy"
NO_TIMEOUT = "0s"
NO_LIMIT = 1_000_000_000
_MAX_HEADERS = 2000
_MAX_HEADERS_KIB = 8192
"""The most that Envoy can be told: what is too much is the workload's to say."""

_UPSTREAM_IDLE = "1s"
"""Servers close idle connections after 2 s and more (gunicorn 2, Node 5): a request must not meet that."""

_UPGRADES = ("websocket", "tcp", "spdy/3.1")
"""What an HTTP/1.1 connection can become: the last two are what Docker and `kubectl exec` speak. A request for any
other goes on without its wish, which a server may ignore as well (RFC 9110, 7.8)."""

_PROTO, _PROTO_KEPT = "x-forwarded-proto", "x-kubeferry-forwarded-proto"
_HTTP1 = {
    "enable_trailers": True,
    "header_key_format": {
        "stateful_formatter": {
            "name": "preserve_case",
            "typed_config": {
                "@type": f"{TYPES}.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig"
            },
        }
    },
}
_HTTP2 = {
    "max_concurrent_streams": (1 << 31) - 1,
    "override_stream_error_on_invalid_http_message": True,
    # Against floods: a gRPC stream of tiny messages to a slow reader looks like one.
    "max_outbound_frames": NO_LIMIT,
    "max_outbound_control_frames": 100_000,
    "max_consecutive_inbound_frames_with_empty_payload": 10_000,
    "max_inbound_priority_frames_per_stream": 100_000,
    "max_inbound_window_update_frames_per_data_frame_sent": 100_000,
}
_OPTIONS = f"{TYPES}.extensions.upstreams.http.v3.HttpProtocolOptions"


def http_manager(name: str, routes_from: Config, requests_key: str) -> Config:
    """Of the listener's side. `name`: in its statistics. `requests_key`: the runtime's percentage of what is logged."""
    return {
        "@type": f"{TYPES}.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": name,
        "rds": routes_from,
        "early_header_mutation_extensions": [_keep_forwarded_proto()],
        "http_filters": [_restore_forwarded_proto(), envoy_headers.http_filter(), _router()],
        "upgrade_configs": [{"upgrade_type": each} for each in _UPGRADES],
        "http_protocol_options": {
            **_HTTP1,
            "allow_custom_methods": True,
            "accept_http_10": True,
            "default_host_for_http_10": "localhost",
            "ignore_http_11_upgrade": [{"safe_regex": {"regex": f"(?i){_any_but(_UPGRADES)}"}}],
        },
        "http2_protocol_options": _HTTP2,
        "common_http_protocol_options": {"idle_timeout": NO_TIMEOUT, "max_headers_count": _MAX_HEADERS},
        "max_request_headers_kb": _MAX_HEADERS_KIB,
        # The container says itself whether it wants the body.
        "proxy_100_continue": True,
        "stream_idle_timeout": NO_TIMEOUT,
        "request_timeout": NO_TIMEOUT,
        "delayed_close_timeout": "1s",
        # X-Forwarded-For of an ingress in front is kept; `routes` adds the client's address.
        "use_remote_address": False,
        "generate_request_id": False,
        "preserve_external_request_id": True,
        "server_header_transformation": "PASS_THROUGH",
        "normalize_path": False,
        "merge_slashes": False,
        "path_with_escaped_slashes_action": "KEEP_UNCHANGED",
        "local_reply_config": _local_replies(),
        "access_log": [_access_log(requests_key)],
    }


def upstream_options() -> Config:
    """Of a cluster's side: `typed_extension_protocol_options`."""
    return {
        _OPTIONS.rpartition("/")[2]: {
            "@type": _OPTIONS,
            "common_http_protocol_options": {
                "idle_timeout": _UPSTREAM_IDLE,
                "max_headers_count": _MAX_HEADERS,
                "max_response_headers_kb": _MAX_HEADERS_KIB,
            },
            # The request goes on in the protocol that it came in.
            "use_downstream_protocol_config": {"http_protocol_options": _HTTP1, "http2_protocol_options": _HTTP2},
        }
    }


def _router() -> Config:
    return {
        "name": "envoy.filters.http.router",
        "typed_config": {"@type": f"{TYPES}.extensions.filters.http.router.v3.Router", "suppress_envoy_headers": True},
    }


def _keep_forwarded_proto() -> Config:
    """Envoy puts X-Forwarded-Proto in where it is missing, and frameworks then forget their port. Before it does."""
    kept = {"header": {"key": _PROTO_KEPT, "value": f"%REQ({_PROTO})%"}, "append_action": "APPEND_IF_EXISTS_OR_ADD"}
    return {
        "name": "envoy.http.early_header_mutation.header_mutation",
        "typed_config": {
            "@type": f"{TYPES}.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation",
            "mutations": [{"remove": _PROTO_KEPT}, {"append": kept}],
        },
    }


def _restore_forwarded_proto() -> Config:
    before = {"header": {"key": _PROTO, "value": f"%REQ({_PROTO_KEPT})%"}, "append_action": "APPEND_IF_EXISTS_OR_ADD"}
    return {
        "name": "envoy.filters.http.header_mutation",
        "typed_config": {
            "@type": f"{TYPES}.extensions.filters.http.header_mutation.v3.HeaderMutation",
            "mutations": {"request_mutations": [{"remove": _PROTO}, {"append": before}, {"remove": _PROTO_KEPT}]},
        },
    }


def _any_but(words: Iterable[str]) -> str:
    """A regular expression for every text that is none of `words`: RE2 has no look-ahead."""
    by_first: dict[str, list[str]] = {}
    for word in words:
        by_first.setdefault(word[:1], []).append(word[1:])
    whole = by_first.pop("", None) is not None
    ways = [f"{re.escape(first)}{_any_but(rest)}" for first, rest in sorted(by_first.items())]
    other = f"[^{re.escape(''.join(sorted(by_first)))}].*" if by_first else ".+"
    return f"(?:{'|'.join([*ways, other, *([] if whole else [''])])})"


def _local_replies() -> Config:
    """Who asks a laptop whose program does not run learns that it was this."""
    mapper = {
        "filter": {"response_flag_filter": {"flags": ["UF"]}},
        "body_format_override": {
            "text_format_source": {
                "inline_string": "Kubeferry: no connection to %METADATA(ROUTE:kubeferry:target)%"
                " (%RESPONSE_CODE_DETAILS%)\n"
            }
        },
    }
    return {"mappers": [mapper]}


def _access_log(requests_key: str) -> Config:
    fields = {
        "t": "%START_TIME(%s.%6f)%",
        "m": "%REQ(:METHOD)%",
        "p": "%REQ(:PATH):1024%",
        "h": "%REQ(:AUTHORITY):256%",
        "v": "%PROTOCOL%",
        "s": "%RESPONSE_CODE%",
        "d": "%DURATION%",
        "c": "%UPSTREAM_CLUSTER_RAW%",
        "r": "%ROUTE_NAME%",
        "a": "%DOWNSTREAM_LOCAL_PORT%",
        "g": "%GRPC_STATUS_NUMBER%",
        **envoy_headers.log_fields(),
    }
    return {
        "name": "envoy.access_loggers.stdout",
        "filter": {
            "runtime_filter": {
                "runtime_key": requests_key,
                "percent_sampled": {"numerator": 0, "denominator": "HUNDRED"},
                "use_independent_randomness": True,
            }
        },
        "typed_config": {
            "@type": f"{TYPES}.extensions.access_loggers.stream.v3.StdoutAccessLog",
            "log_format": {"json_format": fields, "omit_empty_values": True},
        },
    }
