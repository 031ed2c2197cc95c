"""The kubeconfigs that are read, and the ways to add one: open, paste, drop."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.controllers.first_run_views import KubeconfigsView, Source, SourceKind
from app.ui.first_run.kubeconfig_words import news, source_line, source_title
from app.ui.first_run.paste_dialog import PasteDialog
from app.ui.icons import icon_pixmap
from app.ui.styled import styled
from app.ui.theme import Theme
from app.ui.translation import tr
from app.ui.widgets.elided_label import ElidedLabel
from app.ui.widgets.layouts import empty_layout

_GLYPH = 16


class KubeconfigList(QWidget):
    """Signals:
    file_chosen: str, the path of a file to add.
    text_pasted: str, a text to add.
    forget_asked: str, the reference of a source to take away.
    """

    file_chosen = Signal(str)
    text_pasted = Signal(str)
    forget_asked = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._view = KubeconfigsView()
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        self._news = styled(QFrame(), "settingNote")
        self._news_lines = QVBoxLayout(self._news)
        self._news_lines.setContentsMargins(12, 8, 12, 8)
        self._news_lines.setSpacing(4)
        self._news.hide()
        self.open = QPushButton(tr("Open…"))
        self.open.setAccessibleDescription(tr("Adds a kubeconfig file; it is read where it is, and never changed."))
        self.paste = QPushButton(tr("Paste…"))
        self.paste.setAccessibleDescription(tr("Adds the text of a kubeconfig; it is kept in your keyring."))
        self.open.clicked.connect(self._open_clicked)
        self.paste.clicked.connect(self._paste_clicked)
        hint = styled(QLabel(tr("or drop a file on the window")), "dim")
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.open)
        buttons.addWidget(self.paste)
        buttons.addWidget(hint)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(self._rows)
        column.addWidget(self._news)
        column.addLayout(buttons)
        self.paste_dialog = PasteDialog(self)
        self.paste_dialog.pasted.connect(self.text_pasted)
        # What it refused stays told here: the same refusal of a file, next, is no change that anybody would hear of.
        self.paste_dialog.finished.connect(lambda _result: self._draw())
        self._file_dialog: QFileDialog | None = None
        theme.changed.connect(self._draw)

    def show_view(self, view: KubeconfigsView) -> None:
        if view == self._view:
            return
        self._view = view
        if self.paste_dialog.isVisible():
            if view.refused:
                self.paste_dialog.show_refused(news(view)[0])
            elif view.added is not None:
                self.paste_dialog.accept()
        self._draw()

    def _draw(self) -> None:
        focused = self.focusWidget()
        was_at_a_row = focused is not None and focused.hasFocus() and focused not in (self.open, self.paste)
        empty_layout(self._rows)
        if was_at_a_row:
            self.open.setFocus()
        for source in self._view.sources:
            self._rows.addWidget(self._row(source))
        if self._view.is_known and not self._view.sources:
            self._rows.addWidget(styled(QLabel(tr("There is no kubeconfig yet.")), "dim"))
        empty_layout(self._news_lines)
        told = () if self._view.refused and self.paste_dialog.isVisible() else news(self._view)
        for sentence in told:
            label = QLabel(sentence)
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            self._news_lines.addWidget(label)
        self._news.setVisible(bool(told))

    def _row(self, source: Source) -> QWidget:
        row = styled(QFrame(), "kubeconfigRow")
        title, line = source_title(source), source_line(source)
        picture = QLabel()
        name, colour = ("state-error", "error") if source.problem else ("settings-kubeconfigs", "text_dim")
        picture.setPixmap(icon_pixmap(name, self._theme.colour(colour), _GLYPH, self.devicePixelRatioF()))
        picture.setFixedSize(QSize(_GLYPH, _GLYPH))
        texts = QVBoxLayout()
        texts.setSpacing(1)
        for text, style in ((title, "kubeconfigTitle"), (line, "settingFault" if source.problem else "settingHint")):
            label = styled(ElidedLabel(), style)
            label.setText(text)
            label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
            texts.addWidget(label)
        across = QHBoxLayout(row)
        across.setContentsMargins(0, 6, 0, 6)
        across.setSpacing(10)
        across.addWidget(picture, 0, Qt.AlignmentFlag.AlignVCenter)
        across.addLayout(texts, 1)
        if source.kind is not SourceKind.KUBECTL:
            remove = styled(QPushButton(tr("Remove")), "link")
            remove.setAccessibleName(tr("Remove {name}", name=title))
            is_file = source.kind is SourceKind.OPENED
            remove.setToolTip(tr("The file itself stays.") if is_file else tr("It is deleted from the keyring."))
            remove.clicked.connect(lambda _checked=False, reference=source.reference: self.forget_asked.emit(reference))
            across.addWidget(remove, 0, Qt.AlignmentFlag.AlignVCenter)
        return row

    def _open_clicked(self) -> None:
        dialog = QFileDialog(self, tr("Open a kubeconfig"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.file_chosen)
        dialog.finished.connect(self._file_dialog_closed)
        self._file_dialog = dialog
        dialog.open()

    def _file_dialog_closed(self, _result: int) -> None:
        self._file_dialog = None

    def _paste_clicked(self) -> None:
        self.paste_dialog.open()

    @property
    def open_dialog(self) -> QDialog | None:
        """The dialog that is open at the moment."""
        return self._file_dialog or (self.paste_dialog if self.paste_dialog.isVisible() else None)
