"""Connection details, timeline, doctor and bundle, as the user sees them."""

from __future__ import annotations

import inspect
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QLabel, QListView, QTabBar, QWidget
from pytestqt.qtbot import QtBot

from app.controllers.diagnosis_views import (
    BundleView,
    DetailsView,
    DoctorView,
    Happening,
    ProbeView,
    RepairView,
    RoundTripSample,
    TimelineEntry,
)
from app.controllers.views import Phase
from app.domain.catalogue import explain
from app.domain.checks import Check, Fix, Verdict, failed
from app.domain.errors import ErrorCode, Problem
from app.session import bundle, checkup
from app.ui.check_words import SAID, found_text, next_step_text
from app.ui.diagnostics.bundle_dialog import INSIDE
from app.ui.diagnostics.detail_groups import as_text, detail_groups
from app.ui.diagnostics.diagnostics_dialog import DiagnosticsDialog, Page
from app.ui.diagnostics.fix_words import button_text
from app.ui.diagnostics.round_trip_graph import scale_top_s, summary_line
from app.ui.diagnostics.timeline_words import LOOKS, head_line, span
from app.ui.theme import Theme, ThemeChoice
from tests.gui import diagnostics_data as data
from tests.gui.accessible import nameless
from tests.gui.dressing import put_on
from tests.gui.sample_data import NOW


@pytest.fixture
def dialog(theme: Theme, qtbot: QtBot) -> DiagnosticsDialog:
    made = DiagnosticsDialog(theme, clock=lambda: NOW)
    qtbot.addWidget(made)
    made.show()
    return made


def _texts(widget: QWidget) -> list[str]:
    QCoreApplication.processEvents()  # What a layout got while it was seen is shown by the event loop.
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisible() and label.text()]


def _button(widget: QWidget, text: str) -> QAbstractButton:
    return next(button for button in widget.findChildren(QAbstractButton) if button.text() == text)


def _show(dialog: DiagnosticsDialog, page: Page) -> None:
    dialog.findChildren(QTabBar)[0].setCurrentIndex(page)


def test_without_a_connection_it_says_so_and_offers_one(dialog: DiagnosticsDialog, qtbot: QtBot) -> None:
    assert "Not connected" in _texts(dialog.connection)
    with qtbot.waitSignal(dialog.connect_asked):
        _button(dialog.connection, "Connect").click()
    _show(dialog, Page.TIMELINE)
    assert "Nothing has happened yet" in _texts(dialog.timeline)


def test_every_fact_is_shown(dialog: DiagnosticsDialog) -> None:
    dialog.show_details(data.DETAILS)
    shown = " ".join(_texts(dialog.connection))
    for fact in (
        "staging-eu",
        "v1.34.1",
        "kubeferry/kubeferry-manager-6d9f7c5b8-x2x9z",
        "198.19.0.7",
        "1400 bytes",
        "5c7a9e0b2f31",
        "fd00:10:244::/56",
        "10.244.7.7/32",
        "payments",
        "shop.svc.cluster.local",
        "10.96.0.10",
        "9.9.9.9",
        "resolved",
        "2h ago, 2 reconnects",
        "a cluster name in 12 ms, the API's service in 3.4 ms, 4s ago",
    ):
        assert fact in shown
    dialog.show_details(DetailsView(Phase.DISCONNECTED))
    assert "staging-eu" not in _texts(dialog.connection)


def test_what_is_not_known_is_left_out() -> None:
    groups = detail_groups(DetailsView(Phase.CONNECTING, context="a", server="https://x"), NOW)
    assert [group.title for group in groups] == ["Cluster"]
    assert [detail.label for detail in groups[0].details] == ["State", "Context", "API server"]


def test_a_probe_that_failed_is_told() -> None:
    view = replace(data.DETAILS, probe=ProbeView(False, None, 0.003, "no DNS answer within 2 s", None))
    assert "the API's service in 3.0 ms, failed: no DNS answer within 2 s" in as_text(detail_groups(view, NOW))


