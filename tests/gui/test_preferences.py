from __future__ import annotations

import logging
from pathlib import Path

import pytest

from app.settings.preferences import Preferences, load_preferences, save_preferences


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "new" / "window.json"
    preferences = Preferences(theme="dark", dock_height=200, context="one", namespaces={"one": "shop"})
    save_preferences(path, preferences)
    assert load_preferences(path) == preferences
    assert [found.name for found in path.parent.iterdir()] == ["window.json"]


def test_nothing_saved_is_the_defaults(tmp_path: Path) -> None:
    assert load_preferences(tmp_path / "window.json") == Preferences()


@pytest.mark.parametrize("text", ["", "{", '{"dock_height": -1}', '{"theme": 3}'])
def test_nonsense_is_the_defaults(tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "window.json"
    path.write_text(text, encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        assert load_preferences(path) == Preferences()
    assert "not usable" in caplog.text


def test_what_a_newer_version_wrote_is_read(tmp_path: Path) -> None:
    path = tmp_path / "window.json"
    path.write_text('{"theme": "light", "inspector_width": 340}', encoding="utf-8")
    assert load_preferences(path).theme == "light"


def test_a_disk_that_refuses_is_only_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    save_preferences(blocked / "window.json", Preferences())
    assert "cannot be written" in caplog.text
