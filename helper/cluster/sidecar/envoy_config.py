"""Envoy's configuration (v3 API), rendered from the manager's rules. Pure: dictionaries that become JSON files.

One listener takes what nftables redirects, with two filter chains for each port of a mesh: HTTP, decided request by
request, and everything else, passed on as it is. Clusters and routes are files of their own, so that a change of rules
neither closes a connection nor touches another port. Nothing is limited or timed out that the workload did not limit.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from helper.protocol.intercepts import HeaderMatch, HttpMatch, MatchKind
from helper.wire.sidecar_messages import Rule

ORIGINAL = "original"
REQUESTS_KEY = "kubeferry.requests"
"""The runtime key that says how many percent of requests are logged."""

ROUTES_PREFIX = "port-"
_TYPES = "type.googleapis.com/envoy"
_HTTP_OPTIONS = f"{_TYPES}.extensions.upstreams.http.v3.HttpProtocolOptions"
_NO_TIMEOUT = "0s"
_NO_LIMIT = 1_000_000_000
_DETECTION = "0.5s"
"""How long a connection may be silent before it counts as no HTTP: of server-first protocols each one is."""

_UPSTREAM_IDLE = "1s"
"""Servers close idle connections after 2 s and more (gunicorn 2, Node 5): a request must not meet that."""

_BUFFER_BYTES = 1 << 20
_PRESERVE_CASE = {
    "header_key_format": {
        "stateful_formatter": {
            "name": "preserve_case",
            "typed_config": {
                "@type": f"{_TYPES}.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig"
            },
        }
    }
}

Config = dict[str, Any]


def bootstrap(run_dir: str) -> Config:
    return {
        "node": {"id": "kubeferry", "cluster": "kubeferry"},
        "admin": {"address": {"pipe": {"path": f"{run_dir}/admin.sock", "mode": 0o600}}},
        "dynamic_resources": {
            "lds_config": _source(f"{run_dir}/lds.json"),
            "cds_config": _source(f"{run_dir}/cds.json"),
        },
        # What is logged changes without touching a listener.
        "layered_runtime": {"layers": [{"name": "admin", "admin_layer": {}}]},
    }


def listeners(ports: Iterable[int], rules: Iterable[Rule], *, run_dir: str, listen: tuple[str, int]) -> Config:
    """For `lds.json`. No listener where there is no port: Envoy takes none without filter chains."""
    wanted = sorted(ports)
    if not wanted:
        return {"resources": []}
    every = tuple(rules)
    chains = [chain for port in wanted for chain in (_http_chain(port, run_dir), _raw_chain(port, every))]
    listener = {
        "@type": f"{_TYPES}.config.listener.v3.Listener",
        "name": "inbound",
        "address": _address(*listen, compatible=":" in listen[0]),
        "traffic_direction": "INBOUND",
        "per_connection_buffer_limit_bytes": _BUFFER_BYTES,
        "tcp_backlog_size": 1024,
        "listener_filters": [
            _filter("original_dst", "filters.listener.original_dst.v3.OriginalDst"),
            _filter("http_inspector", "filters.listener.http_inspector.v3.HttpInspector"),
        ],
        "listener_filters_timeout": _DETECTION,
        "continue_on_listener_filters_timeout": True,
        "filter_chains": chains,
    }
    return {"resources": [listener]}


def clusters(rules: Iterable[Rule]) -> Config:
    """For `cds.json`."""
    original = {
        "@type": f"{_TYPES}.config.cluster.v3.Cluster",
        "name": ORIGINAL,
        "type": "ORIGINAL_DST",
        "lb_policy": "CLUSTER_PROVIDED",
        "connect_timeout": "10s",
        **_cluster_options(idle=_UPSTREAM_IDLE),
    }
    laptops = {
        _cluster_name(rule, port.local): _laptop_cluster(rule, port.local) for rule in rules for port in rule.ports
    }
    laptops |= {
        _cluster_name(rule, remote): _laptop_cluster(rule, remote)
        for rule in rules
        if rule.match is None and rule.other_ports
        for remote in _mesh_ports(rules)
    }
    return {"resources": [original, *laptops.values()]}


def routes(port: int, rules: Iterable[Rule], *, without: frozenset[str] = frozenset()) -> Config:
    """For `rds-PORT.json`. `without`: rules that Envoy does not take."""
    found = []
    catch_all: Config = {"cluster": ORIGINAL}
    catch_all_name = ""
    for rule in rules:
        local = _local_port(rule, port)
        if local is None or rule.intercept_id in without:
            continue
        if rule.match is None:
            catch_all, catch_all_name = {"cluster": _cluster_name(rule, local)}, rule.intercept_id
        else:
            target = {"cluster": _cluster_name(rule, local)}
            found.append(_route(rule.intercept_id, _match(rule.match), target))
    found.append(_route(catch_all_name, {"prefix": "/"}, catch_all))

    host = {"name": "all", "domains": ["*"], "routes": found}
    table = {
        "@type": f"{_TYPES}.config.route.v3.RouteConfiguration",
        "name": f"{ROUTES_PREFIX}{port}",
        "virtual_hosts": [host],
        # The connection to the container is Envoy's own: this is how it can know the client's address.
        "request_headers_to_add": [
            {
                "header": {"key": "X-Forwarded-For", "value": "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%"},
                "append_action": "APPEND_IF_EXISTS_OR_ADD",
            }
        ],
        "request_headers_to_remove": ["x-envoy-internal", "x-envoy-external-address"],
        "validate_clusters": False,
    }
    return {"resources": [table]}


def _mesh_ports(rules: Iterable[Rule]) -> set[int]:
    return {port.remote for rule in rules if rule.match is not None for port in rule.ports}


def _local_port(rule: Rule, remote: int) -> int | None:
    mapped = next((port.local for port in rule.ports if port.remote == remote), None)
    return remote if mapped is None and rule.match is None and rule.other_ports else mapped


def _cluster_name(rule: Rule, local: int) -> str:
    return f"laptop-{rule.intercept_id}-{local}"


def _laptop_cluster(rule: Rule, local: int) -> Config:
    name = _cluster_name(rule, local)
    return {
        "@type": f"{_TYPES}.config.cluster.v3.Cluster",
        "name": name,
        "type": "STATIC",
        "connect_timeout": "2s",
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": _address(rule.address4, local)}}]}],
        },
        # A laptop that has gone does not say so: an answer that never comes must end.
        "upstream_connection_options": {
            "tcp_keepalive": {"keepalive_probes": 3, "keepalive_time": 2, "keepalive_interval": 1}
        },
        **_cluster_options(idle="60s"),
    }


def _cluster_options(*, idle: str) -> Config:
    limits = ("max_connections", "max_pending_requests", "max_requests", "max_retries")
    return {
        "per_connection_buffer_limit_bytes": _BUFFER_BYTES,
        "circuit_breakers": {"thresholds": [dict.fromkeys(limits, _NO_LIMIT)]},
        "typed_extension_protocol_options": {
            _HTTP_OPTIONS.rpartition("/")[2]: {
                "@type": _HTTP_OPTIONS,
                "common_http_protocol_options": {"idle_timeout": idle, "max_headers_count": 2000},
                # The request goes on in the protocol that it came in.
                "use_downstream_protocol_config": {
                    "http_protocol_options": _PRESERVE_CASE,
                    "http2_protocol_options": {},
                },
            }
        },
    }


def _http_chain(port: int, run_dir: str) -> Config:
    manager = {
        "@type": f"{_TYPES}.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": f"p{port}",
        "rds": {"route_config_name": f"{ROUTES_PREFIX}{port}", "config_source": _source(f"{run_dir}/rds-{port}.json")},
        "http_filters": [
            {
                "name": "envoy.filters.http.router",
                "typed_config": {
                    "@type": f"{_TYPES}.extensions.filters.http.router.v3.Router",
                    "suppress_envoy_headers": True,
                },
            }
        ],
        "upgrade_configs": [{"upgrade_type": "websocket"}],
        "http_protocol_options": {"accept_http_10": True, "default_host_for_http_10": "localhost", **_PRESERVE_CASE},
        "common_http_protocol_options": {"idle_timeout": _NO_TIMEOUT, "max_headers_count": 2000},
        "max_request_headers_kb": 1024,
        "stream_idle_timeout": _NO_TIMEOUT,
        "request_timeout": _NO_TIMEOUT,
        "delayed_close_timeout": "1s",
        # X-Forwarded-Proto and -For of an ingress in front are kept; `routes` adds the client's address.
        "use_remote_address": False,
        "generate_request_id": False,
        "preserve_external_request_id": True,
        "server_header_transformation": "PASS_THROUGH",
        "normalize_path": False,
        "merge_slashes": False,
        "path_with_escaped_slashes_action": "KEEP_UNCHANGED",
        "local_reply_config": _local_replies(),
        "access_log": [_access_log()],
    }
    return {
        "name": f"http-{port}",
        "filter_chain_match": {"destination_port": port, "application_protocols": ["http/1.0", "http/1.1", "h2c"]},
        "filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}],
    }


def _raw_chain(port: int, rules: Iterable[Rule]) -> Config:
    catch_all = next((rule for rule in rules if rule.match is None), None)
    local = None if catch_all is None else _local_port(catch_all, port)
    target = ORIGINAL if catch_all is None or local is None else _cluster_name(catch_all, local)
    proxy = {
        "@type": f"{_TYPES}.extensions.filters.network.tcp_proxy.v3.TcpProxy",
        "stat_prefix": f"raw{port}",
        "cluster": target,
        "idle_timeout": _NO_TIMEOUT,
    }
    return {
        "name": f"raw-{port}",
        "filter_chain_match": {"destination_port": port},
        "filters": [{"name": "envoy.filters.network.tcp_proxy", "typed_config": proxy}],
    }


def _route(name: str, match: Config, target: Config) -> Config:
    # Before anything was sent a request may be tried again: the server had closed the connection just then.
    retry = {"retry_on": "reset-before-request", "num_retries": 2}
    action = {**target, "timeout": _NO_TIMEOUT, "idle_timeout": _NO_TIMEOUT, "retry_policy": retry}
    return {"name": name, "match": match, "route": action}


def _match(match: HttpMatch) -> Config:
    path = match.path.rstrip("/")
    found: Config = {"path_separated_prefix": path} if path else {"prefix": "/"}
    if match.headers:
        found["headers"] = [_header(header) for header in match.headers]
    return found


def _header(header: HeaderMatch) -> Config:
    name = ":authority" if header.name == "host" else header.name
    if header.kind is MatchKind.PRESENT:
        return {"name": name, "present_match": True}
    texts = {
        MatchKind.EXACT: {"exact": header.value},
        MatchKind.PREFIX: {"prefix": header.value},
        MatchKind.REGEX: {"safe_regex": {"regex": header.value}},
    }
    if not header.value:
        # An empty exact value or prefix is "anything" to Envoy: only an empty header is meant by the first.
        return {"name": name, "string_match": {"safe_regex": {"regex": "" if header.kind is MatchKind.EXACT else ".*"}}}
    return {"name": name, "string_match": texts[header.kind]}


def _local_replies() -> Config:
    """Who asks a laptop whose program does not run learns that it was this."""
    mapper = {
        "filter": {"response_flag_filter": {"flags": ["UF"]}},
        "body_format_override": {
            "text_format_source": {
                "inline_string": "Kubeferry: no connection to %UPSTREAM_CLUSTER% (%RESPONSE_CODE_DETAILS%)\n"
            }
        },
    }
    return {"mappers": [mapper]}


def _access_log() -> Config:
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
    }
    return {
        "name": "envoy.access_loggers.stdout",
        "filter": {
            "runtime_filter": {
                "runtime_key": REQUESTS_KEY,
                "percent_sampled": {"numerator": 0, "denominator": "HUNDRED"},
                "use_independent_randomness": True,
            }
        },
        "typed_config": {
            "@type": f"{_TYPES}.extensions.access_loggers.stream.v3.StdoutAccessLog",
            "log_format": {"json_format": fields, "omit_empty_values": True},
        },
    }


def _source(path: str) -> Config:
    """Files are replaced by rename(2), which is what Envoy watches for."""
    return {"path_config_source": {"path": path}, "resource_api_version": "V3"}


def _address(host: str, port: int, *, compatible: bool = False) -> Config:
    address: Config = {"address": host, "port_value": port}
    if compatible:
        address["ipv4_compat"] = True
    return {"socket_address": address}


def _filter(name: str, kind: str) -> Config:
    return {"name": f"envoy.filters.listener.{name}", "typed_config": {"@type": f"{_TYPES}.extensions.{kind}"}}
