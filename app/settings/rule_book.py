"""The rules and port maps that were used at each workload, to be offered again.

Nothing that must be right: what cannot be read is as if it had never been written. Nothing secret either: a rule that
was used stood at its workload, for everybody to see.
"""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec

from app.domain.intercepts import HttpRule, PortMap
from app.settings.private_file import write_private

log = logging.getLogger(__name__)

Key = tuple[str, str, str]
"""(kind, namespace, name) of a workload."""

MAX_RULES = 8
"""Of one workload."""

MAX_WORKLOADS = 500
MAX_FILE_BYTES = 4 << 20
_VERSION = 1


class UsedPorts(msgspec.Struct, frozen=True):
    """How ports were mapped last."""

    ports: tuple[PortMap, ...] = ()
    only_ports: bool = False


class _Entry(msgspec.Struct, frozen=True):
    context: str
    workload: Key
    rules: tuple[HttpRule, ...] = ()
    mesh_ports: UsedPorts | None = None
    proxy_ports: UsedPorts | None = None


class _Book(msgspec.Struct, frozen=True):
    """`entries`: raw, so that one that a newer version wrote otherwise does not take the rest with it."""

    version: int = _VERSION
    entries: tuple[msgspec.Raw, ...] = ()


class RuleBook:
    """`path` None: nothing is read or written (tests, pictures). Files are small: reading and writing take < 5 ms."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._entries: dict[tuple[str, Key], _Entry] = {}
        """The one used last comes last."""
        if path is not None:
            for entry in _read(path):
                self._entries[entry.context, entry.workload] = entry

    def rules_for(self, context: str, key: Key) -> tuple[HttpRule, ...]:
        """Newest first."""
        entry = self._entries.get((context, key))
        return () if entry is None else entry.rules

    def ports_for(self, context: str, key: Key, mode: str) -> UsedPorts | None:
        """`mode`: "mesh" or "proxy"."""
        entry = self._entries.get((context, key))
        if entry is None:
            return None
        return entry.proxy_ports if mode == "proxy" else entry.mesh_ports

    def remember(self, context: str, key: Key, rule: HttpRule) -> None:
        entry = self._entry(context, key)
        others = tuple(one for one in entry.rules if one != rule)
        self._put(msgspec.structs.replace(entry, rules=(rule, *others)[:MAX_RULES]))

    def remember_ports(
        self, context: str, key: Key, mode: str, ports: tuple[PortMap, ...], only_ports: bool = False
    ) -> None:
        used = UsedPorts(ports, only_ports)
        entry = self._entry(context, key)
        if mode == "proxy":
            self._put(msgspec.structs.replace(entry, proxy_ports=used))
        else:
            self._put(msgspec.structs.replace(entry, mesh_ports=used))

    def forget(self, context: str, key: Key, rule: HttpRule) -> None:
        """What is not remembered is fine."""
        entry = self._entry(context, key)
        if rule in entry.rules:
            self._put(msgspec.structs.replace(entry, rules=tuple(one for one in entry.rules if one != rule)))

    def _entry(self, context: str, key: Key) -> _Entry:
        return self._entries.get((context, key)) or _Entry(context, key)

    def _put(self, entry: _Entry) -> None:
        place = entry.context, entry.workload
        if self._entries.get(place) == entry and next(reversed(self._entries)) == place:
            return
        self._entries.pop(place, None)
        self._entries[place] = entry
        while len(self._entries) > MAX_WORKLOADS:
            del self._entries[next(iter(self._entries))]
        if self._path is not None:
            _write(self._path, tuple(self._entries.values()))


def _read(path: Path) -> tuple[_Entry, ...]:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise OSError("it is too big")
        book = msgspec.json.decode(path.read_bytes(), type=_Book)
    except FileNotFoundError:
        return ()
    except (OSError, msgspec.DecodeError) as error:
        log.warning("saved rules in %s are not usable: %s", path, error)
        return ()
    found: list[_Entry] = []
    for raw in book.entries[-MAX_WORKLOADS:]:
        try:
            entry = msgspec.json.decode(raw, type=_Entry)
        except msgspec.DecodeError as error:
            log.info("one workload's saved rules in %s are not usable: %s", path, error)
            continue
        found.append(msgspec.structs.replace(entry, rules=entry.rules[:MAX_RULES]))
    return tuple(found)


def _write(path: Path, entries: tuple[_Entry, ...]) -> None:
    book = _Book(entries=tuple(msgspec.Raw(msgspec.json.encode(entry)) for entry in entries))
    write_private(path, msgspec.json.encode(book))
