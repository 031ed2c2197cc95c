"""What a screen reader is told of a program's windows: roles, names, states and places, by AT-SPI over D-Bus.

Names of the interface: https://gitlab.gnome.org/GNOME/at-spi2-core/-/tree/main/xml
"""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from jeepney import DBusAddress, HeaderFields, MatchRule, Message, MessageType, message_bus, new_method_call
from jeepney.io.blocking import open_dbus_connection

_ACCESSIBLE = "org.a11y.atspi.Accessible"
_COMPONENT = "org.a11y.atspi.Component"
_PROPERTIES = "org.freedesktop.DBus.Properties"
_TEXT = "org.a11y.atspi.Text"
_EVENTS = "org.a11y.atspi.Event.Object"
_FOCUSED_EVENT = "object:state-changed:focused"
_REGISTRY = ("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root")
_NONE = "/org/a11y/atspi/null"
_ANSWER_S = 10.0
_IN_SCREEN = 0
_MAX_NODES = 6_000
_MAX_EVENTS = 200

_STATES = {
    "checked": 4,
    "editable": 7,
    "enabled": 8,
    "expanded": 10,
    "focused": 12,
    "selected": 23,
    "sensitive": 24,
    "showing": 25,
    "visible": 30,
}
"""Bits of AT-SPI's state set (atspi-constants.h)."""

Body = tuple[Any, ...]
Reference = tuple[str, str]
"""A connection's name and the path of an object there."""


@dataclasses.dataclass(frozen=True)
class Place:
    """On the screen, in pixels."""

    x: int
    y: int
    width: int
    height: int

    @property
    def middle(self) -> tuple[int, int]:
        return self.x + self.width // 2, self.y + self.height // 2

    @property
    def is_empty(self) -> bool:
        return self.width <= 0 or self.height <= 0

    def has(self, point: tuple[int, int]) -> bool:
        return self.x <= point[0] < self.x + self.width and self.y <= point[1] < self.y + self.height

    def within(self, other: Place) -> Place:
        """What both have; empty when that is nothing."""
        left, top = max(self.x, other.x), max(self.y, other.y)
        right = min(self.x + self.width, other.x + other.width)
        return Place(left, top, right - left, min(self.y + self.height, other.y + other.height) - top)


@dataclasses.dataclass(frozen=True)
class Node:
    reference: Reference
    parent: Node | None
    role: str
    name: str
    states: frozenset[str]

    def __str__(self) -> str:
        marks = self.states & {"checked", "focused", "selected"}
        dim = "" if "enabled" in self.states else " (disabled)"
        return f"{self.role} {self.name!r}{dim}" + (f" [{', '.join(sorted(marks))}]" if marks else "")

    def ancestors(self) -> Iterator[Node]:
        node = self.parent
        while node is not None:
            yield node
            node = node.parent


