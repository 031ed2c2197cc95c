"""A user at a desktop: finds things by what a screen reader says, and uses them by mouse and keys alone.

Waits have deadlines and never a fixed length. What could not be found is told together with everything that is shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtGui import QImage

from tests.lab.accessibility_bus import AccessibilityBus, Node, Place
from tests.lab.desktop import Desktop
from tests.lab.processes import ROOT, wait_until

SHOTS = ROOT / "build" / "screenshots"
LEFT, MIDDLE, RIGHT, WHEEL_UP, WHEEL_DOWN = range(1, 6)
_EDGE = 5
FIND_S = 10.0
_ANNOUNCED_S = 3.0

Words = str | re.Pattern[str]
"""A name exactly, or one in which the pattern is found."""


class Found:
    """A thing on the screen. It is what was found then; `now` looks again."""

    def __init__(self, screen: Screen, node: Node) -> None:
        self._screen, self.node = screen, node

    @property
    def name(self) -> str:
        return self.node.name

    @property
    def is_checked(self) -> bool:
        return "checked" in self.node.states

    @property
    def is_enabled(self) -> bool:
        return "enabled" in self.node.states

    @property
    def description(self) -> str:
        return self._screen.bus.description(self.node)

    @property
    def text(self) -> str:
        return self._screen.bus.text(self.node)

    @property
    def place(self) -> Place:
        """Once it lies still on the screen, as after a window was opened."""
        return self._screen.place_of(self.node)

    def click(self, button: int = LEFT, times: int = 1) -> None:
        self._screen.click(self.place.middle, button, times)

    def fill(self, text: str) -> None:
        """In place of what stands there. AssertionError: it does not stand there then."""
        self.click()
        self._screen.keys("ctrl+a")
        self._screen.type(text)
        self._screen.wait_for(f"{text!r} to stand in {self.node}", lambda: self.text == text)


class Screen:
    """`application`: its accessible name. `ended`: says why the program is not there any more; empty while it runs.

    `shots`: where pictures go.
    """

    def __init__(
        self,
        desktop: Desktop,
        bus: AccessibilityBus,
        application: str,
        ended: Callable[[], str] = lambda: "",
        shots: Path = SHOTS,
    ) -> None:
        self.desktop, self.bus = desktop, bus
        self._application, self._ended, self._shots = application, ended, shots

    def all(self, role: str | None = None, name: Words | None = None, *, inside: Found | None = None) -> list[Found]:
        """What is shown now and is not hidden or scrolled away."""
        return [Found(self, node) for node in self._shown() if _fits(node, role, name, inside)]

    def find(
        self,
        role: str | None = None,
        name: Words | None = None,
        *,
        inside: Found | None = None,
        within_s: float = FIND_S,
        where: Callable[[Found], bool] = lambda _: True,
    ) -> Found:
        """The first of these, when it is there. AssertionError: it did not come; with what was there."""
        found: list[Found] = []

        def look() -> bool:
            found[:] = [one for one in self.all(role, name, inside=inside) if where(one)]
            return bool(found)

        self.wait_for(f"{role or 'anything'} {_worded(name)}", look, within_s)
        return found[0]

    def gone(self, role: str | None = None, name: Words | None = None, *, within_s: float = FIND_S) -> None:
        self.wait_for(f"no {role or ''} {_worded(name)}", lambda: not self.all(role, name), within_s)

    def wait_for(self, what: str, test: Callable[[], object], within_s: float = FIND_S) -> None:

        def look() -> object:
            said = self._ended()
            assert not said, f"waiting for {what}: {said}"
            return test()

        try:
            wait_until(what, look, within_s, every_s=0.05)
        except TimeoutError as error:
            self.shot("failed")
            raise AssertionError(f"{error}. On the screen, also as {self._shots}/failed.png:\n{self.told()}") from None

    def told(self) -> str:
        """Everything that is shown, as lines."""
        below: dict[Node | None, list[Node]] = {}
        for node in self._shown():
            below.setdefault(node.parent, []).append(node)

        def lines(node: Node, depth: int) -> list[str]:
            return ["  " * depth + str(node), *(line for one in below.get(node, ()) for line in lines(one, depth + 1))]

        return "\n".join(line for root in below.get(None, ()) for line in lines(root, 0))

    def place_of(self, node: Node) -> Place:
        """Scrolls to it if need be. Once it lies still, with its middle where it can be seen."""
        places: list[Place] = []

        def still() -> bool:
            place, view = self._place_and_view(node)
            is_still = bool(places) and places[-1] == place
            places.append(place)
            if not is_still:
                return False
            if view.has(place.middle):
                return True
            self._scroll(view, down=place.middle[1] > view.middle[1])
            places.clear()
            return False

        self.wait_for(f"{node} to lie still where it can be seen", still)
        return places[-1]

    def _place_and_view(self, node: Node) -> tuple[Place, Place]:
        """Where it is, and the part of the screen that what is around it leaves to be seen."""
        around = list(node.ancestors())[::-1][1:]
        place, *edges = self.bus.places([node, *around])
        assert place is not None, f"{node} is gone"
        view = Place(0, 0, *self.desktop.size)
        for edge in edges:
            smaller = view.within(edge) if edge is not None and not edge.is_empty else view
            if smaller.is_empty:  # It is scrolled away together with what it is in.
                break
            view = smaller
        return place, view

    def _scroll(self, view: Place, *, down: bool) -> None:
        """At the edge, for the wheel turns the value of some fields."""
        self.click((view.x + _EDGE, view.middle[1]), WHEEL_DOWN if down else WHEEL_UP)

    def click(self, at: tuple[int, int], button: int = LEFT, times: int = 1) -> None:
        x, y = at
        repeat = ("--repeat", str(times), "--delay", "60") if times > 1 else ()
        self._xdotool("mousemove", str(x), str(y), "click", *repeat, str(button))

    def move(self, at: tuple[int, int]) -> None:
        self._xdotool("mousemove", *map(str, at))

    def keys(self, *names: str) -> None:
        """As xdotool calls them: "ctrl+f", "Return", "Tab"."""
        self._xdotool("key", "--delay", "15", *names)

    def type(self, text: str) -> None:
        self._xdotool("type", "--delay", "8", text)

    def choose(self, name: Words, key: str = "Down", most: int = 30) -> None:
        """In a menu that has popped up: goes down item by item until this one is announced, and takes it. Twice round,
        because on a busy machine an announcement may come after the next key."""
        heard: list[str] = []
        for _ in range(most):
            node = self._announced_after(key, heard)
            if _is_called(node, name):
                self.keys("Return")
                return
            if heard.count(node.name) > 2:
                break
        self.shot("failed")
        raise AssertionError(f"no {_worded(name)} in the menu: {heard}")

    def tab_to(self, name: Words, most: int = 10) -> Found:
        """From field to field by the Tab key, until this one is announced."""
        heard: list[str] = []
        for _ in range(most):
            node = self._announced_after("Tab", heard)
            if _is_called(node, name):
                return Found(self, node)
        raise AssertionError(f"no {_worded(name)} by the Tab key: {heard}")

    def windows(self, name: str) -> list[str]:
        """Ids of visible windows with this in their title, as the window manager knows them."""
        return self.desktop.run("xdotool", "search", "--onlyvisible", "--name", name).out.split()

    def image(self) -> QImage:
        """What is on the screen, panel and all."""
        inside = "/tmp/screen.png"
        self.desktop.run("scrot", "--overwrite", "--pointer", inside).checked()
        image = QImage(str(self.desktop.laptop.path(inside)))
        assert not image.isNull(), "there is no picture of the screen"
        return image

    def shot(self, name: str) -> Path:
        """A picture of the screen, kept."""
        self._shots.mkdir(parents=True, exist_ok=True)
        path = self._shots / f"{name}.png"
        assert self.image().save(str(path)), f"{path} cannot be written"
        return path

    def _announced_after(self, key: str, heard: list[str]) -> Node:
        """What gets the focus by the key; added to what was heard."""
        announced: list[Node] = []

        def listen() -> bool:
            node = self.bus.focused()
            announced.extend([node] if node else [])
            return bool(announced)

        self.bus.focused()
        self.keys(key)
        self.wait_for(f"something to be announced (so far: {heard})", listen, _ANNOUNCED_S)
        heard.append(announced[-1].name)
        return announced[-1]

    def _shown(self) -> list[Node]:
        for application in self.bus.applications():
            if application.name == self._application:
                return self.bus.tree(application)
        return []

    def _xdotool(self, *arguments: str) -> None:
        self.desktop.run("xdotool", *arguments).checked()


def _fits(node: Node, role: str | None, name: Words | None, inside: Found | None) -> bool:
    if role is not None and node.role != role:
        return False
    if not _is_called(node, name):
        return False
    return inside is None or any(one.reference == inside.node.reference for one in node.ancestors())


def _is_called(node: Node, name: Words | None) -> bool:
    if isinstance(name, re.Pattern):
        return bool(name.search(node.name))
    return name is None or node.name == name


def _worded(name: Words | None) -> str:
    return "" if name is None else f"with {name.pattern!r} in its name" if isinstance(name, re.Pattern) else repr(name)
