"""Options that several commands share."""

from __future__ import annotations

import os
from typing import Any

import click

from app.session.convert import absolute_kubeconfig


def cluster_options(command: Any) -> Any:
    """Adds `--context` and `--kubeconfig`."""
    command = click.option("--context", metavar="NAME", help="Context of the kubeconfig; else its current one.")(
        command
    )
    return click.option(
        "--kubeconfig", metavar="FILE", type=click.Path(), help="Kubeconfig file; else $KUBECONFIG or ~/.kube/config."
    )(command)


def kubeconfig_files(option: str | None) -> str | None:
    """What KUBECONFIG would hold, with absolute paths; None: the default file."""
    return absolute_kubeconfig(option or os.environ.get("KUBECONFIG"))
