"""How kubeconfigs and what is to be known of them read."""

from __future__ import annotations

import os

from app.controllers.first_run_views import KubeconfigsView, Source, SourceKind
from app.domain.kubeconfig_cautions import Caution, CautionKind
from app.ui.translation import mark, tr, tr_count

CAUTIONS = {
    CautionKind.RUNS_COMMAND: mark("User {subject} logs in with the command {detail}, which runs on this machine."),
    CautionKind.NOT_ENCRYPTED: mark("Cluster {subject} is talked to without encryption, at {detail}."),
    CautionKind.NOT_VERIFIED: mark("The certificate of cluster {subject} is not checked, so anybody may pass for it."),
    CautionKind.RENAMED: mark("There is a context {subject} already; this one is called {detail} here."),
    CautionKind.NO_CLUSTER: mark("Context {subject} cannot be used: its cluster {detail} is not in there."),
    CautionKind.NO_USER: mark("Context {subject} cannot be used: its user {detail} is not in there."),
}
_NAMED = 3


def caution_words(caution: Caution) -> str:
    return tr(CAUTIONS[caution.kind], subject=caution.subject, detail=caution.detail)


def source_title(source: Source) -> str:
    if source.kind is SourceKind.PASTED:
        return tr("Pasted: {name}", name=source.title)
    home = os.path.expanduser("~")
    return "~" + source.title.removeprefix(home) if source.title.startswith(home + os.sep) else source.title


def source_line(source: Source) -> str:
    """What is in it, or why it cannot be used."""
    if source.problem:
        return tr("Cannot be used: {problem}.", problem=source.problem.rstrip("."))
    names = ", ".join(source.contexts[:_NAMED]) + (", …" if len(source.contexts) > _NAMED else "")
    told = tr_count(len(source.contexts), "{count} context: {names}", "{count} contexts: {names}", names=names)
    if not source.contexts:
        told = tr("No contexts")
    if source.kind is SourceKind.PASTED:
        where = tr("in your keyring") if source.kept else tr("in memory, until Kubeferry ends")
        return f"{told} · {where}"
    return told


def news(view: KubeconfigsView) -> tuple[str, ...]:
    """What came of the last wish to add one, a sentence each."""
    if view.refused:
        return (tr("It was not taken: {reason}.", reason=view.refused.rstrip(".")),)
    if view.added is None:
        return ()
    found = [caution_words(caution) for caution in view.added.cautions]
    if view.added.unkept:
        found.append(
            tr(
                "Your desktop has no keyring that could keep it ({reason}), so it is held in memory and gone when "
                "Kubeferry ends. Nothing of it was written to disk.",
                reason=view.added.unkept,
            )
        )
    return tuple(found)
