"""The two menus over a rule: what to begin with, and how to send a request that it takes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton

from app.domain.intercepts import HttpRule
from app.domain.rule_snippets import browser_headers, curl_line, gaps, header_lines, made_up, modheader_profile
from app.domain.rule_templates import TemplateKind, templates
from app.ui.icons import icon
from app.ui.rules.wording import rule_text, shortened
from app.ui.theme import Theme
from app.ui.translation import mark, tr
from app.ui.widgets.plain_tip import plain_tip

_TEMPLATE_WORDS = {
    TemplateKind.HEADER: mark("Header x-user: {me}"),
    TemplateKind.BAGGAGE: mark("Baggage user={me}"),
    TemplateKind.COOKIE: mark("Cookie user={me}"),
}
_MENU_TEXT = 44
_ICON_PX = 16


class HeadButton(QToolButton):
    """Opens a menu that is made when it is wanted."""

    def __init__(self, theme: Theme, icon_name: str, words: str, fill: Callable[[QMenu], None]) -> None:
        super().__init__()
        self.setObjectName("headButton")
        self._theme = theme
        self._icon_name = icon_name
        self._fill = fill
        self.setText(words)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(QSize(_ICON_PX, _ICON_PX))
        menu = QMenu(self)
        menu.aboutToShow.connect(self.refill)
        self.setMenu(menu)
        theme.changed.connect(self._dress)
        self._dress()

    def refill(self) -> QMenu:
        menu = self.menu()
        menu.clear()
        self._fill(menu)
        return menu

    def _dress(self) -> None:
        self.setIcon(icon(self._icon_name, self._theme.colour("text_dim")))


class TemplateMenu(QObject):
    """Signals:
    rule_chosen: HttpRule, to be shown.
    paste_asked: fill the rows from the clipboard.
    forget_asked: HttpRule, that was used before and shall not be offered again.
    """

    rule_chosen = Signal(object)
    paste_asked = Signal()
    forget_asked = Signal(object)

    def __init__(self, theme: Theme, me: str) -> None:
        super().__init__()
        self._me = me
        self._saved: tuple[HttpRule, ...] = ()
        self.button = HeadButton(theme, "template", tr("Templates"), self._fill)
        self.button.setToolTip(tr("Begin with a template, or with a rule that was used here before"))

    def show_saved(self, rules: tuple[HttpRule, ...]) -> None:
        self._saved = rules

    def _fill(self, menu: QMenu) -> None:
        for template in templates(self._me):
            words = tr(_TEMPLATE_WORDS[template.kind], me=self._me)
            self._add_rule(menu, words, template.rule)
        menu.addSeparator()
        menu.addAction(tr("Paste headers or curl"), self.paste_asked.emit)
        if not self._saved:
            return
        menu.addSeparator()
        _add_head(menu, tr("Used before"))
        for rule in self._saved:
            self._add_rule(menu, _menu_text(rule), rule)
        forget = menu.addMenu(tr("Forget"))
        for rule in self._saved:
            action = forget.addAction(_menu_text(rule))
            action.triggered.connect(lambda _checked=False, rule=rule: self.forget_asked.emit(rule))

    def _add_rule(self, menu: QMenu, words: str, rule: HttpRule) -> None:
        action = menu.addAction(words)
        action.setToolTip(plain_tip(rule_text(rule)))
        action.triggered.connect(lambda _checked=False, rule=rule: self.rule_chosen.emit(rule))


class CopyMenu(QObject):
    """Signals:
    copied: str and str, what shall be in the clipboard, and what to say about it.
    """

    copied = Signal(str, str)

    def __init__(self, theme: Theme, me: str) -> None:
        super().__init__()
        self._me = me
        self._rule: HttpRule | None = None
        self._address = ""
        self.button = HeadButton(theme, "copy", tr("Copy"), self._fill)
        self.show_rule(None)

    def show_rule(self, rule: HttpRule | None) -> None:
        self._rule = rule
        self.button.setEnabled(rule is not None)
        told = (
            tr("There is nothing to copy until the rule is complete.")
            if rule is None
            else tr("Copy a request that this rule takes: for a terminal, or for a browser extension")
        )
        self.button.setToolTip(told)
        self.button.setAccessibleDescription(told)

    def show_address(self, url: str) -> None:
        self._address = url

    def _fill(self, menu: QMenu) -> None:
        rule = self._rule
        if rule is None:
            return
        menu.setToolTipsVisible(True)
        line = curl_line(rule, self._address)
        menu.addAction(tr("curl line"), lambda: self.copied.emit(line, _told(rule, tr("The curl line is copied."))))
        can_browse = bool(browser_headers(rule))
        headers = menu.addAction(
            tr("Headers"),
            lambda: self.copied.emit(header_lines(rule), _told(rule, tr("The headers are copied."))),
        )
        title = f"Kubeferry {self._me}"
        profile = menu.addAction(
            tr("Profile for ModHeader (browser extension)"),
            lambda: self.copied.emit(
                modheader_profile(rule, title),
                _told(rule, tr("The profile is copied: choose “Import profile” in ModHeader.")),
            ),
        )
        for action in (headers, profile):
            _allow(action, can_browse, tr("This rule has no header that a browser can add."))


def _allow(action: QAction, can: bool, why_not: str) -> None:
    action.setEnabled(can)
    if not can:
        action.setToolTip(why_not)


def _told(rule: HttpRule, done: str) -> str:
    """What is made up is said, and what is missing."""
    told = [done]
    told += [
        tr(
            "{name}: {value} is an example of what the rule takes.",
            name=header.name,
            value=shortened(header.value or ""),
        )
        for header in made_up(rule)
    ]
    told += [
        tr("Add {name} yourself: no value that the rule takes could be made up.", name=name) for name in gaps(rule)
    ]
    return " ".join(told)


def _menu_text(rule: HttpRule) -> str:
    """An ampersand would underline what follows."""
    return shortened(rule_text(rule), _MENU_TEXT).replace("&", "&&")


def _add_head(menu: QMenu, words: str) -> None:
    head = menu.addAction(words)
    head.setEnabled(False)
