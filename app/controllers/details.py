"""From the session's status to the connection's details."""

from __future__ import annotations

from app.controllers.connection_view import connection_view
from app.controllers.diagnosis_views import DetailsView, ProbeView
from app.session.known_names import match_domains, search_domains
from app.session.messages import StateKind, Status
from helper.protocol.helper_messages import ResolverBackend

LANES = 1
"""A tunnel is one WebSocket port-forward: the manager hands a client's further streams to nobody else (yet)."""

_UP = (StateKind.CONNECTED, StateKind.DEGRADED)


def details_view(status: Status) -> DetailsView:
    facts = status.facts
    view = connection_view(status)
    return DetailsView(
        phase=view.phase,
        context=facts.context,
        namespace=facts.namespace,
        server=facts.server,
        server_version=facts.server_version,
        manager_namespace=facts.manager_namespace,
        manager_pod=facts.manager_pod,
        manager_version=facts.manager_version,
        connection_id=facts.connection_id,
        lease_id=facts.lease_id,
        interface=facts.interface,
        addresses=facts.addresses,
        mtu=facts.mtu,
        lanes=LANES if status.state in _UP else 0,
        subnets=facts.subnets,
        excluded=facts.excluded,
        resolver="" if facts.resolver is ResolverBackend.NONE else facts.resolver.value,
        cluster_domain=facts.cluster_domain,
        match_domains=match_domains(facts),
        search_domains=search_domains(facts),
        dns_servers=facts.dns_servers,
        upstreams=facts.upstreams,
        since=status.since,
        reconnects=status.reconnects,
        probe=_probe(status),
        problem=view.problem,
    )


def _probe(status: Status) -> ProbeView | None:
    probe = status.probe
    if probe is None:
        return None
    return ProbeView(probe.ok, probe.dns_s, probe.tcp_s, probe.detail, status.probed_at)
