"""The port editor: what it is told becomes a map, and a program that does not listen is seen before it matters."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.controllers.views import PortRow
from app.domain.intercept_options import MAX_PORTS
from app.domain.intercepts import PortMap
from app.platform.listeners import Listener
from app.ui.ports.port_editor import PortEditor
from app.ui.theme import Theme, ThemeChoice
from app.ui.widgets.note_line import Tone
from tests.gui.dressing import put_on
from tests.gui.inspector_column import shown_in_column

# Completions pop up, which takes a screen.
pytestmark = pytest.mark.qt_log_ignore("does not support raise", "does not support grabbing the keyboard")

SPEC = (
    PortRow(9080, "http"),
    PortRow(9090, "grpc"),
    PortRow(53, "dns", "UDP"),
    PortRow(53, "dns-tcp"),
    PortRow(7, "x", "SCTP"),
)
HERE = (
    Listener(8080, "TCP", "python", 4242, "0.0.0.0"),
    Listener(9090, "TCP", "node", 77, "::1", is_loopback_only=True),
    Listener(53, "UDP", "", 0, "0.0.0.0"),
)


@pytest.fixture
def editor(theme: Theme, qtbot: QtBot) -> Iterator[PortEditor]:
    editor = PortEditor(theme)
    area = shown_in_column(qtbot, editor)
    yield editor
    area.close()


def notes(editor: PortEditor) -> list[str]:
    return ["" if row.note.isHidden() else row.note.text for row in editor.rows]


def tones(editor: PortEditor) -> list[Tone]:
    return [row.note.tone for row in editor.rows]


def test_a_mesh_takes_the_declared_tcp_ports(editor: PortEditor) -> None:
    editor.show_ports(SPEC, "mesh")
    assert editor.ports() == (PortMap(53, 53), PortMap(9080, 9080), PortMap(9090, 9090))
    assert editor.problems() == ()
    assert not editor.only_ports()
    assert editor.only.isHidden()


def test_a_proxy_takes_everything_and_names_what_changes(editor: PortEditor, qtbot: QtBot) -> None:
    editor.show_ports(SPEC, "proxy")
    assert (editor.ports(), editor.problems()) == ((), ())
    assert editor.note == "All other ports come here too, with the same number."
    row = editor.rows[1]
    assert row.take.isHidden(), "there is nothing to choose"
    row.local.selectAll()
    with qtbot.waitSignal(editor.changed):
        QTest.keyClicks(row.local, "8080")
    assert editor.ports() == (PortMap(9080, 8080),)
    with qtbot.waitSignal(editor.changed):
        editor.only.click()
    assert editor.only_ports()
    assert editor.ports() == (PortMap(53, 53), PortMap(9080, 8080), PortMap(9090, 9090))
    editor.rows[0].take.click()
    editor.rows[2].take.click()
    assert editor.ports() == (PortMap(9080, 8080),)
    assert not editor.rows[0].local.isEnabled()


def test_who_listens_is_told(editor: PortEditor) -> None:
    editor.show_ports(SPEC, "mesh")
    assert notes(editor) == ["", "", ""], "nothing is known yet"
    assert editor.missing() == ()
    editor.show_ports_in_use(HERE)
    assert notes(editor) == [
        "Nothing listens on 53 here yet.",
        "Nothing listens on 9080 here yet.",
        "node (pid 77) listens on ::1 only: let it listen on 127.0.0.1 too.",
    ]
    assert editor.missing() == (53, 9080, 9090)
    editor.show_map((PortMap(9080, 8080),), False)
    assert notes(editor) == ["", "python (pid 4242) listens.", ""]
    assert tones(editor) == [Tone.INFO, Tone.FINE, Tone.INFO]
    assert editor.missing() == ()
    editor.show_ports_in_use(())
    assert editor.missing() == (8080,)
    assert tones(editor) == [Tone.INFO, Tone.WARNING, Tone.INFO]
    assert editor.rows[1].local.accessibleDescription() == "Nothing listens on 8080 here yet."
    editor.show_ports_in_use(None)
    assert notes(editor) == ["", "", ""]


def test_a_proxy_counts_datagrams(editor: PortEditor) -> None:
    editor.show_ports(SPEC, "proxy")
    editor.show_ports_in_use(HERE)
    assert notes(editor)[0] == "Another program listens."
    assert editor.missing() == (9080, 9090)


def test_another_workload_begins_anew(editor: PortEditor) -> None:
    editor.show_ports(SPEC, "proxy")
    editor.only.click()
    editor.rows[1].take.click()
    assert len(editor.ports()) == 2
    editor.show_ports(SPEC, "proxy")
    assert (editor.ports(), editor.only_ports()) == ((), False)


def test_ports_are_added_and_removed(editor: PortEditor, qtbot: QtBot) -> None:
    editor.show_ports(SPEC, "mesh")
    QTest.mouseClick(editor.add_button, Qt.MouseButton.LeftButton)
    row = editor.rows[-1]
    assert QGuiApplication.focusObject() is row.remote
    assert editor.problems() == (), "a row that nothing is written in is none"
    QTest.keyClicks(row.remote, "7000")
    assert row.local.text() == "7000", "the same number, until another one is written"
    assert editor.ports()[-1] == PortMap(7000, 7000)
    QTest.keyClick(row.local, Qt.Key.Key_Backspace)
    QTest.keyClicks(row.local, "1")
    QTest.keyClick(row.remote, Qt.Key.Key_Backspace)
    assert editor.ports()[-1] == PortMap(700, 7001)
    QTest.mouseClick(row.remove_button, Qt.MouseButton.LeftButton)
    assert len(editor.ports()) == 3
    assert all(row.remove_button.isHidden() for row in editor.rows), "what the pod spec has is left out, not removed"


@pytest.mark.parametrize("text", ["", "0", "65536", "x", "-1", "٣"])
def test_what_is_no_port_is_told(editor: PortEditor, text: str) -> None:
    editor.show_ports(SPEC, "mesh")
    editor.rows[0].local.setText(text)
    editor.rows[0].local.textEdited.emit(text)
    assert editor.problems() == ("Ports are numbers from 1 to 65535.",)
    assert editor.rows[0].note.tone is Tone.FAULT
    editor.rows[0].take.click()
    assert editor.problems() == (), "it is not to come here"


def test_a_port_is_there_once(editor: PortEditor, qtbot: QtBot) -> None:
    editor.show_ports(SPEC, "mesh")
    editor.add_button.click()
    QTest.keyClicks(editor.rows[-1].remote, "9080")
    assert editor.problems() == ("Port 9080 of the pods is there twice.",)


def test_one_port_at_least(editor: PortEditor) -> None:
    editor.show_ports((), "mesh")
    assert editor.problems() == ("The pod spec names no ports: add the one that your program serves.",)
    editor.show_ports((), "proxy")
    assert editor.problems() == ()
    editor.only.click()
    assert len(editor.problems()) == 1
    editor.show_ports(SPEC[:1], "mesh")
    editor.rows[0].take.click()
    assert editor.problems() == (editor.note,) == ("Choose at least one port.",)


def test_maps_come_back_as_they_were(editor: PortEditor) -> None:
    editor.show_ports(SPEC, "mesh")
    ports = (PortMap(9080, 8080), PortMap(7000, 7001))
    editor.show_map(ports, False)
    assert editor.ports() == ports
    editor.show_map((), False)
    assert len(editor.ports()) == 3
    editor.show_ports(SPEC, "proxy")
    editor.show_map(ports, True)
    assert (editor.ports(), editor.only_ports()) == (ports, True)
    editor.show_map(ports, False)
    assert (editor.ports(), editor.only_ports()) == (ports, False)


def test_there_is_an_end_to_ports(editor: PortEditor) -> None:
    editor.show_map(tuple(PortMap(number, number) for number in range(1, MAX_PORTS + 1)), False)
    assert not editor.add_button.isEnabled()
    assert "64 ports at most" in editor.add_button.toolTip()


def test_local_ports_are_offered(editor: PortEditor) -> None:
    editor.show_ports(SPEC[:1], "mesh")
    editor.show_ports_in_use(HERE)
    completer = editor.rows[0].local.completer()
    completer.setCompletionPrefix("80")
    assert completer.currentCompletion() == "8080"
    index = completer.completionModel().index(0, 0)
    assert index.data() == "8080  python (pid 4242)"
    completer.setCompletionPrefix("90")
    assert completer.completionCount() == 0, "nobody is reached there"


def test_it_is_narrow_named_and_dressed(editor: PortEditor, theme: Theme) -> None:
    editor.show_ports((PortRow(9091, "a-port-with-a-long-name"), *SPEC), "proxy")
    editor.show_ports_in_use(HERE)
    editor.only.click()
    assert editor.minimumSizeHint().width() <= 276
    for row in editor.rows:
        assert all(field.accessibleName() for field in (row.take, row.local))
    put_on(theme, ThemeChoice.DARK)
    editor.rows[0].take.setFocus()
    assert not editor.grab().isNull()
    put_on(theme, ThemeChoice.LIGHT)
