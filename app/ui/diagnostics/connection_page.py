"""The connection's details: round trips above, facts below."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from app.controllers.diagnosis_views import DetailsView, RoundTripSample
from app.ui.diagnostics.detail_groups import as_text, detail_groups
from app.ui.diagnostics.detail_list import DetailList
from app.ui.diagnostics.round_trip_graph import RoundTripGraph, summary_line
from app.ui.diagnostics.ticking import Ticking
from app.ui.styled import styled
from app.ui.theme import Theme
from app.ui.translation import tr
from app.ui.widgets.empty_state import EmptyState

_REFRESH_MS = 5000
"""Ages grow, and the last probe is told only when it is asked for."""


class ConnectionPage(QWidget):
    """Signals:
    connect_asked: the user wants a connection.
    refresh_asked: what is not told by itself should be asked for; now and then while the page is seen.
    """

    connect_asked = Signal()
    refresh_asked = Signal()

    def __init__(self, theme: Theme, clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self._clock = clock
        self._view = DetailsView()
        self._list = DetailList()
        self._graph = RoundTripGraph(theme)
        self._summary = styled(QLabel(), "dim")
        self._copy = QPushButton(tr("Copy all"))
        self._copy.clicked.connect(self.copy_all)
        self._empty = EmptyState(theme)
        self._empty.action_asked.connect(self.connect_asked)
        self._ticking = Ticking(self, _REFRESH_MS)
        self._ticking.ticked.connect(self.refresh_asked)
        self._ticking.ticked.connect(self._show)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._filled())
        self._show()

    def show_details(self, view: DetailsView) -> None:
        self._view = view
        self._show()

    def show_round_trips(self, samples: tuple[RoundTripSample, ...]) -> None:
        self._graph.show_samples(samples)
        self._summary.setText(summary_line(samples))

    def copy_all(self) -> None:
        QGuiApplication.clipboard().setText(as_text(detail_groups(self._view, self._clock())))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh_asked.emit()
        self._show()

    def _show(self) -> None:
        view = self._view
        self._stack.setCurrentIndex(1 if view.is_known else 0)
        if not view.is_known:
            self._empty.tell(
                tr("Not connected"),
                tr("Routes, names, the lease and the round trips are shown here while there is a connection."),
                button=tr("Connect"),
            )
            return
        self._list.show_groups(detail_groups(view, self._clock()))

    def _filled(self) -> QWidget:
        content = styled(QWidget(), "diagnosticsBody")
        column = QVBoxLayout(content)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(0)
        column.addLayout(self._graph_head())
        column.addWidget(self._graph)
        column.addSpacing(16)
        column.addWidget(self._list)
        column.addStretch(1)
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setWidget(content)
        area.setAccessibleName(tr("Connection details"))
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        return area

    def _graph_head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(12)
        title = tr("Round trip")
        label = styled(QLabel(title.upper()), "sectionHead")
        label.setAccessibleName(title)
        head.addWidget(label)
        head.addWidget(self._summary, 1)
        head.addWidget(self._copy)
        return head
