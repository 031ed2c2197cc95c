"""Lets kubeconfigs be dropped on a window: files, or a text."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, QObject, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget


class KubeconfigDrop(QObject):
    """Watches `window` for as long as it lives. What widgets inside take for themselves does not come here.

    Signals:
        file_dropped: str, the path of a file.
        text_dropped: str, a text that looks like a kubeconfig.
    """

    file_dropped = Signal(str)
    text_dropped = Signal(str)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QDragEnterEvent) and event.type() is QEvent.Type.DragEnter:
            if _files(event.mimeData()) or _text(event.mimeData()):
                event.acceptProposedAction()
                return True
        elif isinstance(event, QDropEvent) and event.type() is QEvent.Type.Drop:
            return self._take(event)
        return super().eventFilter(watched, event)

    def _take(self, event: QDropEvent) -> bool:
        files, text = _files(event.mimeData()), _text(event.mimeData())
        for path in files:
            self.file_dropped.emit(path)
        if text and not files:
            self.text_dropped.emit(text)
        if not files and not text:
            return False
        event.acceptProposedAction()
        return True


def _files(data: QMimeData) -> list[str]:
    return [url.toLocalFile() for url in data.urls() if url.isLocalFile()]


def _text(data: QMimeData) -> str:
    text = data.text() if data.hasText() and not data.hasUrls() else ""
    return text if "clusters" in text and "contexts" in text else ""
