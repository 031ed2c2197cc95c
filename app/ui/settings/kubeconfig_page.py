"""Which kubeconfigs are read."""

from __future__ import annotations

from app.settings.preferences import Preferences
from app.ui.first_run.kubeconfig_list import KubeconfigList
from app.ui.settings.setting_rows import SettingsPage
from app.ui.theme import Theme
from app.ui.translation import tr


class KubeconfigPage(SettingsPage):
    """`list` has the signals."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(
            tr("Kubeconfigs"),
            tr(
                "kubectl's own, from KUBECONFIG or ~/.kube/config, are never changed. What you add here is read beside "
                "them, by Kubeferry alone."
            ),
        )
        self.list = KubeconfigList(theme)
        self.add_row(self.list)

    def show_preferences(self, preferences: Preferences) -> None:
        """Kubeconfigs are no preferences."""
