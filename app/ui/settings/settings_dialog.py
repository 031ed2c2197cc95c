"""The settings: pages at the left, rows at the right. Every change counts at once; there is nothing to confirm."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QListWidgetItem, QStackedWidget, QWidget

from app.settings.preferences import Preferences
from app.settings.store import PreferenceStore
from app.ui.icons import icon
from app.ui.settings.appearance_page import AppearancePage
from app.ui.settings.cluster_pages import ClusterPage, ConnectionPage
from app.ui.settings.general_pages import AutostartFile, GeneralPage, NotificationPage, PlanPage
from app.ui.settings.kubeconfig_page import KubeconfigPage
from app.ui.settings.setting_rows import FieldRow
from app.ui.styled import styled
from app.ui.theme import Theme
from app.ui.translation import tr

_SIZE = QSize(780, 640)
_LEAST = QSize(620, 420)
_LIST_WIDTH = 184
_ROW_HEIGHT = 34

Page = GeneralPage | NotificationPage | ConnectionPage | ClusterPage | KubeconfigPage | AppearancePage | PlanPage


class SettingsDialog(QDialog):
    """Made once and shown with `open_at`. `kubeconfigs` is shown what FirstRunController tells.

    Signals:
        restart_asked: start Kubeferry anew, for the language.
    """

    restart_asked = Signal()

    def __init__(
        self,
        theme: Theme,
        store: PreferenceStore,
        autostart: AutostartFile,
        parent: QWidget | None = None,
        *,
        has_tray: bool = True,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("settings")
        self.setWindowTitle(tr("Settings"))
        self.setMinimumSize(_LEAST)
        self.resize(_SIZE)
        self._theme = theme
        self._store = store
        self.general = GeneralPage(theme, store, autostart, has_tray=has_tray)
        self.notifications = NotificationPage(theme, store)
        self.connection = ConnectionPage(store)
        self.cluster = ClusterPage(store)
        self.kubeconfigs = KubeconfigPage(theme)
        self.appearance = AppearancePage(theme, store)
        self.plans = PlanPage(theme, store)
        self._pages: tuple[tuple[str, str, Page], ...] = (
            (tr("General"), "settings-general", self.general),
            (tr("Notifications"), "settings-notifications", self.notifications),
            (tr("Connection"), "settings-connection", self.connection),
            (tr("Cluster"), "server", self.cluster),
            (tr("Kubeconfigs"), "settings-kubeconfigs", self.kubeconfigs),
            (tr("Appearance"), "settings-appearance", self.appearance),
            (tr("Plans"), "settings-plans", self.plans),
        )
        self._list = styled(QListWidget(), "settingsList")
        self._stack = QStackedWidget()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._list)
        row.addWidget(self._stack, 1)
        self._fill()  # Now: whatever is in a widget that gets a parent is dressed again.
        self._list.currentRowChanged.connect(self._stack.setCurrentIndex)
        self._list.setCurrentRow(0)
        self.appearance.restart_asked.connect(self.restart_asked)
        store.subscribe(self._show)
        theme.changed.connect(self._dress)
        self._dress()
        self._show(store.value)

    def open_at(self, page: Page | None = None) -> None:
        """Shows the dialog, at `page` if one is named."""
        if page is not None:
            self._list.setCurrentRow(self._stack.indexOf(page))
        self.open()

    def setVisible(self, is_visible: bool) -> None:
        if is_visible and not self.isVisible():
            self._show(self._store.value)  # The autostart file may have been changed by others.
            self._list.setFocus()
        super().setVisible(is_visible)

    def done(self, result: int) -> None:
        """What was not right and so was not taken is gone: the next time shows what counts."""
        for row in self.findChildren(FieldRow):
            row.revert()
        super().done(result)

    def _fill(self) -> None:
        self._list.setFixedWidth(_LIST_WIDTH)
        self._list.setIconSize(QSize(16, 16))
        self._list.setAccessibleName(tr("Pages of the settings"))
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for name, _, page in self._pages:
            item = QListWidgetItem(name, self._list)
            item.setSizeHint(QSize(_LIST_WIDTH - 24, _ROW_HEIGHT))
            page.setAccessibleName(name)
            self._stack.addWidget(page)

    def _dress(self) -> None:
        for row, (_, picture, _) in enumerate(self._pages):
            self._list.item(row).setIcon(icon(picture, self._theme.colour("text_dim")))

    def _show(self, preferences: Preferences) -> None:
        for _, _, page in self._pages:
            page.show_preferences(preferences)