def test_each_value_and_all_of_them_can_be_copied(dialog: DiagnosticsDialog) -> None:
    dialog.show_details(data.DETAILS)
    (value,) = (
        one for one in dialog.connection.findChildren(QLabel) if one.text() == "https://staging-eu.example.com:6443"
    )
    assert value.accessibleName() == "API server"
    value.menu().actions()[0].trigger()  # type: ignore[attr-defined]
    assert QGuiApplication.clipboard().text() == "https://staging-eu.example.com:6443"
    _button(dialog.connection, "Copy all").click()
    told = QGuiApplication.clipboard().text()
    assert "Routes\n  Into the cluster: 10.244.0.0/16, 10.96.0.0/12, fd00:10:244::/56\n" in told


def test_values_change_in_place(dialog: DiagnosticsDialog) -> None:
    dialog.show_details(data.DETAILS)
    before = dialog.connection.findChildren(QLabel)
    dialog.show_details(replace(data.DETAILS, subnets=("10.0.0.0/8",)))
    assert dialog.connection.findChildren(QLabel) == before, "who has selected a text keeps it"
    assert "10.0.0.0/8" in _texts(dialog.connection)


def test_details_are_asked_for_while_they_are_seen(dialog: DiagnosticsDialog, qtbot: QtBot) -> None:
    _show(dialog, Page.TIMELINE)
    with qtbot.waitSignal(dialog.refresh_asked):
        _show(dialog, Page.CONNECTION)


def test_round_trips_in_figures_and_as_a_line(dialog: DiagnosticsDialog) -> None:
    dialog.show_details(data.DETAILS)
    samples = tuple(RoundTripSample(NOW + i, rtt) for i, rtt in enumerate((0.010, None, 0.030, 0.012)))
    dialog.show_round_trips(samples)
    assert "least 10 ms · median 12 ms · most 30 ms" in _texts(dialog.connection)
    assert summary_line((RoundTripSample(NOW, None),)) == ""
    assert [round(scale_top_s(most), 4) for most in (0.0, 0.009, 0.012, 0.04, 0.3)] == [0.01, 0.01, 0.02, 0.05, 0.5]


