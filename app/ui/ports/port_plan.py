"""What rows of ports mean: which port map they make, what is wrong, what of it nobody serves. No widgets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from app.controllers.views import PortRow
from app.domain.intercepts import PortMap
from app.platform.listeners import Listener

MAX_PORT = 65_535


@dataclass(frozen=True)
class PortDraft:
    """One row, as it was typed. `declared`: the pod spec has it. `taken`: it is to come here."""

    remote: str
    local: str
    name: str = ""
    protocols: tuple[str, ...] = ("TCP",)
    declared: bool = False
    taken: bool = True

    @property
    def map(self) -> PortMap | None:
        """None: one of them is no port."""
        remote, local = port_number(self.remote), port_number(self.local)
        return None if remote is None or local is None else PortMap(remote, local)


def port_number(text: str) -> int | None:
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 5):
        return None
    number = int(text)
    return number if 1 <= number <= MAX_PORT else None


def drafts_of(ports: Iterable[PortRow], mode: str) -> tuple[PortDraft, ...]:
    """Of the pod spec. A mesh is about TCP; nobody can take SCTP. A port that has two protocols is one row."""
    wanted = ("TCP",) if mode == "mesh" else ("TCP", "UDP")
    found: dict[int, PortDraft] = {}
    for port in ports:
        if port.protocol not in wanted:
            continue
        before = found.get(port.number)
        if before is None:
            number = str(port.number)
            found[port.number] = PortDraft(number, number, port.name, (port.protocol,), declared=True)
        else:
            protocols = tuple(sorted({*before.protocols, port.protocol}))
            found[port.number] = replace(before, name=before.name or port.name, protocols=protocols)
    return tuple(found[number] for number in sorted(found))


def with_map(
    drafts: Sequence[PortDraft], ports: Sequence[PortMap], only_ports: bool, mode: str
) -> tuple[PortDraft, ...]:
    """As a map that was used says; what it does not name of the pod spec is not taken, where there is a choice."""
    locals_ = {port.remote: str(port.local) for port in ports}
    chooses = bool(ports) and (mode == "mesh" or only_ports)
    found = [
        replace(draft, local=locals_.get(number, draft.remote), taken=not chooses or number in locals_)
        for draft in drafts
        if draft.declared and (number := int(draft.remote))
    ]
    declared = {int(draft.remote) for draft in found}
    protocols = ("TCP",) if mode == "mesh" else ("TCP", "UDP")
    found += [
        PortDraft(str(port.remote), str(port.local), protocols=protocols)
        for port in ports
        if port.remote not in declared
    ]
    return tuple(found)


def port_map(drafts: Sequence[PortDraft], mode: str, only_ports: bool) -> tuple[PortMap, ...]:
    """What is told to the session. A proxy of everything names only what changes its number, or was added."""
    maps = [(draft, draft.map) for draft in drafts if draft.taken]
    names_all = mode == "mesh" or only_ports
    found = {
        port.remote: port
        for draft, port in maps
        if port is not None and (names_all or port.remote != port.local or not draft.declared)
    }
    return tuple(found.values())


def doubled(drafts: Sequence[PortDraft]) -> frozenset[int]:
    """Ports of the pod that two rows name."""
    numbers = [number for draft in drafts if (number := port_number(draft.remote)) is not None]
    return frozenset(number for number in numbers if numbers.count(number) > 1)


def listeners_on(listeners: Iterable[Listener], port: int, protocols: tuple[str, ...]) -> tuple[Listener, ...]:
    """Those that are reached come first."""
    found = [one for one in listeners if one.port == port and one.protocol in protocols]
    return tuple(sorted(found, key=lambda one: (not one.is_reached, not one.process, one)))


def missing_ports(drafts: Sequence[PortDraft], listeners: Sequence[Listener] | None) -> tuple[int, ...]:
    """Of this machine, where nobody serves what comes. Empty where it is not known."""
    if listeners is None:
        return ()
    found: dict[int, None] = {}
    for draft in drafts:
        port = draft.map
        if port is None or not draft.taken:
            continue
        if not any(one.is_reached for one in listeners_on(listeners, port.local, draft.protocols)):
            found[port.local] = None
    return tuple(found)
