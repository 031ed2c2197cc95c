from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QColor, QFontInfo
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

import app.ui
from app.controllers.views import Phase
from app.ui.icons import icon_pixmap
from app.ui.theme import Scheme, Theme, ThemeChoice, token_table
from app.ui.wording import STATE_COLOURS, STATE_GLYPHS, STATE_WORDS, TRAY_ICONS

_LEAST_CONTRAST = 4.5
"""WCAG 2.2, 1.4.3, for text."""
_LEAST_CONTRAST_OF_SHAPES = 3.0
"""WCAG 2.2, 1.4.11."""
_TEXTS = ("text", "text_dim", "accent", "connected", "working", "degraded", "error", "mesh", "proxy")
_GROUNDS = ("window", "surface", "raised")


def _luminance(colour: QColor) -> float:
    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)

    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF())


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(QColor(one)), _luminance(QColor(other))))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", Scheme)
@pytest.mark.parametrize(
    ("text", "ground"),
    [(text, ground) for text in _TEXTS for ground in _GROUNDS]
    + [("text", "selection"), ("text_dim", "selection"), ("text", "hover"), ("text_dim", "hover")]
    + [("degraded", "selection"), ("on_accent", "accent"), ("text", "error_surface"), ("text_dim", "error_surface")],
)
def test_text_is_readable(scheme: Scheme, text: str, ground: str) -> None:
    colours = token_table().scheme(scheme)
    assert _contrast(colours[text], colours[ground]) >= _LEAST_CONTRAST


@pytest.mark.parametrize("scheme", Scheme)
@pytest.mark.parametrize("ground", _GROUNDS)
def test_controls_can_be_seen(scheme: Scheme, ground: str) -> None:
    colours = token_table().scheme(scheme)
    assert _contrast(colours["control"], colours[ground]) >= _LEAST_CONTRAST_OF_SHAPES


def test_both_schemes_have_the_same_tokens() -> None:
    assert token_table().light.keys() == token_table().dark.keys()


def test_no_colour_is_written_in_code() -> None:
    sources = Path(app.ui.__path__[0]).glob("*.py")
    assert not [path for path in sources if re.search(r"#[0-9A-Fa-f]{6}\b", path.read_text(encoding="utf-8"))]


def test_every_phase_has_its_word_colour_and_pictures() -> None:
    for table in (STATE_WORDS, STATE_COLOURS, STATE_GLYPHS, TRAY_ICONS):
        assert set(table) == set(Phase)


@pytest.mark.parametrize("pictures", [STATE_GLYPHS, TRAY_ICONS])
def test_pictures_are_told_apart_by_shape(qapp: QCoreApplication, pictures: dict[Phase, str]) -> None:
    black = QColor("black")
    images = {name: icon_pixmap(name, black, 22).toImage() for name in set(pictures.values())}
    drawn = [bytes(image.constBits()) for image in images.values()]
    assert len(set(drawn)) == len(drawn)
    assert all(any(bits) for bits in drawn)


def test_the_theme_follows_the_choice(qapp: QApplication, qtbot: QtBot) -> None:
    theme = Theme(qapp, ThemeChoice.LIGHT)
    heard: list[Scheme] = []
    theme.changed.connect(lambda: heard.append(theme.scheme))
    with qtbot.waitSignal(theme.changed):
        theme.choose(ThemeChoice.DARK)
    assert heard == [Scheme.DARK]
    assert theme.colour("window") == qapp.palette().window().color()
    assert theme.colour("window").lightness() < 64


def test_nothing_is_dressed_anew_for_the_same_colours(qapp: QApplication) -> None:
    theme = Theme(qapp, ThemeChoice.SYSTEM)
    heard: list[Scheme] = []
    theme.changed.connect(lambda: heard.append(theme.scheme))
    theme.choose(ThemeChoice(theme.scheme.value))
    assert (theme.choice.value, heard) == (theme.scheme.value, [])


@pytest.mark.parametrize("scheme", [ThemeChoice.LIGHT, ThemeChoice.DARK])
def test_texts_without_a_rule_have_the_themes_colour_and_size(
    qapp: QApplication, qtbot: QtBot, scheme: ThemeChoice
) -> None:
    """They have them from palette and font: a rule for every widget costs a quarter of a change of themes."""
    theme = Theme(qapp, scheme)
    label = QLabel("text")
    qtbot.addWidget(label)
    label.ensurePolished()
    assert label.palette().windowText().color() == theme.colour("text")
    assert QFontInfo(label.font()).pixelSize() == 13
