"""What stands where the table would, when there is nothing to show: why, and what can be done about it. Pure."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from app.domain.catalogue import Explanation
from app.ui.translation import tr


class EmptyAction(enum.Enum):
    """What the empty page's button does."""

    NONE = enum.auto()
    SHOW_ALL = enum.auto()
    ALL_NAMESPACES = enum.auto()
    RELOAD = enum.auto()


@dataclass(frozen=True)
class Emptiness:
    """What is known when no row is shown. `known`: workloads that the search or the chips hide."""

    namespace: str | None = None
    is_loaded: bool = False
    has_contexts: bool = True
    problem: Explanation | None = None
    known: int = 0
    search: str = ""
    has_chips: bool = False


@dataclass(frozen=True)
class EmptyPage:
    head: str
    text: str = ""
    button: str = ""
    action: EmptyAction = EmptyAction.NONE
    icon: str = "layers"


def page_of(state: Emptiness) -> EmptyPage:
    if not state.has_contexts:
        text = tr("Kubeferry reads what kubectl reads: the files in KUBECONFIG, or ~/.kube/config.")
        return EmptyPage(tr("No Kubernetes context yet"), text, tr("Look again"), EmptyAction.RELOAD, "server")
    if state.problem is not None:
        text = f"{state.problem.what} {state.problem.next_step}"
        return EmptyPage(state.problem.title, text, tr("Try again"), EmptyAction.RELOAD, "server")
    if not state.is_loaded:
        return EmptyPage(tr("Loading workloads …"))
    if state.known:
        return _all_hidden(state)
    if state.namespace is not None:
        text = tr("Deployments, StatefulSets and DaemonSets appear here the moment they are created.")
        head = tr("Nothing runs in {place}", place=state.namespace)
        return EmptyPage(head, text, tr("Show all namespaces"), EmptyAction.ALL_NAMESPACES)
    text = tr("Workloads appear here the moment they are created.")
    return EmptyPage(tr("Nothing runs in this cluster"), text)


def _all_hidden(state: Emptiness) -> EmptyPage:
    place = state.namespace or tr("this cluster")
    searched = state.search.strip()
    if searched and state.has_chips:
        text = tr("None of the {count} in {place} has “{search}” and is what the chips ask for.")
        button = tr("Clear search and chips")
    elif searched:
        text = tr("None of the {count} in {place} has “{search}” in its name, kind, labels or images.")
        button = tr("Clear search")
    else:
        text = tr("None of the {count} in {place} is what the chips ask for.")
        button = tr("Clear all")
    told = text.format(count=state.known, place=place, search=searched)
    return EmptyPage(tr("No workload matches"), told, button, EmptyAction.SHOW_ALL, "search")
