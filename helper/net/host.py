"""The network of the system that this runs on: the one place that chooses between Linux and macOS."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Protocol

from helper.net.journal import Journal, LinkOpened, ResolverFileReplaced, ResolverFolderChanged
from helper.net.kernel_route import NetworkFailed
from helper.net.network import Network
from helper.net.resolv_conf import restore


class LinkRemover(Protocol):
    def remove_link(self, interface: str) -> None:
        """A link that is gone is fine. Raises NetworkFailed."""

    def close(self) -> None: ...


class UtunLinks:
    """Of a helper that was killed: they have ended with its worker, which the cleanup ends before.

    An interface of the same name may be another program's by now, so nothing is taken off it.
    """

    def remove_link(self, interface: str) -> None: ...

    def close(self) -> None: ...


def host_network(journal: Journal, resolv_conf: Path) -> Network:
    if sys.platform == "darwin":
        from helper.net.darwin.network import DarwinNetwork

        return DarwinNetwork(journal, resolv_conf)
    from helper.net.linux import LinuxNetwork

    return LinuxNetwork(journal, resolv_conf)


def link_remover() -> LinkRemover:
    if sys.platform == "darwin":
        return UtunLinks()
    from helper.net.links import Links

    return Links()


def undo_resolver(entry: ResolverFileReplaced | ResolverFolderChanged) -> tuple[str, ...]:
    """Returns what is left, in words."""
    if isinstance(entry, ResolverFileReplaced):
        return restore(entry)
    from helper.net.darwin.resolver_files import restore_folder
    from helper.net.darwin.system_calls import DarwinSystemCalls

    return restore_folder(entry, DarwinSystemCalls())


def undo_link(entry: LinkOpened, links: LinkRemover) -> tuple[str, ...]:
    """Returns what is left, in words."""
    try:
        links.remove_link(entry.interface)
    except NetworkFailed as error:
        return (f"the link {entry.interface} could not be removed: {error}",)
    return ()
