"""Whose intercepts there are, and what each workload's sidecars are to do. Pure: no I/O, no clock.

Soft state: laptops declare their whole set whenever they come. A laptop that is away keeps its place for as long as
its lease, but no traffic goes to it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from helper.protocol.intercepts import MAX_INTERCEPTS, Health, HttpMatch, Intercept, InterceptState, Workload
from helper.wire.sidecar_messages import Applied, Rule


class GroupKey(NamedTuple):
    """The sidecars of one injection."""

    workload: Workload
    injection_id: str


@dataclass(frozen=True)
class Owner:
    """`holder`: whatever stands for the laptop's lease. `address4`: its virtual address."""

    holder: Hashable
    owner_id: str
    name: str
    address4: str


@dataclass(slots=True)
class _Laptop:
    owner: Owner
    present: bool
    intercepts: tuple[Intercept, ...]


class _Member(NamedTuple):
    laptop: _Laptop
    intercept: Intercept


@dataclass(slots=True)
class Group:
    """`generation` numbers the changes of `rules`; `born` tells since which generation each rule is as it is.

    `members` are all who declared something here, in the order of their rules; `superseded` maps an intercept to who
    declared the same later.
    """

    generation: int = 0
    rules: tuple[Rule, ...] = ()
    born: dict[str, int] = field(default_factory=dict)
    members: list[_Member] = field(default_factory=list)
    superseded: dict[str, _Laptop] = field(default_factory=dict)


Progress = tuple[Applied, ...]
"""What each sidecar of a group said last."""


class InterceptTable:
    def __init__(self) -> None:
        self._laptops: dict[Hashable, _Laptop] = {}
        self.groups: dict[GroupKey, Group] = {}
        self._generation = 0

    def declare(self, owner: Owner, intercepts: Iterable[Intercept]) -> frozenset[GroupKey]:
        """The whole set of a laptop that is there. Returns the groups whose rules changed, those that ended too.

        An intercept that another owner has declared is not taken, and neither is one too many: see MAX_INTERCEPTS.
        What the same installation declared under an older lease is this laptop's now.
        """
        wanted = {one.intercept_id: one for one in intercepts}
        touched: set[GroupKey] = set()
        for other in self._laptops.values():
            if other.owner.holder == owner.holder:
                touched |= _keys(other.intercepts)
                continue
            twice = [one for one in other.intercepts if one.intercept_id in wanted]
            if twice and other.owner.owner_id == owner.owner_id:
                touched |= _keys(twice)
                other.intercepts = tuple(one for one in other.intercepts if one not in twice)
            else:
                for one in twice:
                    del wanted[one.intercept_id]
        laptop = _Laptop(owner, True, tuple(wanted.values()))
        self._laptops[owner.holder] = laptop
        return self._refresh(touched | _keys(laptop.intercepts))

    def forget(self, holder: Hashable) -> frozenset[GroupKey]:
        laptop = self._laptops.pop(holder, None)
        return frozenset() if laptop is None else self._refresh(_keys(laptop.intercepts))

    def set_present(self, holder: Hashable, present: bool) -> frozenset[GroupKey]:
        laptop = self._laptops.get(holder)
        if laptop is None or laptop.present == present:
            return frozenset()
        laptop.present = present
        return self._refresh(_keys(laptop.intercepts))

    def holders(self) -> tuple[Hashable, ...]:
        return tuple(self._laptops)

    def declared(self, holder: Hashable) -> tuple[Intercept, ...]:
        laptop = self._laptops.get(holder)
        return () if laptop is None else laptop.intercepts

    def states(self, holder: Hashable | None, progress: Mapping[GroupKey, Progress]) -> tuple[InterceptState, ...]:
        """Of one laptop; None: of all."""
        chosen = self._laptops.values() if holder is None else [self._laptops[holder]]
        return tuple(self._state(laptop, intercept, progress) for laptop in chosen for intercept in laptop.intercepts)

    def _state(self, laptop: _Laptop, intercept: Intercept, progress: Mapping[GroupKey, Progress]) -> InterceptState:
        key = GroupKey(intercept.workload, intercept.injection_id)
        group = self.groups[key]
        sidecars = progress.get(key, ())
        born = group.born.get(intercept.intercept_id)
        # What was said of former rules says nothing of this one.
        applied = [] if born is None else [said for said in sidecars if said.generation >= born]
        trouble = next((said.trouble for said in applied if _concerns(said, intercept.intercept_id)), "")
        newer = group.superseded.get(intercept.intercept_id)
        if newer is not None:
            health = Health.SUPERSEDED
        elif not laptop.present:
            health = Health.ABSENT
        elif not sidecars:
            health = Health.WAITING
        else:
            health = Health.ACTIVE if len(applied) == len(sidecars) and not trouble else Health.PARTIAL
        return InterceptState(
            intercept=intercept,
            owner_id=laptop.owner.owner_id,
            owner=laptop.owner.name,
            health=health,
            sidecars=len(sidecars),
            applied=len(applied),
            superseded_by="" if newer is None else newer.owner.name,
            trouble=trouble,
        )

    def _refresh(self, keys: Iterable[GroupKey]) -> frozenset[GroupKey]:
        changed: set[GroupKey] = set()
        for key, found in self._members(keys).items():
            members = sorted(found, key=_rank)
            if not members:
                if self.groups.pop(key, None) is not None:
                    changed.add(key)
                continue
            group = self.groups.setdefault(key, Group())
            group.members = members[:MAX_INTERCEPTS]
            group.superseded = _superseded(group.members)
            rules = tuple(
                _rule(member)
                for member in group.members
                if member.laptop.present and member.intercept.intercept_id not in group.superseded
            )
            if rules != group.rules or group.generation == 0:
                # Never the same number twice, so that no sidecar's word about former rules is taken for these.
                self._generation += 1
                _set_rules(group, rules, self._generation)
                changed.add(key)
        return frozenset(changed)

    def _members(self, keys: Iterable[GroupKey]) -> dict[GroupKey, list[_Member]]:
        """In one go for all: a laptop that declares very much must not hold up the others."""
        found: dict[GroupKey, list[_Member]] = {key: [] for key in keys}
        for laptop in self._laptops.values():
            for intercept in laptop.intercepts:
                members = found.get(GroupKey(intercept.workload, intercept.injection_id))
                if members is not None:
                    members.append(_Member(laptop, intercept))
        return found


