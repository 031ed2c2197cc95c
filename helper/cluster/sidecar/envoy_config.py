"""Envoy's configuration (v3 API), rendered from the manager's rules. Pure: dictionaries that become JSON files.

One listener takes what nftables redirects, with two filter chains for each port of a mesh: HTTP, decided request by
request, and everything else, passed on as it is. Clusters and routes are files of their own, so that a change of rules
neither closes a connection nor touches another port.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from helper.cluster.sidecar import envoy_headers
from helper.cluster.sidecar.envoy_http import NO_LIMIT, NO_TIMEOUT, TYPES, Config, http_manager, upstream_options
from helper.protocol.intercepts import HeaderMatch, HttpMatch, MatchKind
from helper.wire.sidecar_messages import Rule

ORIGINAL = "original"
REQUESTS_KEY = "kubeferry.requests"
"""The runtime key that says how many percent of requests are logged."""

ROUTES_PREFIX = "port-"
_REGEX_PROGRAM_SIZE = 20_000
"""Of RE2; Envoy's own limit of 100 is less than a UUID takes."""

_DETECTION = "0.5s"
"""How long a connection may be silent before it counts as no HTTP, for good: of server-first protocols each one is."""

_BUFFER_BYTES = 1 << 20


def bootstrap(run_dir: str) -> Config:
    return {
        "node": {"id": "kubeferry", "cluster": "kubeferry"},
        "admin": {"address": {"pipe": {"path": f"{run_dir}/admin.sock", "mode": 0o600}}},
        "dynamic_resources": {
            "lds_config": _source(f"{run_dir}/lds.json"),
            "cds_config": _source(f"{run_dir}/cds.json"),
        },
        # What is logged changes without touching a listener: by the last layer.
        "layered_runtime": {
            "layers": [
                {"name": "static", "static_layer": {"re2.max_program_size.error_level": _REGEX_PROGRAM_SIZE}},
                {"name": "admin", "admin_layer": {}},
            ]
        },
    }


