"""`manager install|uninstall|manifest`: the traffic manager in the cluster, with the user's own rights."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

import click

from app.cli.examples import examples
from app.cli.options import cluster_options, kubeconfig_files
from app.cli.output import Format, output_option, print_json
from app.cli.progress import Progress
from app.cli.terminal import echo, write
from app.domain.durations import parse_duration_s
from app.domain.stages import Stage, describe_stage
from helper.cluster.api import DEFAULT_MANAGER_IMAGE, DEFAULT_MANAGER_NAMESPACE

T = TypeVar("T")

_namespace = click.option(
    "--manager-namespace", metavar="NAME", default=DEFAULT_MANAGER_NAMESPACE, show_default=True, help="Where it lives."
)
_image = click.option(
    "--image", metavar="IMAGE", default=DEFAULT_MANAGER_IMAGE, show_default=True, help="Its container image."
)

_reap = click.option(
    "--reap-after",
    metavar="TIME",
    callback=lambda _context, _option, text: None if text is None else parse_duration_s("--reap-after", text),
    help="Give the manager the right to restore workloads itself whose owners have been gone for so long (24h, say). "
    "Off by default: it then has no rights in the cluster at all.",
)


@click.group(short_help="The traffic manager: install, uninstall, print its manifest.")
def manager() -> None:
    """The traffic manager in the cluster: install it, take it away, or print its manifest."""


@manager.command(short_help="Installs the traffic manager, or brings it up to date.")
@cluster_options
@_namespace
@_image
@_reap
@output_option
def install(
    context: str | None,
    kubeconfig: str | None,
    manager_namespace: str,
    image: str,
    reap_after: int | None,
    output: Format,
) -> None:
    """Installs the traffic manager, or brings it up to date. Connecting does this by itself."""
    from app.cli.manager_work import install_manager_of

    with Progress(quiet=output is Format.JSON) as progress:
        pod = run_interruptibly(
            install_manager_of(
                context, kubeconfig_files(kubeconfig), manager_namespace, image, reap_after, _teller(progress)
            )
        )
    if output is Format.JSON:
        print_json({"namespace": pod.namespace, "pod": pod.name, "image": pod.image})
    else:
        echo(f"The traffic manager runs in namespace {pod.namespace}.")


@manager.command(short_help="Takes the traffic manager away.")
@cluster_options
@_namespace
@output_option
def uninstall(context: str | None, kubeconfig: str | None, manager_namespace: str, output: Format) -> None:
    """Takes the traffic manager away. Its namespace goes too, if Kubeferry made it and nothing else is in it."""
    from app.cli.manager_work import uninstall_manager_of

    with Progress(quiet=output is Format.JSON) as progress:
        done = run_interruptibly(
            uninstall_manager_of(context, kubeconfig_files(kubeconfig), manager_namespace, _teller(progress))
        )
    if output is Format.JSON:
        print_json({"found": done.found, "namespace_removed": done.namespace_removed, "kept": done.kept})
        return
    if not done.found:
        echo(f"There was no traffic manager in namespace {manager_namespace}.")
    else:
        echo(f"The traffic manager of namespace {manager_namespace} is gone.")
    if done.kept:
        echo(f"The namespace stays: {done.kept}.")


@manager.command(
    epilog=examples(
        ("manager manifest | kubectl apply -f -", ""),
        ("manager manifest --keys without --for-group developers --in-namespace shop", ""),
    )
)
@_namespace
@_image
@_reap
@click.option("--pull-secret", metavar="NAME", help="A Secret for the image's registry, which is there already.")
@click.option(
    "--keys",
    type=click.Choice(["with", "without", "only"]),
    default="with",
    show_default=True,
    help="The Secret with the manager's new keys. Without: for a repository; apply `--keys only` once beside it.",
)
@click.option(
    "--for-group", "groups", metavar="GROUP", multiple=True, help="Also roles for this group of users, to connect."
)
@click.option(
    "--in-namespace", "places", metavar="NAME", multiple=True, help="Where these users may also intercept workloads."
)
def manifest(
    manager_namespace: str,
    image: str,
    reap_after: int | None,
    pull_secret: str | None,
    keys: str,
    groups: tuple[str, ...],
    places: tuple[str, ...],
) -> None:
    """Prints the YAML that `install` applies.

    For those who install by other means; what is printed has new keys each time, unless --keys says otherwise."""
    from app.cli.manager_work import manifest_of

    if places and not groups:
        raise click.UsageError("--in-namespace says where users may intercept: add --for-group to say who they are.")
    text = manifest_of(
        manager_namespace,
        image,
        reap_after,
        pull_secret=pull_secret,
        with_keys=keys,
        groups=groups,
        intercept_namespaces=places,
    )
    write(text, nl=False)


def run_interruptibly(work: Coroutine[Any, Any, T]) -> T:
    """Runs `work` with an event loop; Ctrl-C cancels it, and waits until it has undone what it did."""

    async def supervise() -> T:
        task = asyncio.current_task()
        if task is not None:
            asyncio.get_running_loop().add_signal_handler(signal.SIGINT, task.cancel)
        try:
            return await work
        finally:
            asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)

    try:
        return asyncio.run(supervise())
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


def _teller(progress: Progress) -> Any:
    def tell(stage: Stage, waits_for: str) -> None:
        progress.tell(describe_stage(stage, waits_for))

    return tell
