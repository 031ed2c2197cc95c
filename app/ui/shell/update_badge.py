"""Tells that there is a newer version, and what brings it. It brings nothing itself."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.controllers.updates import UpdateState, UpdateView
from app.ui.styled import styled
from app.ui.translation import tr


class UpdateBadge(QFrame):
    """Hidden unless there is something newer.

    Signals:
        page_asked: str, the release's page (https) is to be opened. By default the desktop's browser does.
    """

    page_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None, *, opens_pages: bool = True) -> None:
        super().__init__(parent)
        self.setObjectName("updateBadge")
        self._view = UpdateView()
        self._title = styled(QLabel(), "settingName")
        self._how = styled(QLabel(), "settingHint")
        self._command = QLabel()
        self._command.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        for label in (self._title, self._how, self._command):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.copy = QPushButton(tr("Copy the command"))
        self.read = QPushButton(tr("Read about it"))
        self.copy.clicked.connect(self._copy)
        self.read.clicked.connect(lambda: self.page_asked.emit(self._view.page))
        if opens_pages:
            self.page_asked.connect(lambda page: QDesktopServices.openUrl(QUrl(page)))
        self._lay_out()
        self.show_view(self._view)

    def show_view(self, view: UpdateView) -> None:
        self._view = view
        version = view.version
        if view.is_security:
            self._title.setText(tr("Kubeferry {version} is there; it mends a weakness of this one.", version=version))
        else:
            self._title.setText(tr("Kubeferry {version} is there.", version=version))
        if view.command:
            self._how.setText(tr("This copy is a package's. Its package manager brings the new one:"))
        else:
            self._how.setText(tr("Its page has the files. Kubeferry does not replace itself."))
        self._command.setText(view.command)
        self._command.setVisible(bool(view.command))
        self.copy.setVisible(bool(view.command))
        self.setToolTip(view.notes)
        self.setAccessibleName(self._title.text())
        self.setAccessibleDescription(view.notes)
        self.setVisible(view.state is UpdateState.NEWER)

    @property
    def title(self) -> str:
        return self._title.text()

    @property
    def command(self) -> str:
        return self._command.text()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._view.command)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self.copy)
        buttons.addWidget(self.read)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 8)
        column.setSpacing(6)
        for label in (self._title, self._how, self._command):
            column.addWidget(label)
        column.addLayout(buttons)