def _concerns(said: Applied, intercept_id: str) -> bool:
    return bool(said.trouble) and (not said.refused or intercept_id in said.refused)


def _keys(intercepts: Iterable[Intercept]) -> frozenset[GroupKey]:
    return frozenset(GroupKey(one.workload, one.injection_id) for one in intercepts)


def _rank(member: _Member) -> tuple[bool, float, str]:
    """Rules are tried before what takes everything; of each, the older one first."""
    intercept = member.intercept
    return intercept.match is None, intercept.since, intercept.intercept_id


def _superseded(members: Iterable[_Member]) -> dict[str, _Laptop]:
    """Of those who want the same, the newest counts: the app refuses a rival, so this is a take-over."""
    alike: dict[HttpMatch | None, list[_Member]] = {}
    for member in members:
        alike.setdefault(member.intercept.match, []).append(member)
    found: dict[str, _Laptop] = {}
    for rivals in alike.values():
        for older, one in enumerate(rivals):
            newer = next((n for n in reversed(rivals[older + 1 :]) if _share_ports(one.intercept, n.intercept)), None)
            if newer is not None:
                found[one.intercept.intercept_id] = newer.laptop
    return found


def _set_rules(group: Group, rules: tuple[Rule, ...], generation: int) -> None:
    group.generation = generation
    before = {rule.intercept_id: rule for rule in group.rules}
    group.born = {
        rule.intercept_id: group.born[rule.intercept_id] if before.get(rule.intercept_id) == rule else group.generation
        for rule in rules
    }
    group.rules = rules


def _rule(member: _Member) -> Rule:
    intercept, owner = member.intercept, member.laptop.owner
    return Rule(
        intercept_id=intercept.intercept_id,
        owner=owner.name,
        address4=owner.address4,
        match=intercept.match,
        ports=intercept.ports,
        other_ports=intercept.other_ports,
    )


def _share_ports(one: Intercept, other: Intercept) -> bool:
    if one.other_ports or other.other_ports:
        return True
    return bool({port.remote for port in one.ports} & {port.remote for port in other.ports})
