"""Options that several commands share."""

from __future__ import annotations

import os
from typing import Any

import click


def cluster_options(command: Any) -> Any:
    """Adds `--context` and `--kubeconfig`."""
    command = click.option("--context", metavar="NAME", help="Context of the kubeconfig; else its current one.")(
        command
    )
    return click.option(
        "--kubeconfig", metavar="FILE", type=click.Path(), help="Kubeconfig file; else $KUBECONFIG or ~/.kube/config."
    )(command)


def kubeconfig_files(option: str | None) -> str | None:
    """What KUBECONFIG would hold, absolute because the session runs elsewhere; None: the default file."""
    files = option or os.environ.get("KUBECONFIG") or ""
    parts = [os.path.abspath(os.path.expanduser(part)) for part in files.split(os.pathsep) if part]
    return os.pathsep.join(parts) or None
