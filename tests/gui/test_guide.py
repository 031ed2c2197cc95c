"""The user guide and its pictures belong together, and the script still draws them."""

from __future__ import annotations

import re

import pytest
from PySide6.QtGui import QImage

from app.ui.theme import Theme
from tests.guide.__main__ import FOLDER
from tests.guide.pictures import PICTURES, draw

SCALE = 2
GUIDE = (FOLDER / "guide.md").read_text()
NAMED = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", GUIDE)

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", "plugin does not support raise")
"""The offscreen platform says so of windows that are not the first."""


def test_the_guide_shows_every_picture_that_the_script_draws_and_no_other() -> None:
    assert sorted(name for _, name in NAMED) == sorted(f"{name}.png" for name in PICTURES)


def test_every_picture_has_words_for_those_who_do_not_see_it() -> None:
    assert all(len(words) > 20 for words, _ in NAMED)


def test_links_lead_to_files() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", GUIDE) if "://" not in link]
    assert [link for link in links if not (FOLDER / link).exists()] == []


@pytest.mark.parametrize("name", PICTURES)
def test_the_script_draws_it_as_it_is_kept(name: str, theme: Theme) -> None:
    drawn, kept = draw(PICTURES[name](theme)), QImage(str(FOLDER / f"{name}.png"))
    assert kept.size() == drawn.size() / drawn.devicePixelRatio() * SCALE
    assert _colours(drawn) > 20, "hardly anything is on it"


def _colours(image: QImage) -> int:
    small = image.scaled(200, 200)
    return len({small.pixel(x, y) for x in range(200) for y in range(200)})
