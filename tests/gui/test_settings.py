from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QListWidget
from pytestqt.qtbot import QtBot

from app.controllers.connect_request import connect_request
from app.domain.drops import OnDrop
from app.domain.subnets import OnOverlap
from app.session.convert import target_from_request
from app.settings.preferences import ClusterChoices, NoticeKind, PlanKind
from app.settings.store import PreferenceStore
from app.ui.settings.settings_dialog import SettingsDialog
from app.ui.theme import Scheme, Theme


class FakeAutostart:
    """Keeps the contract of app.platform.autostart.Autostart, without a file."""

    def __init__(self) -> None:
        self.state: tuple[bool, bool] = (False, False)
        self.error: OSError | None = None

    def is_on(self) -> bool:
        return self.state[0]

    def set_on(self, is_on: bool, *, minimised: bool = True) -> None:
        if self.error is not None:
            raise self.error
        self.state = (is_on, minimised)


@pytest.fixture
def store() -> PreferenceStore:
    return PreferenceStore()


@pytest.fixture
def autostart() -> FakeAutostart:
    return FakeAutostart()


@pytest.fixture
def dialog(theme: Theme, store: PreferenceStore, autostart: FakeAutostart, qtbot: QtBot) -> SettingsDialog:
    dialog = SettingsDialog(theme, store, autostart)
    qtbot.addWidget(dialog)
    dialog.open_at()
    return dialog


def write(field: QLineEdit, text: str) -> None:
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Delete)
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def test_general(dialog: SettingsDialog, store: PreferenceStore, autostart: FakeAutostart) -> None:
    dialog.general.autostart.switch.click()
    assert autostart.state == (True, False)
    dialog.general.minimised.switch.click()
    assert store.value.start_minimised
    assert autostart.state == (True, True), "the file says how to start"
    dialog.general.autostart.switch.click()
    assert not autostart.is_on()
    dialog.general.to_tray.switch.click()
    dialog.general.keep.switch.click()
    assert (store.value.close_to_tray, store.value.keep_connected) == (False, True)


def test_the_autostart_file_is_the_truth(dialog: SettingsDialog, autostart: FakeAutostart) -> None:
    dialog.close()
    autostart.state = (True, True)
    dialog.open_at()
    assert dialog.general.autostart.is_on
    autostart.error = PermissionError(13, "Permission denied")
    dialog.general.autostart.switch.click()
    assert dialog.general.autostart.is_on, "it is what it was"
    assert "Permission denied" in dialog.general.autostart.switch.accessibleDescription()


def test_without_a_tray_there_is_no_hiding(
    theme: Theme, store: PreferenceStore, autostart: FakeAutostart, qtbot: QtBot
) -> None:
    dialog = SettingsDialog(theme, store, autostart, has_tray=False)
    qtbot.addWidget(dialog)
    for row in (dialog.general.minimised, dialog.general.to_tray):
        assert not row.switch.isEnabled()
        assert "tray" in row.switch.toolTip()
        assert "tray" in row.switch.accessibleDescription()


def test_notifications_and_plans(dialog: SettingsDialog, store: PreferenceStore) -> None:
    dialog.notifications.rows[NoticeKind.TEAM].switch.click()
    assert store.value.muted_notices == {NoticeKind.TEAM}
    dialog.notifications.rows[NoticeKind.TEAM].switch.click()
    assert store.value.muted_notices == frozenset()
    assert not dialog.plans.reset.isEnabled()
    store.change(muted_plans=frozenset({PlanKind.MESH}))
    assert not dialog.plans.rows[PlanKind.MESH].is_on
    dialog.plans.rows[PlanKind.PROXY].switch.click()
    assert store.value.muted_plans == {PlanKind.MESH, PlanKind.PROXY}
    dialog.plans.reset.click()
    assert store.value.muted_plans == frozenset()
    assert dialog.plans.rows[PlanKind.MESH].is_on


def test_every_kind_has_a_row(dialog: SettingsDialog) -> None:
    assert set(dialog.notifications.rows) == set(NoticeKind)
    assert set(dialog.plans.rows) == set(PlanKind) - {PlanKind.LEAVE}, "what is never muted has no switch"


