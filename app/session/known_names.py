"""Which names a connection hands to the cluster: what the facts say of it, worked out as the network keeper does."""

from __future__ import annotations

from app.domain.names import cluster_names
from app.session import messages as m


def match_domains(facts: m.Facts) -> tuple[str, ...]:
    """Without the zones of reverse names, which are those of the routed subnets. Empty while nothing is routed."""
    if not facts.subnets or not facts.cluster_domain:
        return ()
    return cluster_names(facts.cluster_domain, facts.namespace, facts.namespaces, ()).match


def search_domains(facts: m.Facts) -> tuple[str, ...]:
    """What is appended to names of one label, in this order."""
    if not facts.subnets or not facts.cluster_domain:
        return ()
    return cluster_names(facts.cluster_domain, facts.namespace, (), ()).search
