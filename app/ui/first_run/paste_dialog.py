"""Where a kubeconfig is pasted."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from app.ui.styled import styled
from app.ui.translation import tr

_SIZE = QSize(620, 420)


class PasteDialog(QDialog):
    """Stays open until the text was taken, so that nothing has to be pasted twice.

    Signals:
        pasted: str, the text the user wants to add.
    """

    pasted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("paste")
        self.setWindowTitle(tr("Paste a kubeconfig"))
        self.resize(_SIZE)
        about = QLabel(
            tr(
                "Paste the whole text of a kubeconfig. It is kept in your desktop's keyring, with the passwords and "
                "keys in it, and never written to disk in clear."
            )
        )
        about.setWordWrap(True)
        self.text = styled(QPlainTextEdit(), "pasteText")
        self.text.setAccessibleName(tr("Kubeconfig"))
        self.text.setPlaceholderText("apiVersion: v1\nkind: Config\nclusters: …")
        self.text.setTabChangesFocus(True)
        self.text.textChanged.connect(self._changed)
        self._fault = styled(QLabel(), "settingFault")
        self._fault.setWordWrap(True)
        self._fault.hide()
        self._cancel = QPushButton(tr("Cancel"))
        self._cancel.setAutoDefault(False)
        self._cancel.clicked.connect(self.reject)
        self._add = styled(QPushButton(tr("Add")), "primary")
        self._add.setDefault(True)
        self._add.clicked.connect(self._add_clicked)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._add)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(12)
        column.addWidget(about)
        column.addWidget(self.text, 1)
        column.addWidget(self._fault)
        column.addLayout(buttons)
        self._changed()

    def show_refused(self, sentence: str) -> None:
        self._fault.setText(sentence)
        self._fault.setVisible(bool(sentence))
        self.text.setAccessibleDescription(sentence)
        self._add.setEnabled(True)

    def done(self, result: int) -> None:
        """A secret does not stay in a widget that is only hidden."""
        self.text.clear()
        self.show_refused("")
        super().done(result)

    def _add_clicked(self) -> None:
        self._add.setEnabled(False)
        self.pasted.emit(self.text.toPlainText())

    def _changed(self) -> None:
        is_empty = not self.text.toPlainText().strip()
        self._fault.hide()
        self._add.setEnabled(not is_empty)
        self._add.setToolTip(tr("Paste a text first.") if is_empty else "")
