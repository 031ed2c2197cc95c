"""Every sidecar that is connected: by its connection, by the group it belongs to, by its virtual address."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address

from helper.cluster.manager.intercepts import GroupKey, Progress
from helper.cluster.manager.sidecars import GREETING_S, SidecarLink

SIDECAR_SILENCE_S = 4.0
MAX_SIDECARS = 1024
"""Connections at once. When there are as many, the one that has shown no token for the longest makes room for the
next, so that strangers who hold connections keep no sidecar out."""


class SidecarRegistry:
    """A link has a group and an address from `join` on. The registry closes nothing: whoever asks it does."""

    def __init__(self) -> None:
        self._links: set[SidecarLink] = set()
        self._groups: dict[GroupKey, list[SidecarLink]] = {}
        self._by_address: dict[bytes, SidecarLink] = {}

    @property
    def full(self) -> bool:
        return len(self._links) >= MAX_SIDECARS

    def add(self, link: SidecarLink) -> None:
        self._links.add(link)

    def join(self, link: SidecarLink, key: GroupKey, address: IPv4Address) -> None:
        self._groups.setdefault(key, []).append(link)
        self._by_address[address.packed] = link

    def remove(self, link: SidecarLink) -> GroupKey | None:
        """Idempotent. Returns the group that it belonged to until now."""
        self._links.discard(link)
        key, address = link.key, link.address4
        if key is None or address is None:
            return None
        link.key = None
        self._by_address.pop(address.packed, None)
        left = [other for other in self._groups.get(key, ()) if other is not link]
        if left:
            self._groups[key] = left
        else:
            self._groups.pop(key, None)
        return key

    def links(self) -> tuple[SidecarLink, ...]:
        return tuple(self._links)

    def of(self, key: GroupKey) -> Sequence[SidecarLink]:
        return tuple(self._groups.get(key, ()))

    def at(self, address: bytes) -> SidecarLink | None:
        """`address`: packed."""
        return self._by_address.get(address)

    def groups(self) -> Iterator[tuple[GroupKey, Sequence[SidecarLink]]]:
        for key, links in tuple(self._groups.items()):
            yield key, tuple(links)

    def progress(self) -> dict[GroupKey, Progress]:
        return {key: tuple(link.applied for link in links) for key, links in self._groups.items()}

    def longest_waiting(self) -> SidecarLink | None:
        """Of those that have shown no token."""
        return min((link for link in self._links if link.key is None), key=lambda link: link.began_at, default=None)

    def overdue(self, now: float) -> tuple[SidecarLink, ...]:
        """Those that have not greeted in time, or fell silent. `now` is the loop's time."""
        return tuple(
            link
            for link in self._links
            if (now - link.began_at > GREETING_S if link.key is None else now - link.heard_at > SIDECAR_SILENCE_S)
        )
