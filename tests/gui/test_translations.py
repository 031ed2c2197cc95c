"""What is said is said in every language, with the same names in braces; and the extractor finds it all."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QTranslator
from PySide6.QtWidgets import QApplication, QDialogButtonBox

from app.controllers.words import intercept_stage_line, stage_line, translated
from app.domain.catalogue import CATALOGUE, explain
from app.domain.errors import ErrorCode, Problem
from app.domain.intercept_stages import InterceptStage, describe_intercept_stage
from app.domain.stages import Stage, describe_stage
from app.ui.language import LANGUAGES, chosen_language, install_language
from app.ui.translation import tr
from app.ui.wording import STATE_WORDS, state_line
from tests.gui import sample_data
from tests.gui.untranslated import untranslated

ROOT = Path(__file__).resolve().parents[2]
_FIELD = re.compile(r"\{[a-z_]*\}")
_CODE = re.compile(r"`[^`]*`")


@pytest.fixture(scope="module")
def extract() -> ModuleType:
    spec = importlib.util.spec_from_file_location("extract", ROOT / "packaging/translations/extract.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["extract"] = module  # its dataclasses look there for their module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def chinese(qapp: QApplication) -> Iterator[None]:
    assert install_language(qapp, "zh_CN") == "zh_CN"
    yield
    install_language(qapp, "en")
    QLocale.setDefault(QLocale.system())


def test_files_are_as_the_extractor_writes_them_and_complete(extract: ModuleType) -> None:
    wrong = [line for language in extract.LANGUAGES for line in extract.check(language, extract.texts())]
    assert not wrong, "run packaging/translations/extract.py, and translate what it marks unfinished"


def test_translations_have_the_same_fields_and_commands(extract: ModuleType) -> None:
    for language in extract.LANGUAGES:
        known = extract.known_translations(extract.FOLDER / f"kubeferry_{language}.ts")
        assert known
        for source, translation in known.items():
            assert sorted(_FIELD.findall(translation)) == sorted(_FIELD.findall(source)), source
            assert sorted(_CODE.findall(translation)) == sorted(_CODE.findall(source)), source
            assert translation.strip() == translation or source.strip() != source, source


def test_the_catalogue_is_found_whole(extract: ModuleType) -> None:
    found = {text.source for text in extract.texts()}
    for entry in CATALOGUE.values():
        assert {entry.title, entry.what, entry.effect, entry.next_step} <= found


def test_the_stages_are_found_whole(extract: ModuleType) -> None:
    found = {text.source for text in extract.texts()}
    assert {describe_stage(stage) for stage in Stage} <= found
    assert {describe_intercept_stage(stage) for stage in InterceptStage} <= found
    assert set(STATE_WORDS.values()) <= found


def test_what_is_shown_goes_through_tr() -> None:
    assert untranslated(ROOT / "app/ui") == []


def test_what_does_not_is_found(tmp_path: Path) -> None:
    said = (
        'button.setText("Stop it")\nQLabel(f"{x} pods")\nitem.setToolTip("on" if x else "off")\n'
        'QLabel("Kubeferry")\nbutton.setText(tr("Stop it"))\nbutton.setText("→")\nother("Stop it")\n'
    )
    (tmp_path / "a.py").write_text(said)
    assert [line.partition(": ")[2] for line in untranslated(tmp_path)] == [
        "setText('Stop it')",
        "QLabel('  pods')",
        "setToolTip('on off')",
    ]


def _written(folder: Path, text: str) -> Path:
    for place in ("app/ui/inner", "app/controllers", "app/domain"):
        (folder / place).mkdir(parents=True)
    (folder / "app/ui/inner/said.py").write_text(text)
    (folder / "app/domain/catalogue_entry.py").write_text('SHARED = "shared"\n')
    (folder / "app/domain/catalogue_x.py").write_text('A = Entry(USER, "title", "what" " is", SHARED, "")\n')
    (folder / "app/domain/stages.py").write_text('_WORDS: dict[str, str] = {A: ("doing", "({})")}\n')
    (folder / "app/domain/intercept_stages.py").write_text("")
    return folder


def test_what_the_extractor_finds(extract: ModuleType, tmp_path: Path) -> None:
    said = (
        'tr("one {name}", name=1)\ntr_count(2, "a", "b")\nWORDS = {1: mark("late" "r")}\n'
        'tr("yes" if x else "no")\nother("not this")\ntr(variable)\n'
    )
    found = [text.source for text in extract.texts(_written(tmp_path, said))]
    assert found == ["one {name}", "a", "b", "later", "yes", "no", "title", "what is", "shared", "doing", "({})"]


def test_what_is_translated_stays_and_what_is_new_is_unfinished(extract: ModuleType, tmp_path: Path) -> None:
    wanted = (extract.Text("one", "a.py"), extract.Text("two & <more>", "b.py"))
    path = tmp_path / "x.ts"
    path.write_text(extract.ts_text("zh_CN", wanted, {"one": "一", "gone": "没"}), encoding="utf-8")
    assert extract.known_translations(path) == {"one": "一"}
    assert 'type="unfinished"' in path.read_text(encoding="utf-8")
    assert "gone" not in path.read_text(encoding="utf-8")
    extract.release(path, tmp_path / "x.qm")
    translator = QTranslator()
    assert translator.load(str(tmp_path / "x.qm"))
    assert translator.translate("Kubeferry", "one") == "一"


@pytest.mark.parametrize(
    ("chosen", "system", "spoken"),
    [
        ("", "de_DE", "en"),
        ("", "zh_CN", "zh_CN"),
        ("", "zh_SG", "zh_CN"),
        ("", "zh_TW", "en"),
        ("", "en_GB", "en"),
        ("en", "zh_CN", "en"),
        ("zh_CN", "en_US", "zh_CN"),
        ("tlh", "zh_CN", "zh_CN"),
    ],
)
def test_the_language_that_is_chosen(chosen: str, system: str, spoken: str) -> None:
    assert chosen_language(chosen, QLocale(system)) == spoken
    assert spoken in LANGUAGES


@pytest.mark.usefixtures("chinese")
def test_the_window_speaks_it() -> None:
    assert state_line(sample_data.CONNECTED) == "已连接 · staging-eu ▸ shop"
    assert tr("Connect to {context}", context="kind-dev") == "连接到 kind-dev"
    assert tr("a text that nobody has translated") == "a text that nobody has translated"
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "取消"
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    assert "关闭" in box.buttons()[0].text()


@pytest.mark.usefixtures("chinese")
def test_problems_and_steps_speak_it() -> None:
    told = translated(Problem(ErrorCode.API_UNREACHABLE, {"server": "https://x", "problem": "refused"}))
    assert told.title == "无法访问 API 服务器"
    assert told.what == "无法访问 API 服务器 https://x：refused。"
    assert stage_line(Stage.LOGGING_IN, "kind-dev").startswith("正在登录")
    assert "Pod" in intercept_stage_line(InterceptStage.ROLLING_OUT, "2/3")


def test_without_it_the_words_are_the_catalogue_s(qapp: QApplication) -> None:
    problem = Problem(ErrorCode.API_UNREACHABLE, {"server": "https://x"})
    assert translated(problem) == explain(problem)
    assert stage_line(Stage.PROBING, "x") == describe_stage(Stage.PROBING, "x")
