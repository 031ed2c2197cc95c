"""What the user chose in the settings, as the session is asked for it."""

from __future__ import annotations

from app.session import messages as m
from app.settings.preferences import ClusterChoices


def connect_request(
    context: str | None, namespace: str | None, kubeconfig: str | None, choices: ClusterChoices
) -> m.Connect:
    """`kubeconfig` is what KUBECONFIG would hold; an empty choice is none."""
    return m.Connect(
        context=context,
        namespace=namespace,
        kubeconfig=kubeconfig,
        manager_namespace=choices.manager_namespace or None,
        image=choices.image or None,
        sidecar_image=choices.sidecar_image or None,
        include=choices.include,
        exclude=choices.exclude,
        on_overlap=choices.on_overlap,
        pull_secret=choices.pull_secret or None,
        on_drop=choices.on_drop,
    )