class AccessibilityBus:
    """`socket`: of the accessibility bus, which lets in its owner and root."""

    def __init__(self, socket: Path) -> None:
        self._bus = open_dbus_connection(f"unix:path={socket}", auth_timeout=_ANSWER_S)
        self._events: deque[Reference] = deque(maxlen=_MAX_EVENTS)
        rule = MatchRule(type="signal", interface=_EVENTS, member="StateChanged")
        registry = (_REGISTRY[0], "/org/a11y/atspi/registry")
        events = _call(registry, "org.a11y.atspi.Registry", "RegisterEvent", "s", (_FOCUSED_EVENT,))
        self._ask([message_bus.AddMatch(rule), events])

    def focused(self) -> Node | None:
        """What has last been announced as having the focus since this was last asked: an item of a menu, for example.

        Menus that pop up are in no tree: a screen reader knows of them by this alone.
        """
        while True:
            try:
                self._notice(self._bus.receive(timeout=0))
            except TimeoutError:
                break
        if not self._events:
            return None
        latest = self._events[-1]
        self._events.clear()
        nodes = self._described([(latest, None)])
        return nodes[0] if nodes else None

    def applications(self) -> list[Node]:
        return self._described([(reference, None) for reference in self._children(_REGISTRY)])

    def tree(self, root: Node, *, only_showing: bool = True) -> list[Node]:
        """The root and everything below, parents before children. What goes away meanwhile is left out."""
        found, level = [root], [root]
        while level and len(found) < _MAX_NODES:
            questions = [_call(node.reference, _ACCESSIBLE, "GetChildren") for node in level]
            answers = self._ask(questions)
            below = [
                ((str(name), str(path)), node)
                for node, answer in zip(level, answers, strict=True)
                for name, path in (answer[0] if answer else ())
                if path != _NONE
            ]
            level = self._described(below)
            if only_showing:
                level = [node for node in level if "showing" in node.states or node.parent is root]
            found += level
        return found

    def places(self, nodes: Sequence[Node]) -> list[Place | None]:
        """None: it is gone."""
        questions = [_call(node.reference, _COMPONENT, "GetExtents", "u", (_IN_SCREEN,)) for node in nodes]
        return [Place(*answer[0]) if answer else None for answer in self._ask(questions)]

    def description(self, node: Node) -> str:
        answer = self._ask([_get(node.reference, _ACCESSIBLE, "Description")])[0]
        return str(answer[0][1]) if answer else ""

    def text(self, node: Node) -> str:
        """What stands in a field."""
        answer = self._ask([_call(node.reference, _TEXT, "GetText", "ii", (0, -1))])[0]
        return str(answer[0]) if answer else ""

    def close(self) -> None:
        self._bus.close()

    def _children(self, reference: Reference) -> list[Reference]:
        answer = self._ask([_call(reference, _ACCESSIBLE, "GetChildren")])[0]
        return [(str(name), str(path)) for name, path in answer[0]] if answer else []

    def _described(self, references: Sequence[tuple[Reference, Node | None]]) -> list[Node]:
        questions: list[Message] = []
        for reference, _ in references:
            questions.append(_call(reference, _ACCESSIBLE, "GetRoleName"))
            questions.append(_get(reference, _ACCESSIBLE, "Name"))
            questions.append(_call(reference, _ACCESSIBLE, "GetState"))
        answers = self._ask(questions)
        nodes = []
        for index, (reference, parent) in enumerate(references):
            role, name, state = answers[index * 3 : index * 3 + 3]
            if role and name and state:
                nodes.append(Node(reference, parent, str(role[0]), str(name[0][1]), states_of(state[0])))
        return nodes

    def _ask(self, questions: Sequence[Message]) -> list[Any]:
        """All at once, then all answers: a tree of hundreds costs a few round trips. None: an error was answered."""
        waiting: dict[int, int] = {}
        answers: list[Any] = [None] * len(questions)
        for index, question in enumerate(questions):
            serial = next(self._bus.outgoing_serial)
            self._bus.send(question, serial=serial)
            waiting[serial] = index
        while waiting:
            message = self._bus.receive(timeout=_ANSWER_S)
            self._notice(message)
            index_of = waiting.pop(message.header.fields.get(HeaderFields.reply_serial, -1), None)
            if index_of is not None and message.header.message_type is MessageType.method_return:
                answers[index_of] = message.body
        return answers

    def _notice(self, message: Message) -> None:
        fields = message.header.fields
        if message.header.message_type is not MessageType.signal or fields.get(HeaderFields.interface) != _EVENTS:
            return
        what, is_so = message.body[:2]
        if what == "focused" and is_so:
            self._events.append((fields[HeaderFields.sender], fields[HeaderFields.path]))

    def __enter__(self) -> AccessibilityBus:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _call(
    reference: Reference, interface: str, method: str, signature: str = "", body: tuple[Any, ...] = ()
) -> Message:
    name, path = reference
    return new_method_call(DBusAddress(path, name, interface), method, signature or None, body)


def _get(reference: Reference, interface: str, name: str) -> Message:
    return _call(reference, _PROPERTIES, "Get", "ss", (interface, name))


def states_of(words: Sequence[int]) -> frozenset[str]:
    bits = sum(word << 32 * place for place, word in enumerate(words))
    return frozenset(name for name, bit in _STATES.items() if bits >> bit & 1)
