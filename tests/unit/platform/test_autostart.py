from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.platform.autostart import Autostart


@pytest.fixture
def autostart(tmp_path: Path) -> Autostart:
    return Autostart({"HOME": str(tmp_path)}, ("/opt/kubeferry/bin/kubeferry",))


def test_on_and_off(tmp_path: Path, autostart: Autostart) -> None:
    assert not autostart.is_on()
    autostart.set_on(True)
    assert autostart.path == tmp_path / ".config/autostart/kubeferry.desktop"
    text = autostart.path.read_text(encoding="utf-8")
    assert "\nExec=/opt/kubeferry/bin/kubeferry --minimised\n" in text
    assert autostart.is_on()
    autostart.set_on(True, minimised=False)
    assert "\nExec=/opt/kubeferry/bin/kubeferry\n" in autostart.path.read_text(encoding="utf-8")
    autostart.set_on(False)
    autostart.set_on(False)
    assert not autostart.is_on()
    assert list(autostart.path.parent.iterdir()) == []


@pytest.mark.parametrize("line", ["Hidden=true", "X-GNOME-Autostart-enabled=false", "Hidden = True"])
def test_the_desktops_own_switch_counts(autostart: Autostart, line: str) -> None:
    autostart.set_on(True)
    autostart.path.write_text(f"{autostart.path.read_text(encoding='utf-8')}{line}\n", encoding="utf-8")
    assert not autostart.is_on()


def test_xdg_config_home(tmp_path: Path) -> None:
    autostart = Autostart({"HOME": "/nowhere", "XDG_CONFIG_HOME": str(tmp_path)}, ("kubeferry",))
    autostart.set_on(True)
    assert (tmp_path / "autostart/kubeferry.desktop").exists()


def test_a_path_with_odd_characters(tmp_path: Path) -> None:
    odd = '/opt/my tools/100%/a"b$c'
    autostart = Autostart({"HOME": str(tmp_path)}, (odd,))
    autostart.set_on(True, minimised=False)
    line = next(x for x in autostart.path.read_text(encoding="utf-8").splitlines() if x.startswith("Exec="))
    # The general rules of strings first, then those of Exec.
    unescaped = line.removeprefix("Exec=").replace("\\\\", "\\")
    quoted = re.fullmatch(r'"(.*)"', unescaped)
    assert quoted is not None
    assert re.sub(r"\\(.)", r"\1", quoted[1]).replace("%%", "%") == odd


def test_a_folder_that_refuses(tmp_path: Path) -> None:
    (tmp_path / ".config").write_text("")
    with pytest.raises(OSError, match=r"autostart|exists|directory"):
        Autostart({"HOME": str(tmp_path)}, ("kubeferry",)).set_on(True)
