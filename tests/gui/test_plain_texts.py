"""Names, owners and errors that look like HTML are shown as they are, in labels and in tool tips."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

import app.ui
from app.ui.styled import styled
from app.ui.widgets.elided_label import ElidedLabel
from app.ui.widgets.plain_tip import plain_tip

MARKED_UP = "<h1>Your session has ended</h1><a href='https://192.0.2.1'>log in</a><img src='file:///etc/hostname'>"


def test_a_label_that_the_style_sheet_knows_is_plain(qtbot: QtBot) -> None:
    label = styled(QLabel(), "dim")
    qtbot.addWidget(label)
    label.setText(MARKED_UP)
    assert label.textFormat() == Qt.TextFormat.PlainText
    whole = label.fontMetrics().horizontalAdvance(MARKED_UP)
    assert label.sizeHint().width() >= whole, "all of it is there to be read"


@pytest.mark.parametrize("text", [MARKED_UP, "a<b>c", "<img src=x>", "<br>"])
def test_a_tip_is_plain(qtbot: QtBot, text: str) -> None:
    shown = QLabel(plain_tip(text))
    qtbot.addWidget(shown)
    assert "<img" not in plain_tip(text)
    assert "<a " not in plain_tip(text)
    for plain in ("reviews", "a < b", "x=1 & y=2", ""):
        assert plain_tip(plain) == plain


def test_what_is_left_out_is_told_plainly(qtbot: QtBot) -> None:
    label = ElidedLabel()
    qtbot.addWidget(label)
    label.setText(MARKED_UP)
    label.resize(60, 20)
    label.show()
    label.repaint()
    assert "<img" not in label.toolTip()
    label.setToolTip(MARKED_UP)
    assert "<img" not in label.toolTip()


def test_no_bare_label_is_given_what_others_wrote() -> None:
    """A bare QLabel takes what looks like HTML for HTML: it is made empty (for a picture), or with our own words."""
    known = {
        "shortcut_sheet.py": "our own words",
        "trial_step.py": "dressed: the call goes over two lines",
        "kubeconfig_list.py": "PlainText is set below",
    }
    assert app.ui.__file__ is not None
    bare = {
        path.name
        for path in Path(app.ui.__file__).parent.rglob("*.py")
        if re.search(r"(?<!styled\()\bQLabel\((?!\)|\s*tr\(|QWidget|\s*$)[^)]", path.read_text())
    }
    assert bare == set(known)