def test_connection(dialog: SettingsDialog, store: PreferenceStore) -> None:
    dialog.open_at(dialog.connection)
    dialog.connection.on_drop.button("release").click()
    dialog.connection.on_overlap.button("exclude").click()
    write(dialog.connection.include.field, "10.1.2.3/8 fd00::/48")
    write(dialog.connection.exclude.field, "192.0.2.0/24")
    assert store.value.cluster == ClusterChoices(
        include=("10.0.0.0/8", "fd00::/48"),
        exclude=("192.0.2.0/24",),
        on_overlap=OnOverlap.EXCLUDE,
        on_drop=OnDrop.RELEASE,
    )
    assert dialog.isVisible(), "Return takes the text and does not close the dialog"


def test_what_is_wrong_is_told_and_not_taken(dialog: SettingsDialog, store: PreferenceStore) -> None:
    dialog.open_at(dialog.connection)
    row = dialog.connection.include
    write(row.field, "10.0.0.0/8, nonsense")
    assert row.fault.startswith("nonsense is not a subnet")
    assert row.field.accessibleDescription() == row.fault
    assert store.value.cluster.include == ()
    QTest.keyClick(row.field, Qt.Key.Key_Escape)
    assert (row.field.text(), row.fault) == ("", "")
    assert dialog.isVisible(), "the first Escape is for the field"
    QTest.keyClick(row.field, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_closed_with_a_fault_it_opens_with_what_counts(dialog: SettingsDialog) -> None:
    write(dialog.cluster.field("image").field, "Not An Image")
    dialog.reject()
    dialog.open_at(dialog.cluster)
    assert dialog.cluster.field("image").field.text() == ""


def test_cluster_choices_reach_the_connection(dialog: SettingsDialog, store: PreferenceStore) -> None:
    for name, text in (
        ("manager_namespace", "tools"),
        ("image", "r.example/manager:2"),
        ("sidecar_image", "r.example/sidecar:2"),
        ("pull_secret", "registry.example"),
    ):
        write(dialog.cluster.field(name).field, text)
    request = connect_request("one", None, "/a:/b", store.value.cluster)
    target = target_from_request(request)
    assert (target.manager_namespace, target.image, target.sidecar_image, target.pull_secret) == (
        "tools",
        "r.example/manager:2",
        "r.example/sidecar:2",
        "registry.example",
    )
    assert (target.context, target.kubeconfig, target.on_drop) == ("one", "/a:/b", OnDrop.HOLD)
    write(dialog.cluster.field("image").field, "")
    assert connect_request(None, None, None, store.value.cluster).image is None


def test_appearance(dialog: SettingsDialog, store: PreferenceStore, theme: Theme, qtbot: QtBot) -> None:
    dialog.open_at(dialog.appearance)
    dialog.appearance.theme.button("dark").click()
    assert (theme.scheme, store.value.theme) == (Scheme.DARK, "dark")
    assert not dialog.appearance.note.isVisible()
    dialog.appearance.language.button("zh_CN").click()
    assert store.value.language == "zh_CN"
    assert dialog.appearance.note.isVisible()
    with qtbot.waitSignal(dialog.restart_asked):
        dialog.appearance.restart.click()
    dialog.appearance.language.button("").click()
    assert not dialog.appearance.note.isVisible()


def test_unknown_preferences_are_the_systems(theme: Theme, autostart: FakeAutostart, qtbot: QtBot) -> None:
    store = PreferenceStore()
    store.change(theme="neon", language="xx")
    dialog = SettingsDialog(theme, store, autostart)
    qtbot.addWidget(dialog)
    assert dialog.appearance.theme.button("system").isChecked()
    assert dialog.appearance.language.button("").isChecked()


def test_the_keyboard_reaches_every_page(dialog: SettingsDialog) -> None:
    pages = dialog.findChild(QListWidget, "settingsList")
    assert pages is not None
    seen = []
    for _ in range(pages.count()):
        item = pages.currentItem()
        assert item is not None
        seen.append(item.text())
        QTest.keyClick(pages, Qt.Key.Key_Down)
    assert seen == ["General", "Notifications", "Connection", "Cluster", "Kubeconfigs", "Appearance", "Plans"]


def test_everything_has_a_name(dialog: SettingsDialog) -> None:
    for widget in (*dialog.findChildren(QAbstractButton), *dialog.findChildren(QLineEdit)):
        if widget.focusPolicy() is not Qt.FocusPolicy.NoFocus:
            text = widget.text() if isinstance(widget, QAbstractButton) else ""
            assert widget.accessibleName() or text, widget
