"""The connection's facts in words: which groups there are, what each value is called, and all of it as one text."""

from __future__ import annotations

from dataclasses import dataclass

from app.controllers.diagnosis_views import DetailsView, ProbeView
from app.ui.translation import tr, tr_count
from app.ui.wording import STATE_WORDS, age, round_trip


@dataclass(frozen=True)
class Detail:
    """`value` may have several lines. `is_code`: shown in the font of addresses."""

    label: str
    value: str
    is_code: bool = False


@dataclass(frozen=True)
class DetailGroup:
    title: str
    details: tuple[Detail, ...]


def detail_groups(view: DetailsView, now: float) -> tuple[DetailGroup, ...]:
    """What is not known is left out; a group without anything too. `now`: Unix time."""
    groups = (
        DetailGroup(tr("Cluster"), _known(_cluster(view, now))),
        DetailGroup(tr("Tunnel"), _known(_tunnel(view, now))),
        DetailGroup(tr("Routes"), _known(_routes(view))),
        DetailGroup(tr("Names"), _known(_names(view))),
    )
    return tuple(group for group in groups if group.details)


def as_text(groups: tuple[DetailGroup, ...]) -> str:
    """For the clipboard: what a colleague can read in a chat."""
    parts = []
    for group in groups:
        lines = [f"{detail.label}: {', '.join(detail.value.splitlines())}" for detail in group.details]
        parts.append("\n".join((group.title, *(f"  {line}" for line in lines))))
    return "\n".join(parts) + "\n"


def _known(details: tuple[Detail, ...]) -> tuple[Detail, ...]:
    return tuple(detail for detail in details if detail.value)


def _cluster(view: DetailsView, now: float) -> tuple[Detail, ...]:
    pod = f"{view.manager_namespace}/{view.manager_pod}" if view.manager_pod else ""
    return (
        Detail(tr("State"), tr(STATE_WORDS[view.phase])),
        Detail(tr("Reason"), view.problem.what if view.problem is not None else ""),
        Detail(tr("Since"), _since(view, now)),
        Detail(tr("Context"), view.context),
        Detail(tr("Namespace"), view.namespace),
        Detail(tr("API server"), view.server, is_code=True),
        Detail(tr("Kubernetes"), view.server_version),
        Detail(tr("Traffic manager"), pod, is_code=True),
        Detail(tr("Manager version"), view.manager_version),
    )


def _since(view: DetailsView, now: float) -> str:
    if view.since is None:
        return ""
    ago = tr("{time} ago", time=age(now - view.since))
    if not view.reconnects:
        return ago
    return f"{ago}, {tr_count(view.reconnects, 'one reconnect', '{count} reconnects')}"


def _tunnel(view: DetailsView, now: float) -> tuple[Detail, ...]:
    return (
        Detail(tr("Lanes"), _lanes(view)),
        Detail(tr("Interface"), view.interface, is_code=True),
        Detail(tr("Addresses"), "\n".join(view.addresses), is_code=True),
        Detail(tr("MTU"), tr("{count} bytes", count=view.mtu) if view.mtu else ""),
        Detail(tr("Lease"), view.lease_id, is_code=True),
        Detail(tr("Held by"), _holder(view)),
        Detail(tr("Connection id"), view.connection_id, is_code=True),
        Detail(tr("Last probe"), _probe(view.probe, now)),
    )


def _lanes(view: DetailsView) -> str:
    if not view.lanes:
        return ""
    values = {"pod": view.manager_pod or "—"}
    return tr_count(
        view.lanes,
        "One, a port-forward through the API server to {pod}",
        "{count}, port-forwards through the API server to {pod}",
        **values,
    )


def _holder(view: DetailsView) -> str:
    if not view.addresses:
        return ""
    return tr("The tunnel. It is kept through short losses and given back on disconnecting")


def _probe(probe: ProbeView | None, now: float) -> str:
    if probe is None:
        return ""
    parts = []
    if probe.dns_s is not None:
        parts.append(tr("a cluster name in {time}", time=round_trip(probe.dns_s)))
    if probe.tcp_s is not None:
        parts.append(tr("the API's service in {time}", time=round_trip(probe.tcp_s)))
    if not probe.is_ok:
        parts.append(tr("failed: {reason}", reason=probe.detail or tr("no answer")))
    if probe.at is not None:
        parts.append(tr("{time} ago", time=age(now - probe.at)))
    return ", ".join(parts)


def _routes(view: DetailsView) -> tuple[Detail, ...]:
    nothing = tr("Nothing") if view.subnets else ""
    return (
        Detail(tr("Into the cluster"), "\n".join(view.subnets), is_code=True),
        Detail(tr("Kept outside"), "\n".join(view.excluded) or nothing, is_code=bool(view.excluded)),
    )


def _names(view: DetailsView) -> tuple[Detail, ...]:
    if not view.subnets:
        return ()
    reverse = tr("and the reverse names of the routed addresses")
    # There can be hundreds: one behind the other.
    match = f"{', '.join(view.match_domains)}\n{reverse}" if view.match_domains else ""
    return (
        Detail(tr("Set up through"), view.resolver),
        Detail(tr("Cluster domain"), view.cluster_domain, is_code=True),
        Detail(tr("Asked in the cluster"), match, is_code=True),
        Detail(tr("Appended to short names"), "\n".join(view.search_domains), is_code=True),
        Detail(tr("The cluster's servers"), "\n".join(view.dns_servers), is_code=True),
        Detail(tr("All other names"), "\n".join(view.upstreams), is_code=True),
    )
