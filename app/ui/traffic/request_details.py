"""Everything that is known of one request, and what can be done with it."""

from __future__ import annotations

import html

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication, QTextOption
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QTextBrowser, QToolButton, QVBoxLayout, QWidget

from app.controllers.traffic_views import RequestRow
from app.domain.requests import HIDDEN, LAPTOP
from app.ui.icons import icon
from app.ui.theme import Theme
from app.ui.traffic.request_model import owner_text, status_text
from app.ui.traffic.traffic_wording import exact_time, took, workload_name
from app.ui.translation import tr

WIDTH = 380


class RequestDetails(QFrame):
    """Signals:
    replay_asked: RequestRow, the one that is shown.
    closed: the user wants the list alone.
    """

    replay_asked = Signal(object)
    closed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("requestDetails")
        self._theme = theme
        self._request: RequestRow | None = None
        self._replay_problem = ""
        self._replay = QPushButton(tr("Send to my laptop …"))
        self._replay.clicked.connect(lambda: self.replay_asked.emit(self._request))
        self._copy = QPushButton(tr("Copy as curl"))
        self._copy.clicked.connect(self._copy_curl)
        self._close = QToolButton()
        self._close.setIconSize(QSize(16, 16))
        self._close.setToolTip(tr("Close the details"))
        self._close.setAccessibleName(tr("Close the details"))
        self._close.clicked.connect(self.closed)
        self._text = QTextBrowser()
        self._text.setObjectName("requestText")
        self._text.setFrameShape(QFrame.Shape.NoFrame)
        self._text.setOpenLinks(False)
        self._text.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self._text.setAccessibleName(tr("Details of the request"))
        self._text.setMinimumHeight(0)
        self._lay_out()
        theme.changed.connect(self._dress)
        self._dress()

    @property
    def request(self) -> RequestRow | None:
        return self._request

    @property
    def tab_chain(self) -> tuple[QWidget, ...]:
        return self._replay, self._copy, self._close, self._text

    @property
    def text(self) -> str:
        return self._text.toPlainText()

    def show_request(self, request: RequestRow, *, replay_problem: str) -> None:
        """`replay_problem`: why it cannot be sent to the laptop; empty when it can."""
        self.show_replay_problem(replay_problem)
        if request != self._request:
            self._request = request
            self._write(request)

    def show_replay_problem(self, problem: str) -> None:
        self._replay.setEnabled(not problem)
        self._replay.setToolTip(problem)
        self._replay.setAccessibleDescription(problem)

    def _write(self, request: RequestRow) -> None:
        headers = [(name, tr("(hidden)") if value == HIDDEN else value) for name, value in request.headers]
        words = tr("Well-known headers and those that rules look at are told. Secrets are hidden.")
        if not headers:
            words = tr("No headers are known of this request.")
        self._text.setHtml(
            f"<p class='title'>{html.escape(request.method)} {html.escape(request.path)}</p>"
            f"{_table(_facts(request))}<p class='head'>{html.escape(tr('REQUEST HEADERS'))}</p>"
            f"{_table(headers)}<p class='dim'>{html.escape(words)}</p>"
        )

    def _copy_curl(self) -> None:
        if self._request is not None:
            QGuiApplication.clipboard().setText(curl_line(self._request))

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(12, 8, 8, 8)
        head.setSpacing(8)
        head.addWidget(self._replay)
        head.addWidget(self._copy)
        head.addStretch(1)
        head.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._text, 1)
        self.setMinimumWidth(260)

    def _dress(self) -> None:
        self._close.setIcon(icon("close", self._theme.colour("text_dim")))
        self._replay.setIcon(icon("traffic-replay", self._theme.colour("text")))
        mono = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
        dim = self._theme.colour("text_dim").name()
        self._text.document().setDefaultStyleSheet(
            f"p {{ margin: 4px 0; }} .title {{ margin: 0 0 8px 0; font-weight: 600; font-family: '{mono}'; }}"
            f".dim, .key {{ color: {dim}; }} .key {{ font-size: 12px; }}"
            f".head {{ color: {dim}; font-size: 11px; font-weight: 600; }}"
            f".value {{ font-family: '{mono}'; font-size: 12px; }}"
        )
        if self._request is not None:
            self._write(self._request)


def _table(pairs: list[tuple[str, str]]) -> str:
    rows = "".join(
        f"<tr><td class='key' style='padding-right: 12px'>{html.escape(name)}</td>"
        f"<td class='value'>{html.escape(value)}</td></tr>"
        for name, value in pairs
    )
    return f"<table cellspacing='0' cellpadding='2' style='margin-top: 6px'>{rows}</table>" if rows else ""


def curl_line(request: RequestRow) -> str:
    """A line for a shell. Hidden headers are left out."""
    words = ["curl", "-i", "-X", request.method]
    for name, value in request.headers:
        if value != HIDDEN and name != "content-length":
            words += ["-H", f"{name}: {value}"]
    words.append(f"http://{request.host or request.workload[2]}{request.path}")
    return " ".join(_quoted(word) for word in words)


def _quoted(word: str) -> str:
    """For a POSIX shell."""
    if word and all(letter.isalnum() or letter in "-_./:@%+=,?" for letter in word) and "?" not in word:
        return word
    return "'" + word.replace("'", "'\"'\"'") + "'"


def _facts(request: RequestRow) -> list[tuple[str, str]]:
    went_to = tr("your laptop") if request.mine else tr("the laptop of {owner}", owner=owner_text(request))
    facts = [
        (tr("Time"), exact_time(request.time)),
        (tr("Status"), status_text(request) if request.status else tr("ended without an answer")),
        (tr("Duration"), took(request.duration_s)),
        (tr("Went to"), went_to if request.verdict == LAPTOP else tr("the cluster")),
    ]
    if request.verdict == LAPTOP and request.owner:
        facts.append((tr("Rule"), request.rule or tr("everything")))
    facts += [
        (tr("Host"), request.host or "–"),
        (tr("Port"), str(request.port) if request.port else "–"),
        (tr("Protocol"), request.protocol or "–"),
        (tr("Workload"), f"{workload_name(request.workload)} · {request.workload[1]}"),
        (tr("Pod"), request.pod),
    ]
    if request.grpc_status is not None:
        facts.insert(2, (tr("gRPC status"), str(request.grpc_status)))
    return facts
