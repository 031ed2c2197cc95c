"""The rule editor: what is typed becomes a rule, what is wrong is said at its place, others' claims are told."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QGuiApplication, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from app.domain.intercept_options import MAX_HEADERS
from app.domain.intercepts import Claim, HeaderRule, HttpRule, MatchKind, PortMap
from app.domain.rule_draft import Trouble
from app.domain.sample_request import PasteTrouble
from app.ui.rules import wording
from app.ui.rules.overlap_notes import MAX_TOLD
from app.ui.rules.rule_editor import RuleEditor
from app.ui.rules.rule_menus import HeadButton
from app.ui.theme import Theme, ThemeChoice
from tests.gui.dressing import put_on
from tests.gui.inspector_column import shown_in_column

# Completions pop up, which takes a screen.
pytestmark = pytest.mark.qt_log_ignore("does not support raise", "does not support grabbing the keyboard")

EXACT, PREFIX, REGEX, PRESENT = MatchKind.EXACT, MatchKind.PREFIX, MatchKind.REGEX, MatchKind.PRESENT
NOW = 1_800_000_000.0
ME = "0" * 12
HTTP = (PortMap(9080, 8080),)
ALICE = HttpRule((HeaderRule("x-user", EXACT, "alice"),))
LONG = HttpRule(
    (HeaderRule("x-user", EXACT, "alice"), HeaderRule("cookie", REGEX, "a.*"), HeaderRule("x", PRESENT)), "/api"
)


def claim(number: int, rule: HttpRule | None, *, owner: str = "bob", since: float = NOW - 3600) -> Claim:
    return Claim(f"{number:012x}", owner, owner, since, rule, HTTP)


@pytest.fixture
def editor(theme: Theme, qtbot: QtBot) -> Iterator[RuleEditor]:
    area = shown_in_column(qtbot, RuleEditor(theme, me="alice", clock=lambda: NOW))
    editor = area.widget()
    assert isinstance(editor, RuleEditor)
    yield editor
    area.close()


def actions(button: QToolButton) -> dict[str, QAction]:
    assert isinstance(button, HeadButton)
    found: dict[str, QAction] = {}

    def gather(menu: QMenu) -> None:
        for action in menu.actions():
            found[action.text()] = action
            inner = action.menu()
            if isinstance(inner, QMenu):
                found.update({f"{action.text()}: {one.text()}": one for one in inner.actions()})

    gather(button.refill())
    return found


def test_an_empty_rule_says_what_to_do_but_is_no_error(editor: RuleEditor) -> None:
    assert editor.rule() is None
    assert editor.problems() == ("Say which requests come to you: add a header or a path.",)
    assert len(editor.rows) == 1
    assert not editor.rows[0].remove_button.isEnabled()
    assert not editor.copy_button.isEnabled()
    assert "nothing to copy" in editor.copy_button.toolTip()


def test_typing_makes_a_rule(editor: RuleEditor, qtbot: QtBot) -> None:
    with qtbot.waitSignal(editor.changed):
        QTest.keyClicks(editor.rows[0].name, "X-User")
    QTest.keyClicks(editor.rows[0].value, "alice")
    assert editor.rule() == ALICE
    QTest.keyClicks(editor.path, "/api/")
    assert editor.rule() == HttpRule(ALICE.headers, "/api")
    assert editor.problems() == ()


def test_the_name_is_shown_as_it_is_compared(editor: RuleEditor, qtbot: QtBot) -> None:
    row = editor.rows[0]
    row.name.setFocus()
    QTest.keyClicks(row.name, "X-User")
    popup = row.name.completer().popup()
    assert popup is not None
    popup.hide()
    QTest.keyClick(row.name, Qt.Key.Key_Tab)
    assert row.name.text() == "x-user"


def test_a_colon_in_the_name_begins_the_value(editor: RuleEditor, qtbot: QtBot) -> None:
    editor.rows[0].name.setFocus()
    QTest.keyClicks(editor.rows[0].name, "x-user:")
    assert editor.rows[0].name.text() == "x-user"
    assert QGuiApplication.focusObject() is editor.rows[0].value
    editor.show_rule(None)
    editor.rows[0].name.setText("x-team: a:b")
    editor.rows[0].name.textEdited.emit("x-team: a:b")
    assert editor.rule() == HttpRule((HeaderRule("x-team", EXACT, "a:b"),))
    editor.show_rule(None)
    QTest.keyClicks(editor.rows[0].name, ":method")
    assert editor.rows[0].name.text() == ":method"


def test_rules_are_shown_and_come_back_as_they_were(editor: RuleEditor) -> None:
    for rule in (LONG, ALICE, HttpRule((), "/"), HttpRule((HeaderRule("x", EXACT, ""),))):
        editor.show_rule(rule)
        assert editor.rule() == rule
    editor.show_rule(None)
    assert editor.rule() is None


def test_kinds_are_chosen_with_the_keyboard(editor: RuleEditor, qtbot: QtBot) -> None:
    editor.show_rule(ALICE)
    row = editor.rows[0]
    row.kind.setFocus()
    for kind in (PREFIX, REGEX):
        QTest.keyClick(row.kind, Qt.Key.Key_Down)
        assert editor.rule() == HttpRule((HeaderRule("x-user", kind, "alice"),))
    QTest.keyClick(row.kind, Qt.Key.Key_Down)
    assert editor.rule() == HttpRule((HeaderRule("x-user", PRESENT),))
    assert not row.value.isEnabled()
    assert row.value.toolTip()
    QTest.keyClick(row.kind, Qt.Key.Key_Home)
    assert editor.rule() == ALICE, "the value was only put aside"


def test_the_wheel_scrolls_the_inspector_and_changes_no_rule(editor: RuleEditor) -> None:
    editor.show_rule(ALICE)
    box = editor.rows[0].kind
    middle = QPointF(box.rect().center())
    nothing, down = QPoint(), QPoint(0, -120)
    buttons, keys = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    phase = Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(middle, box.mapToGlobal(middle), nothing, down, buttons, keys, phase, False)
    QApplication.sendEvent(box, event)
    assert not event.isAccepted()
    assert editor.rule() == ALICE


def test_the_first_field_can_be_focused(editor: RuleEditor) -> None:
    editor.focus_first()
    assert QGuiApplication.focusObject() is editor.rows[0].name


def test_rows_come_and_go(editor: RuleEditor, qtbot: QtBot) -> None:
    editor.show_rule(ALICE)
    add = editor.add_button
    QTest.mouseClick(add, Qt.MouseButton.LeftButton)
    assert QGuiApplication.focusObject() is editor.rows[1].name
    assert editor.rule() == ALICE, "a blank row is none"
    QTest.keyClicks(editor.rows[1].name, "x")
    editor.rows[1].kind.choose(PRESENT)
    editor.rows[1].kind.chosen.emit()
    assert editor.rule() == HttpRule((*ALICE.headers, HeaderRule("x", PRESENT)))
    QTest.mouseClick(editor.rows[0].remove_button, Qt.MouseButton.LeftButton)
    assert editor.rule() == HttpRule((HeaderRule("x", PRESENT),))
    QTest.mouseClick(editor.rows[0].remove_button, Qt.MouseButton.LeftButton)
    assert (len(editor.rows), editor.rule()) == (1, None)
    for _ in range(MAX_HEADERS - 1):
        add.click()
    assert not add.isEnabled()
    assert "16 headers at most" in add.toolTip()


def test_faults_are_told_where_they_are(editor: RuleEditor) -> None:
    editor.show_rule(
        HttpRule((HeaderRule("x user", EXACT, "a"), HeaderRule("y", REGEX, "(?=a)"), HeaderRule("z")), "api")
    )
    assert editor.rule() is None
    first, second, third = editor.rows
    assert first.note.text == "“x user” is not the name of a header."
    assert "looks ahead or behind" in second.note.text
    assert second.value.accessibleDescription() == second.note.text
    assert third.note.text == "Matches only a header that is sent without a value."
    assert editor.problems() == (first.note.text, second.note.text, "A path begins with /.")


def test_others_claims_are_told_before_anything_is_started(editor: RuleEditor) -> None:
    editor.show_claims((claim(1, ALICE), claim(2, ALICE, owner=ME), claim(3, None, owner="carol")), ME)
    assert not editor.overlaps
    editor.show_rule(ALICE)
    (told,) = editor.overlaps
    assert told.startswith("bob has x-user = alice since ")
    assert told.endswith(": the same requests. Starting would be refused, or take over.")
    editor.show_rule(HttpRule((HeaderRule("x-user", PREFIX, "al"),)))
    assert "some of the same requests" in editor.overlaps[0]
    editor.show_rule(HttpRule((HeaderRule("x-user", EXACT, "carol"),)))
    assert editor.overlaps == ("carol takes what no rule takes. Your rule is tried before that.",)
    editor.show_claims((), ME)
    assert not editor.overlaps


def test_claims_on_other_ports_are_no_rivals(editor: RuleEditor) -> None:
    editor.show_rule(ALICE)
    editor.show_claims((claim(1, ALICE),), ME, (PortMap(1, 1),))
    assert not editor.overlaps


def test_many_rivals_are_counted(editor: RuleEditor) -> None:
    editor.show_rule(ALICE)
    editor.show_claims(tuple(claim(number, ALICE, owner=f"o{number}") for number in range(MAX_TOLD + 2)), ME)
    assert len(editor.overlaps) == MAX_TOLD + 1
    assert editor.overlaps[-1] == "And 2 others."


def test_templates_and_rules_that_were_used_before(editor: RuleEditor, qtbot: QtBot) -> None:
    editor.show_saved((LONG, HttpRule((), "/a&b")))
    menu = actions(editor.template_button)
    with qtbot.waitSignal(editor.changed):
        menu["Header x-user: alice"].trigger()
    assert editor.rule() == ALICE
    menu["path /a&&b"].trigger()
    assert editor.rule() == HttpRule((), "/a&b")
    with qtbot.waitSignal(editor.saved_rule_removed) as removed:
        menu["Forget: path /a&&b"].trigger()
    assert removed.args == [HttpRule((), "/a&b")]
    editor.show_saved(())
    assert "Forget" not in actions(editor.template_button)


@pytest.mark.parametrize("words", ["Baggage user=alice", "Cookie user=alice"])
def test_other_templates(editor: RuleEditor, words: str) -> None:
    actions(editor.template_button)[words].trigger()
    rule = editor.rule()
    assert rule is not None
    assert rule.headers[0].kind is REGEX


def test_pasted_headers_fill_the_rows(editor: RuleEditor, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().setText("X-User: alice\nUser-Agent: curl/8\nX-Team: a")
    editor.rows[0].name.setFocus()
    QTest.keyClick(editor.rows[0].name, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert editor.rule() == HttpRule((*ALICE.headers, HeaderRule("x-team", EXACT, "a")))
    QGuiApplication.clipboard().setText("curl -H 'x-user: bob' http://a")
    actions(editor.template_button)["Paste headers or curl"].trigger()
    assert editor.rule() == HttpRule((HeaderRule("x-user", EXACT, "bob"),))


def test_a_paste_that_is_one_word_is_a_paste_as_always(editor: RuleEditor, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().setText("x-user")
    QTest.keyClick(editor.rows[0].name, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert editor.rows[0].name.text() == "x-user"


@pytest.mark.parametrize(
    ("text", "told"), [("hello\nyou", "is not a header"), ("Accept: a\nUser-Agent: b", "none of them")]
)
def test_a_paste_that_is_no_rule_says_why_and_changes_nothing(editor: RuleEditor, text: str, told: str) -> None:
    editor.show_rule(ALICE)
    QGuiApplication.clipboard().setText(text)
    actions(editor.template_button)["Paste headers or curl"].trigger()
    assert told in editor.told
    assert editor.rule() == ALICE


def test_copies(editor: RuleEditor) -> None:
    editor.show_rule(HttpRule((HeaderRule("x-user", EXACT, "alice"), HeaderRule("x-b", REGEX, "a+")), "/api"))
    editor.show_address("http://reviews.shop:9080")
    menu = actions(editor.copy_button)
    clipboard = QGuiApplication.clipboard()
    menu["curl line"].trigger()
    assert clipboard.text() == "curl -H 'x-user: alice' -H 'x-b: a' http://reviews.shop:9080/api"
    assert editor.told == "The curl line is copied. x-b: a is an example of what the rule takes."
    menu["Headers"].trigger()
    assert clipboard.text() == "x-user: alice\nx-b: a"
    menu["Profile for ModHeader (browser extension)"].trigger()
    assert json.loads(clipboard.text())[0]["headers"][0]["name"] == "x-user"
    editor.show_rule(HttpRule((HeaderRule("x-b", REGEX, "a$b"),), "/api"))
    menu = actions(editor.copy_button)
    assert not menu["Headers"].isEnabled()
    menu["curl line"].trigger()
    assert "Add x-b yourself" in editor.told


def test_what_was_copied_is_not_said_for_ever(editor: RuleEditor, qtbot: QtBot) -> None:
    editor.show_rule(ALICE)
    actions(editor.copy_button)["curl line"].trigger()
    assert editor.told
    QTest.keyClicks(editor.path, "/")
    assert editor.told == ""


def test_it_fits_into_the_inspector_and_grows_with_what_it_says(theme: Theme, qtbot: QtBot) -> None:
    editor = RuleEditor(theme, me="alice", clock=lambda: NOW)
    area = shown_in_column(qtbot, editor, 276)
    assert editor.minimumSizeHint().width() <= 276
    editor.show_rule(LONG)
    editor.show_claims((claim(1, ALICE),), ME)
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() == 0)
    shown = [widget for widget in editor.findChildren(QWidget) if widget.isVisible() and widget.height()]
    assert all(widget.height() >= widget.minimumSizeHint().height() for widget in shown)


def test_everything_has_a_name_and_an_order(editor: RuleEditor, qtbot: QtBot) -> None:
    editor.show_rule(LONG)
    chain: list[QWidget] = [editor.template_button]
    while (following := chain[-1].nextInFocusChain()) not in (None, chain[0]):
        assert following is not None
        chain.append(following)
    order = [one for one in chain if _is_reached(one, editor)]
    rows = [field for row in editor.rows for field in (row.name, row.kind, row.value, row.remove_button)]
    reachable = [one for one in order if one in rows]
    assert reachable == rows
    for one in order:
        assert one.accessibleName() or (isinstance(one, QToolButton) and one.text()), one


def _is_reached(widget: QWidget, editor: RuleEditor) -> bool:
    can_tab = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
    return can_tab and widget.isVisible() and editor.isAncestorOf(widget)


def test_themes_can_change(editor: RuleEditor, theme: Theme) -> None:
    editor.show_rule(LONG)
    put_on(theme, ThemeChoice.DARK)
    assert not editor.grab().isNull()
    put_on(theme, ThemeChoice.LIGHT)


def test_every_fault_has_its_words() -> None:
    assert set(wording._FAULTS) == set(Trouble)
    assert set(wording._PASTES) == set(PasteTrouble)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (None, "all traffic"),
        (HttpRule(), "every request"),
        (LONG, "x-user = alice and cookie matches a.* and x is there and path /api"),
        (HttpRule((HeaderRule("x", PREFIX, "a"), HeaderRule("y"))), "x begins with a and y is empty"),
        (HttpRule((HeaderRule("x", EXACT, "a" * 99),)), f"x = {'a' * 59}…"),
    ],
)
def test_how_rules_read(rule: HttpRule | None, text: str) -> None:
    assert wording.rule_text(rule) == text


def test_how_moments_read() -> None:
    today = wording.moment_text(NOW, NOW + 60)
    assert wording.moment_text(NOW - 3 * 86_400, NOW).endswith(today)
    assert "," in wording.moment_text(NOW - 3 * 86_400, NOW)
    assert "20" in wording.moment_text(NOW - 400 * 86_400, NOW)
