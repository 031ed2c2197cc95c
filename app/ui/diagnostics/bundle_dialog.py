"""Before the diagnostics are saved: what is inside and what is not; afterwards: where they are."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.controllers.diagnosis_views import BundleView
from app.ui.styled import styled
from app.ui.translation import mark, tr

_WIDTH = 640
FILE_NAME = "kubeferry-diagnostics.tar.gz"
INSIDE = (
    ("versions.txt", mark("Versions of Kubeferry, Python and the operating system")),
    ("doctor.json", mark("The results of all checks")),
    ("status.json", mark("The connection: addresses, routes, names, your intercepts")),
    ("reconnects.json", mark("When the tunnel was lost, why, and for how long")),
    ("session.log", mark("The end of the background process's log")),
    ("helper.txt", mark("Whether the helper answers, and what it holds for you")),
    ("network.txt", mark("This machine's interfaces, routes and resolvers")),
    ("manager.json", mark("The traffic manager's pods and how they are")),
    ("manager.log", mark("The last lines of the traffic manager's log, if you may read it")),
)
"""app.session.bundle.PARTS, in the user's language; a test holds the two together."""


class BundleDialog(QDialog):
    """Signals:
    save_asked: str, the path to save at.
    """

    save_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("diagnostics")
        self.setWindowTitle(tr("Save diagnostics"))
        self._path = ""
        self._result = styled(QLabel(wordWrap=True), "bundleResult")
        self._result.setTextFormat(Qt.TextFormat.PlainText)
        self._result.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._folder = QPushButton(tr("Open folder"))
        self._folder.clicked.connect(self.open_folder)
        self._close = QPushButton(tr("Close"))
        self._close.clicked.connect(self.close)
        self._save = styled(QPushButton(tr("Save…")), "primary")
        self._save.setDefault(True)
        self._save.clicked.connect(self._choose_file)
        self._lay_out()
        self.show_view(BundleView())

    def show_view(self, view: BundleView) -> None:
        self._path = view.path
        self._result.setText(_told(view))
        self._result.setVisible(bool(self._result.text()))
        self._folder.setVisible(bool(view.path))
        self._save.setEnabled(not view.is_saving)
        waiting = tr("It is being saved.") if view.is_saving else ""
        self._save.setToolTip(waiting)
        self._save.setAccessibleDescription(waiting)
        self._fit()

    def open_folder(self) -> None:
        if self._path:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(self._path).parent)))

    def _choose_file(self) -> None:
        chooser = QFileDialog(self, tr("Save diagnostics"), str(Path.home() / FILE_NAME))
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setFileMode(QFileDialog.FileMode.AnyFile)
        chooser.setNameFilter(tr("Archives") + " (*.tar.gz)")
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.fileSelected.connect(self.save_asked)
        chooser.open()

    def _fit(self) -> None:
        layout = self.layout()
        if layout is not None:
            layout.activate()
            width = max(_WIDTH, layout.minimumSize().width())
            self.resize(width, max(layout.totalHeightForWidth(width), layout.totalSizeHint().height()))

    def _lay_out(self) -> None:
        head = styled(QLabel(tr("One file for whoever looks into a fault")), "diagnosticsHead")
        note = styled(QLabel(wordWrap=True), "dim")
        note.setText(
            tr(
                "Tokens, passwords, keys, certificates and cookies are taken out. Names of hosts, users, namespaces "
                "and workloads stay in, and so do addresses: look through it before you send it to somebody."
            )
        )
        table = QGridLayout()
        table.setHorizontalSpacing(16)
        table.setVerticalSpacing(6)
        table.setColumnStretch(1, 1)
        for row, (name, what) in enumerate(INSIDE):
            table.addWidget(styled(QLabel(name), "bundleName"), row, 0)
            table.addWidget(QLabel(tr(what)), row, 1)
        body = styled(QFrame(), "bundleBody")
        inner = QVBoxLayout(body)
        inner.setContentsMargins(16, 12, 16, 12)
        inner.addLayout(table)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._folder)
        buttons.addStretch(1)
        buttons.addWidget(self._close)
        buttons.addWidget(self._save)
        column = QVBoxLayout(self)
        # The window is as high as what it says; its size is set once for each thing said, not by the layout.
        column.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(8)
        for widget in (head, note):
            column.addWidget(widget)
        column.addSpacing(4)
        column.addWidget(body)
        column.addWidget(self._result)
        column.addSpacing(4)
        column.addLayout(buttons)


def _told(view: BundleView) -> str:
    if view.is_saving:
        return tr("Gathering… this takes a few seconds when the cluster does not answer.")
    if view.problem is not None:
        return tr("It was not saved. {reason}", reason=view.problem.what)
    if view.path:
        return tr("Saved as {path}.", path=view.path)
    return ""
