"""The language of the window: Qt's own translation files, ours and those of Qt's own words."""

from __future__ import annotations

import logging
from importlib import resources

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from app.ui.translation import mark

log = logging.getLogger(__name__)

LANGUAGES = {"": mark("As the system"), "en": "English", "zh_CN": "简体中文"}
"""What can be chosen (Preferences.language), and how it is called: each in its own words."""
_OF_SCRIPT = {QLocale.Script.SimplifiedHanScript: "zh_CN"}


def chosen_language(language: str, system: QLocale | None = None) -> str:
    """Returns one of LANGUAGES that is not empty. `language` as in Preferences; what is unknown is as the system."""
    if language in LANGUAGES and language:
        return language
    for name in (system or QLocale.system()).uiLanguages():
        locale = QLocale(name)
        if locale.language() is QLocale.Language.English:
            return "en"
        if locale.language() is QLocale.Language.Chinese:
            return _OF_SCRIPT.get(locale.script(), "en")  # "zh-Hant" falls back to "zh", which is the other script
    return "en"


def install_language(app: QCoreApplication, language: str) -> str:
    """Before the first widget is made: texts that are on screen do not change. Returns what is spoken now."""
    spoken = chosen_language(language)
    QLocale.setDefault(QLocale(spoken))
    for old in app.findChildren(QTranslator):
        app.removeTranslator(old)
        old.deleteLater()
    if spoken == "en":
        return spoken
    for load in (_load_qt, _load_ours):
        translator = QTranslator(app)
        if load(translator, spoken):
            app.installTranslator(translator)
        else:
            log.warning("no translation into %s: %s", spoken, load.__name__)
    return spoken


def _load_ours(translator: QTranslator, language: str) -> bool:
    with resources.as_file(resources.files("resources") / f"translations/kubeferry_{language}.qm") as path:
        return translator.load(str(path))


def _load_qt(translator: QTranslator, language: str) -> bool:
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    return translator.load(f"qtbase_{language}", folder)