def test_the_timeline_tells_what_why_and_for_how_long(dialog: DiagnosticsDialog) -> None:
    _show(dialog, Page.TIMELINE)
    dialog.show_timeline(data.TIMELINE)
    (view,) = dialog.timeline.findChildren(QListView)
    model = view.model()
    heads = [model.index(row, 0).data() for row in range(model.rowCount())]
    assert heads[:4] == ["Healthy again", "Degraded", "Tunnel restored after 3.2 s", "Tunnel lost"]
    read = model.index(3, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "Tunnel lost. Nothing came through the tunnel any more" in read
    _button(dialog.timeline, "Copy all").click()
    assert len(QGuiApplication.clipboard().text().splitlines()) == len(data.TIMELINE)


def test_what_is_selected_in_the_timeline_stays(dialog: DiagnosticsDialog) -> None:
    _show(dialog, Page.TIMELINE)
    dialog.show_timeline(data.TIMELINE)
    (view,) = dialog.timeline.findChildren(QListView)
    view.setCurrentIndex(view.model().index(2, 0))
    dialog.show_timeline((TimelineEntry(NOW, Happening.DISCONNECTED, "", 5.0), *data.TIMELINE))
    assert view.currentIndex().row() == 3


def test_each_happening_has_a_shape_a_colour_and_a_word() -> None:
    assert set(LOOKS) == set(Happening)
    assert head_line(TimelineEntry(NOW, Happening.FAILED, "", 61.0)) == "Failed after 1 min 1 s"
    assert [span(seconds) for seconds in (0.42, 9.99, 65.2, 7800)] == ["0.4 s", "10 s", "1 min 5 s", "2 h 10 min"]


def test_the_doctor_begins_when_it_is_seen_and_shows_each_check(dialog: DiagnosticsDialog, qtbot: QtBot) -> None:
    with qtbot.waitSignal(dialog.check_asked):
        _show(dialog, Page.DOCTOR)
    dialog.show_doctor(DoctorView((data.CHECKS[0],), step="Logging in", is_running=True))
    assert {"Checking…", "Logging in …", "Kubeconfig"} <= set(_texts(dialog.doctor))
    first = dialog.doctor.rows()[0]
    assert not _button(dialog.doctor, "Check again").isEnabled()
    assert _button(dialog.doctor, "Check again").accessibleDescription()
    dialog.show_doctor(data.DOCTOR)
    assert dialog.doctor.rows()[0] is first
    assert "2 things are not working" in _texts(dialog.doctor)
    with qtbot.waitSignal(dialog.check_asked):
        _button(dialog.doctor, "Check again").click()
    with qtbot.assertNotEmitted(dialog.check_asked):
        _show(dialog, Page.TIMELINE)
        _show(dialog, Page.DOCTOR)


@pytest.mark.parametrize(
    ("checks", "head"),
    [
        (data.CHECKS[:1], "Everything is fine"),
        (data.CHECKS[3:4], "One thing to look at"),
        (data.CHECKS[4:5], "One thing is not working"),
    ],
)
def test_the_verdict_in_one_line(dialog: DiagnosticsDialog, checks: tuple[Check, ...], head: str) -> None:
    dialog.show_doctor(DoctorView(checks, finished_at=NOW))
    _show(dialog, Page.DOCTOR)
    assert head in _texts(dialog.doctor)


def test_fixes_are_asked_for(dialog: DiagnosticsDialog, qtbot: QtBot) -> None:
    dialog.show_doctor(data.DOCTOR)
    _show(dialog, Page.DOCTOR)
    with qtbot.waitSignal(dialog.fix_asked) as asked:
        _button(dialog.doctor, "Start the helper…").click()
    assert asked.args == ["start_helper"]
    with qtbot.waitSignal(dialog.exclude_asked) as asked:
        _button(dialog.doctor, "Exclude 10.0.0.0/8").click()
    assert asked.args == [("10.0.0.0/8",)]
    dialog.show_doctor(data.DOCTOR)
    assert not _button(dialog.doctor, "Excluded").isEnabled()
    assert "next connection" in _button(dialog.doctor, "Excluded").toolTip()
    copied = _button(dialog.doctor, "Copy login command")
    copied.click()
    assert QGuiApplication.clipboard().text() == "aws sso login --profile eu"
    assert copied.text() == "Copied"
    with qtbot.waitSignal(dialog.repair_plan_asked):
        _button(dialog.doctor, "Show and repair…").click()
    assert dialog.repair.isVisible()


def test_each_fix_has_a_button() -> None:
    for fix in Fix:
        check = Check("x", Verdict.FAIL, "x.", fix=fix, command="run this", fix_values=("10.0.0.0/8",))
        assert button_text(check)
    assert not button_text(failed("x", Problem(ErrorCode.API_FORBIDDEN)))
    assert (
        button_text(Check("x", Verdict.WARN, "x.", fix=Fix.EXCLUDE_SUBNETS, fix_values=("a", "b")))
        == "Exclude 2 subnets"
    )


def test_what_the_checks_say_in_fixed_words_is_known_to_the_translators() -> None:
    source = inspect.getsource(checkup)
    assert [words for words in SAID if f'"{words}"' not in source and words not in source] == []
    check = data.CHECKS[1]
    assert found_text(check) == "Credentials are there."
    helper = failed("helper", Problem(ErrorCode.HELPER_NOT_RUNNING, {"socket": "/run/x"}))
    assert (found_text(helper), next_step_text(helper)) == (helper.found, helper.next_step)


def test_a_repair_is_shown_before_it_is_done(dialog: DiagnosticsDialog, qtbot: QtBot) -> None:
    repair = dialog.repair
    repair.open()
    assert not _button(repair, "Take it away").isVisible()
    dialog.show_repair(data.REPAIR)
    assert "deployment/cart in shop, left by alice@nb-17: its sidecar stays for bob@nb-3." in _texts(repair)
    assert any("Not looked at: namespace payments" in text for text in _texts(repair))
    with qtbot.waitSignal(dialog.repair_asked):
        _button(repair, "Take it away").click()
    dialog.show_repair(replace(data.REPAIR, step="Removing the sidecar"))
    assert {"Repairing", "Removing the sidecar"} <= set(_texts(repair))
    dialog.show_repair(replace(data.REPAIR, done=1, failures=("What was done to cart could not be undone.",)))
    assert {"One workload is in order again", "What was done to cart could not be undone."} <= set(_texts(repair))
    assert not _button(repair, "Take it away").isVisible()
    dialog.show_repair(RepairView())
    assert "Nobody left anything" in _texts(repair)
    dialog.show_repair(RepairView(problem=explain(Problem(ErrorCode.NOT_CONNECTED))))
    assert "Not connected" in _texts(repair)


def test_the_bundle_says_what_is_inside_before_it_is_saved(
    dialog: DiagnosticsDialog, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "open", lambda _: None)
    dialog.show_doctor(data.DOCTOR)
    _show(dialog, Page.DOCTOR)
    _button(dialog.doctor, "Save diagnostics…").click()
    assert dialog.bundle.isVisible()
    assert [name for name, _ in INSIDE] == [part.name for part in bundle.PARTS[1:]]
    assert {name for name, _ in INSIDE} <= set(_texts(dialog.bundle))
    _button(dialog.bundle, "Save…").click()
    (chooser,) = dialog.bundle.findChildren(QFileDialog)
    with qtbot.waitSignal(dialog.save_asked) as asked:
        chooser.fileSelected.emit(str(tmp_path / "d.tar.gz"))
    assert asked.args == [str(tmp_path / "d.tar.gz")]
    chooser.close()
    dialog.show_bundle(BundleView(is_saving=True))
    assert not _button(dialog.bundle, "Save…").isEnabled()
    dialog.show_bundle(BundleView(path=str(tmp_path / "d.tar.gz")))
    assert f"Saved as {tmp_path / 'd.tar.gz'}." in _texts(dialog.bundle)


def test_the_folder_of_the_bundle_is_opened(dialog: DiagnosticsDialog, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(
        "app.ui.diagnostics.bundle_dialog.QDesktopServices.openUrl", lambda url: opened.append(url.toLocalFile())
    )
    dialog.bundle.open()
    assert not _button(dialog.bundle, "Open folder").isVisible()
    dialog.show_bundle(BundleView(path="/tmp/somewhere/d.tar.gz"))
    _button(dialog.bundle, "Open folder").click()
    assert opened == ["/tmp/somewhere"]
    problem = explain(Problem(ErrorCode.INVALID_OPTION, {"option": "/x", "problem": "it is a link"}))
    dialog.show_bundle(BundleView(problem=problem))
    assert any("it is a link" in text for text in _texts(dialog.bundle))


def test_pages_by_keyboard_and_names_for_a_screen_reader(dialog: DiagnosticsDialog, qtbot: QtBot) -> None:
    dialog.show_details(data.DETAILS)
    dialog.show_timeline(data.TIMELINE)
    dialog.show_doctor(data.DOCTOR)
    (tabs,) = dialog.findChildren(QTabBar)
    for key, page in ((Qt.Key.Key_2, Page.TIMELINE), (Qt.Key.Key_3, Page.DOCTOR), (Qt.Key.Key_1, Page.CONNECTION)):
        QTest.keyClick(dialog, key, Qt.KeyboardModifier.ControlModifier)
        assert tabs.currentIndex() == page
        assert nameless(dialog) == []
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


@pytest.mark.parametrize("choice", [ThemeChoice.LIGHT, ThemeChoice.DARK])
def test_every_page_can_be_drawn(theme: Theme, dialog: DiagnosticsDialog, choice: ThemeChoice) -> None:
    put_on(theme, choice)
    dialog.show_details(data.DETAILS)
    dialog.show_round_trips(data.round_trips())
    dialog.show_timeline(data.TIMELINE)
    dialog.show_doctor(data.DOCTOR)
    for page in Page:
        _show(dialog, page)
        assert not dialog.grab().toImage().isNull()