def listeners(ports: Iterable[int], rules: Iterable[Rule], *, run_dir: str, listen: tuple[str, int]) -> Config:
    """For `lds.json`. No listener where there is no port: Envoy takes none without filter chains."""
    wanted = sorted(ports)
    if not wanted:
        return {"resources": []}
    every = tuple(rules)
    chains = [chain for port in wanted for chain in (_http_chain(port, run_dir), _raw_chain(port, every))]
    listener = {
        "@type": f"{TYPES}.config.listener.v3.Listener",
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


def clusters(ports: Iterable[int], rules: Iterable[Rule]) -> Config:
    """For `cds.json`. `ports`: those of the listener."""
    original = {
        "@type": f"{TYPES}.config.cluster.v3.Cluster",
        "name": ORIGINAL,
        "type": "ORIGINAL_DST",
        "lb_policy": "CLUSTER_PROVIDED",
        "connect_timeout": "10s",
        **_cluster_options(),
    }
    laptops = {
        _cluster_name(rule, local): _laptop_cluster(rule, local)
        for rule in rules
        for local in (*(port.local for port in rule.ports), *(_local_port(rule, port) for port in sorted(ports)))
        if local is not None
    }
    return {"resources": [original, *laptops.values()]}


def routes(port: int, rules: Iterable[Rule], *, without: frozenset[str] = frozenset()) -> Config:
    """For `rds-PORT.json`. `without`: rules that Envoy does not take."""
    found = []
    last = _route("", HttpMatch(), ORIGINAL, f"the original container, port {port}")
    taken = []
    for rule in rules:
        local = _local_port(rule, port)
        if local is None or rule.intercept_id in without:
            continue
        taken.append(rule)
        known_as = f"laptop of {rule.owner}, port {local}"
        route = _route(rule.intercept_id, rule.match or HttpMatch(), _cluster_name(rule, local), known_as)
        if rule.match is None:
            last = route
        else:
            found.append(route)

    logged = envoy_headers.of_routes(envoy_headers.names_of(taken))
    host = {"name": "all", "domains": ["*"], "routes": [*found, last], **logged}
    table = {
        "@type": f"{TYPES}.config.route.v3.RouteConfiguration",
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


def _local_port(rule: Rule, remote: int) -> int | None:
    mapped = next((port.local for port in rule.ports if port.remote == remote), None)
    return remote if mapped is None and rule.match is None and rule.other_ports else mapped


def _cluster_name(rule: Rule, local: int) -> str:
    return f"laptop-{rule.intercept_id}-{local}"


def _laptop_cluster(rule: Rule, local: int) -> Config:
    name = _cluster_name(rule, local)
    return {
        "@type": f"{TYPES}.config.cluster.v3.Cluster",
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
        **_cluster_options(),
    }


def _cluster_options() -> Config:
    limits = ("max_connections", "max_pending_requests", "max_requests", "max_retries")
    return {
        "per_connection_buffer_limit_bytes": _BUFFER_BYTES,
        "circuit_breakers": {"thresholds": [dict.fromkeys(limits, NO_LIMIT)]},
        "typed_extension_protocol_options": upstream_options(),
    }


def _http_chain(port: int, run_dir: str) -> Config:
    source = _source(f"{run_dir}/rds-{port}.json")
    routes_from = {"route_config_name": f"{ROUTES_PREFIX}{port}", "config_source": source}
    return {
        "name": f"http-{port}",
        "filter_chain_match": {"destination_port": port, "application_protocols": ["http/1.0", "http/1.1", "h2c"]},
        "filters": [
            {
                "name": "envoy.filters.network.http_connection_manager",
                "typed_config": http_manager(f"p{port}", routes_from, REQUESTS_KEY),
            }
        ],
    }


def _raw_chain(port: int, rules: Iterable[Rule]) -> Config:
    catch_all = next((rule for rule in rules if rule.match is None), None)
    local = None if catch_all is None else _local_port(catch_all, port)
    target = ORIGINAL if catch_all is None or local is None else _cluster_name(catch_all, local)
    proxy = {
        "@type": f"{TYPES}.extensions.filters.network.tcp_proxy.v3.TcpProxy",
        "stat_prefix": f"raw{port}",
        "cluster": target,
        "idle_timeout": NO_TIMEOUT,
    }
    return {
        "name": f"raw-{port}",
        "filter_chain_match": {"destination_port": port},
        "filters": [{"name": "envoy.filters.network.tcp_proxy", "typed_config": proxy}],
    }


def _route(name: str, match: HttpMatch, cluster: str, known_as: str) -> Config:
    # Before anything was sent a request may be tried again: the server had closed the connection just then.
    retry = {"retry_on": "reset-before-request", "num_retries": 2}
    action = {"cluster": cluster, "timeout": NO_TIMEOUT, "idle_timeout": NO_TIMEOUT, "retry_policy": retry}
    return {
        "name": name,
        "match": _match(match),
        "route": action,
        "metadata": {"filter_metadata": {"kubeferry": {"target": known_as}}},
    }


def _match(match: HttpMatch) -> Config:
    """Of a path as requests have it, percent-encoded (RFC 3986, 2.1), without the query."""
    path = quote(match.path.rstrip("/"), safe="/%:@!$&'()*+,;=-._~[]|^{}\"\\<>` ")
    found: Config = {"path_separated_prefix": path} if path else {"prefix": "/"}
    if match.headers:
        found["headers"] = [_header(header) for header in match.headers]
    return found


def _header(header: HeaderMatch) -> Config:
    """Of a header that comes several times, one of its values has to match."""
    name = ":authority" if header.name == "host" else header.name
    if header.kind is MatchKind.PRESENT or (header.kind is MatchKind.PREFIX and not header.value):
        return {"name": name, "present_match": True}
    if header.kind is MatchKind.PREFIX:
        return {"name": name, "string_match": {"prefix": header.value}}
    if header.kind is MatchKind.REGEX and header.value:
        return {"name": name, "string_match": {"safe_regex": {"regex": header.value}}}
    return {"name": name, "string_match": {"exact": header.value}}


def _source(path: str) -> Config:
    """Files are replaced by rename(2), which is what Envoy watches for."""
    return {"path_config_source": {"path": path}, "resource_api_version": "V3"}


def _address(host: str, port: int, *, compatible: bool = False) -> Config:
    address: Config = {"address": host, "port_value": port}
    if compatible:
        address["ipv4_compat"] = True
    return {"socket_address": address}


def _filter(name: str, kind: str) -> Config:
    return {"name": f"envoy.filters.listener.{name}", "typed_config": {"@type": f"{TYPES}.extensions.{kind}"}}
