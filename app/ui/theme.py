"""The one table of colours, and what is made of it: palette and style sheet, light or dark as the system says."""

from __future__ import annotations

import enum
import string
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources

import msgspec
from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from app.ui.still_picture import StillPicture


class Scheme(enum.StrEnum):
    LIGHT = "light"
    DARK = "dark"


class ThemeChoice(enum.StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class TokenTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """resources/styles/tokens.json."""

    light: dict[str, str]
    dark: dict[str, str]
    tray: dict[str, str]

    def scheme(self, scheme: Scheme) -> Mapping[str, str]:
        return self.light if scheme is Scheme.LIGHT else self.dark


@cache
def token_table() -> TokenTable:
    return msgspec.json.decode((resources.files("resources") / "styles/tokens.json").read_bytes(), type=TokenTable)


@cache
def _sheet_template() -> string.Template:
    """All style sheets there are: one for what is everywhere, and one for each part of the window."""
    folder = resources.files("resources") / "styles"
    sheets = (file for file in folder.iterdir() if file.name.endswith(".qss"))
    ordered = sorted(sheets, key=lambda file: (file.name != "window.qss", file.name))
    return string.Template("\n".join(file.read_text(encoding="utf-8") for file in ordered))


_PALETTE = (
    (QPalette.ColorRole.Window, "window"),
    (QPalette.ColorRole.WindowText, "text"),
    (QPalette.ColorRole.Base, "surface"),
    (QPalette.ColorRole.AlternateBase, "hover"),
    (QPalette.ColorRole.Text, "text"),
    (QPalette.ColorRole.PlaceholderText, "text_dim"),
    (QPalette.ColorRole.Button, "raised"),
    (QPalette.ColorRole.ButtonText, "text"),
    (QPalette.ColorRole.ToolTipBase, "raised"),
    (QPalette.ColorRole.ToolTipText, "text"),
    (QPalette.ColorRole.Highlight, "selection"),
    (QPalette.ColorRole.HighlightedText, "text"),
    (QPalette.ColorRole.Link, "accent"),
)


_TEXT_PX = 13
"""Of all texts whose style sheet says nothing else."""


class Theme(QObject):
    """Dresses the application and tells widgets that paint themselves when to do it anew.

    The first time at once. Later in turns of the event loop, so that none of them lasts: the style sheet, then what
    widgets do when they hear of it, then painting, a turn for each window. Until then windows show the old colours.

    Signals:
        changed: the colours are others now.
    """

    changed = Signal()

    def __init__(self, app: QApplication, choice: ThemeChoice = ThemeChoice.SYSTEM) -> None:
        super().__init__(app)
        self._app = app
        self._choice = choice
        self._scheme = Scheme.LIGHT
        self._is_dressed = False
        self._picture = StillPicture()
        self._telling = self._turn(self._tell)
        self._painting = self._turn(self._paint)
        font = app.font()
        font.setPixelSize(_TEXT_PX)
        app.setFont(font)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._apply)
        self.choose(choice)

    @property
    def choice(self) -> ThemeChoice:
        return self._choice

    @property
    def scheme(self) -> Scheme:
        return self._scheme

    def choose(self, choice: ThemeChoice) -> None:
        self._choice = choice
        self._apply()

    def colour(self, token: str) -> QColor:
        return QColor(token_table().scheme(self._scheme)[token])

    def _turn(self, work: Callable[[], None]) -> QTimer:
        """Started, `work` is done once, when the loop has seen to everything else."""
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(0)
        timer.timeout.connect(work)
        return timer

    def _apply(self) -> None:
        wanted = self._wanted_scheme()
        if self._is_dressed and wanted is self._scheme:
            return
        self._scheme = wanted
        if self._is_dressed:
            self._picture.hold(self._dress)
            self._telling.start()
        else:
            self._is_dressed = True
            self._dress()
            self.changed.emit()

    def _tell(self) -> None:
        self._painting.start()
        self.changed.emit()

    def _paint(self) -> None:
        if self._picture.release():
            self._painting.start()

    def _dress(self) -> None:
        colours = token_table().scheme(self._scheme)
        palette = QPalette()
        for role, token in _PALETTE:
            palette.setColor(role, QColor(colours[token]))
        palette.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.WindowText, QColor(colours["text_dim"]))
        self._app.setPalette(palette)
        monospace = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
        # Put in another's place, a sheet is applied to each widget and again to all that are in it: 110 ms for the
        # window's 350. Put where none is, it comes with a style of its own and Qt visits each widget once: 24 ms.
        self._app.setStyleSheet("")
        self._app.setStyleSheet(_sheet_template().substitute(colours, monospace=f'"{monospace}"'))

    def _wanted_scheme(self) -> Scheme:
        if self._choice is ThemeChoice.SYSTEM:
            is_dark = QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
            return Scheme.DARK if is_dark else Scheme.LIGHT
        return Scheme(self._choice.value)
