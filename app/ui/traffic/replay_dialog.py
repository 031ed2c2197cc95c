"""One request again, to the program on this machine: look it over, send it, read the answer."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.controllers.traffic_views import ReplayAnswer, ReplayTrouble, ReplayWish, RequestRow
from app.domain.requests import HIDDEN, Headers
from app.ui.styled import dress_anew, styled
from app.ui.traffic.traffic_wording import amount, took
from app.ui.translation import tr

_WITH_BODY = ("POST", "PUT", "PATCH", "DELETE")
_TEXT_LIMIT = 64 * 1024
_BEFORE_HEAD = 8
"""More room above a section than within it, in pixels."""


class ReplayDialog(QDialog):
    """Signals:
    send_asked: ReplayWish.
    call_off_asked: the user does not wait for the answer any more.
    """

    send_asked = Signal(object)
    call_off_asked = Signal()

    def __init__(self, request: RequestRow, port: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._request = request
        self._port = port
        self._is_sending = False
        self.setWindowTitle(tr("Send to my laptop"))
        self._method = styled(QLabel(request.method), "replayMethod")
        self._path = QLineEdit(request.path)
        self._path.setAccessibleName(tr("Path"))
        self._path.setCursorPosition(0)
        self._target = styled(QLabel(tr("to 127.0.0.1:{port} on this machine", port=port)), "dim")
        self._headers = _editor(tr("Headers, one on a line"), _lines(request.headers))
        self._body = _editor(tr("Body"), "")
        self._body.setPlaceholderText(tr("The body was not kept. Type one here, or send none."))
        self._head = styled(QLabel(), "replayHead")
        self._head.hide()
        self._answer = _editor(tr("Answer"), "")
        self._answer.setReadOnly(True)
        self._answer.setPlaceholderText(tr("The answer appears here."))
        self._close = QPushButton(tr("Close"))
        self._close.clicked.connect(self.reject)
        self._send = styled(QPushButton(tr("Send")), "primary")
        self._send.setDefault(True)
        self._send.clicked.connect(self._act)
        self._lay_out()
        self.resize(640, 560)
        self._send.setFocus()

    def show_answer(self, answer: ReplayAnswer) -> None:
        self._is_sending = False
        self._send.setText(tr("Send again"))
        if answer.trouble is not ReplayTrouble.NONE:
            self._tell(_trouble_words(answer), is_bad=True)
            self._answer.clear()
            return
        words = tr(
            "{status} {reason} · {time} · {size}",
            status=answer.status,
            reason=answer.reason,
            time=took(answer.duration_s),
            size=tr("more than {size}", size=amount(len(answer.body))) if answer.is_cut else amount(len(answer.body)),
        )
        self._tell(words, is_bad=answer.status >= 500)
        self._answer.setPlainText(_answer_text(answer))

    def reject(self) -> None:
        if self._is_sending:
            self.call_off_asked.emit()
        super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._is_sending:
            self.call_off_asked.emit()
        super().closeEvent(event)

    def _act(self) -> None:
        if self._is_sending:
            self._is_sending = False
            self._send.setText(tr("Send again"))
            self._tell(tr("Called off."))
            self.call_off_asked.emit()
            return
        headers = _parsed(self._headers.toPlainText())
        if headers is None:
            self._tell(tr("A header line has no colon. Write each as “name: value”."), is_bad=True)
            return
        self._is_sending = True
        self._send.setText(tr("Call off"))
        self._tell(tr("Waiting for the program on port {port} …", port=self._port))
        body = self._body.toPlainText().encode() if self._has_body else b""
        self.send_asked.emit(
            ReplayWish(self._port, self._request.method, self._path.text(), self._request.host, headers, body)
        )

    @property
    def _has_body(self) -> bool:
        return self._request.method in _WITH_BODY

    def _tell(self, words: str, *, is_bad: bool = False) -> None:
        self._head.setText(words)
        self._head.show()
        self._head.setProperty("tone", "bad" if is_bad else "good")
        dress_anew(self._head)

    def _lay_out(self) -> None:
        first = QHBoxLayout()
        first.setSpacing(8)
        first.addWidget(self._method)
        first.addWidget(self._path, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self._close)
        buttons.addWidget(self._send)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addLayout(first)
        column.addWidget(self._target)
        column.addSpacing(_BEFORE_HEAD)
        column.addWidget(styled(QLabel(tr("HEADERS")), "sectionHead"))
        column.addWidget(self._headers, 2)
        missing = [name for name, value in self._request.headers if value == HIDDEN]
        words = tr("Only these headers are known. Add what your program needs.")
        if missing:
            words = tr("Hidden, so not sent: {names}. Add what your program needs.", names=", ".join(missing))
        note = styled(QLabel(words), "dim")
        note.setWordWrap(True)
        column.addWidget(note)
        if self._has_body:
            column.addSpacing(_BEFORE_HEAD)
            column.addWidget(styled(QLabel(tr("BODY")), "sectionHead"))
            column.addWidget(self._body, 2)
        else:
            self._body.setParent(None)
        column.addSpacing(_BEFORE_HEAD)
        column.addWidget(styled(QLabel(tr("ANSWER")), "sectionHead"))
        self._head.setWordWrap(True)
        self._head.setTextFormat(Qt.TextFormat.PlainText)
        column.addWidget(self._head)
        column.addWidget(self._answer, 3)
        column.addLayout(buttons)


def _editor(name: str, text: str) -> QPlainTextEdit:
    editor = styled(QPlainTextEdit(text), "replayText")
    editor.setAccessibleName(name)
    editor.setTabChangesFocus(True)
    editor.setMinimumHeight(56)
    return editor


def _lines(headers: Headers) -> str:
    return "\n".join(f"{name}: {value}" for name, value in headers if value != HIDDEN)


def _parsed(text: str) -> Headers | None:
    """None: a line is no header."""
    found = []
    for line in text.splitlines():
        if not line.strip():
            continue
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            return None
        found.append((name.strip(), value.strip()))
    return tuple(found)


def _trouble_words(answer: ReplayAnswer) -> str:
    port = answer.wish.port
    words = {
        ReplayTrouble.REFUSED: tr(
            "Nothing listens on port {port} of this machine. Start your program, then send again.", port=port
        ),
        ReplayTrouble.TIMEOUT: tr(
            "No answer came within {time}. The program may stand at a breakpoint; send again when it goes on.",
            time=took(answer.duration_s),
        ),
        ReplayTrouble.BROKEN: tr(
            "What listens on port {port} ended the connection or did not answer in HTTP/1.1: {detail}.",
            port=port,
            detail=answer.detail,
        ),
        ReplayTrouble.INVALID: tr(
            "This cannot be sent as HTTP: {detail}. Look at the path and the headers.", detail=answer.detail
        ),
    }
    return words.get(answer.trouble, "")


def _answer_text(answer: ReplayAnswer) -> str:
    head = "\n".join(f"{name}: {value}" for name, value in answer.headers)
    kind = next((value for name, value in answer.headers if name.casefold() == "content-type"), "")
    if b"\0" in answer.body[:1024]:
        body = tr(
            "({size} that are not text: {kind})", size=amount(len(answer.body)), kind=kind or tr("of no told type")
        )
    else:
        body = answer.body[:_TEXT_LIMIT].decode("utf-8", "replace")
    cut = tr("… the rest was not read.") if answer.is_cut else ""
    return "\n".join(part for part in (head, "", body, cut) if part or part == "")
