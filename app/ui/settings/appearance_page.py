"""Theme and language."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton

from app.settings.preferences import Preferences
from app.settings.store import PreferenceStore
from app.ui.settings.setting_rows import ChoiceRow, SettingsPage
from app.ui.styled import styled
from app.ui.theme import Theme, ThemeChoice
from app.ui.translation import tr

SYSTEM_LANGUAGE = ""
LANGUAGES = (("en", "English"), ("zh_CN", "简体中文"))
"""Each in its own words: who cannot read the rest finds it all the same."""


class AppearancePage(SettingsPage):
    """Signals:
    restart_asked: the user wants the new language now.
    """

    restart_asked = Signal()

    def __init__(self, theme: Theme, store: PreferenceStore) -> None:
        super().__init__(tr("Appearance"))
        self._theme = theme
        self._store = store
        self._language_in_use = store.value.language
        self.theme = ChoiceRow(
            tr("Colours"),
            (
                (ThemeChoice.SYSTEM.value, tr("As the desktop"), ""),
                (ThemeChoice.LIGHT.value, tr("Light"), ""),
                (ThemeChoice.DARK.value, tr("Dark"), ""),
            ),
        )
        languages = [(SYSTEM_LANGUAGE, tr("As the desktop"), ""), *((key, name, "") for key, name in LANGUAGES)]
        self.language = ChoiceRow(tr("Language"), languages)
        self.note = styled(QFrame(), "settingNote")
        line = QHBoxLayout(self.note)
        line.setContentsMargins(12, 8, 8, 8)
        told = QLabel(tr("The language changes at the next start."))
        told.setWordWrap(True)
        self.restart = QPushButton(tr("Restart now"))
        self.restart.clicked.connect(self.restart_asked)
        line.addWidget(told, 1)
        line.addWidget(self.restart)
        for row in (self.theme, self.language, self.note):
            self.add_row(row)
        self.note.hide()
        self.theme.chosen.connect(self._theme_chosen)
        self.language.chosen.connect(lambda key: store.change(language=key))

    def show_preferences(self, preferences: Preferences) -> None:
        known = preferences.theme if preferences.theme in set(ThemeChoice) else ThemeChoice.SYSTEM.value
        self.theme.show_choice(known)
        languages = {SYSTEM_LANGUAGE, *(key for key, _ in LANGUAGES)}
        self.language.show_choice(preferences.language if preferences.language in languages else SYSTEM_LANGUAGE)
        self.note.setVisible(preferences.language != self._language_in_use)

    def _theme_chosen(self, key: str) -> None:
        self._theme.choose(ThemeChoice(key))
        self._store.change(theme=key)
