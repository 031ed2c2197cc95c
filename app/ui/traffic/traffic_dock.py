"""The bottom dock: what flows right now. It folds to its head."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout

from app.controllers.views import ConnectionView, Phase, TrafficSample
from app.ui.icons import icon
from app.ui.styled import styled
from app.ui.theme import Theme
from app.ui.traffic.throughput_graph import ThroughputGraph, TrafficHistory
from app.ui.wording import rate

HEAD_HEIGHT = 36


class TrafficDock(QFrame):
    """Signals:
    folded: bool, the user folded or unfolded it.
    """

    folded = Signal(bool)

    def __init__(self, theme: Theme, history: TrafficHistory) -> None:
        super().__init__()
        self.setObjectName("dock")
        self._theme = theme
        self._is_folded = False
        self._graph = ThroughputGraph(theme, history)
        self._down = styled(QLabel(), "rateDown")
        self._up = styled(QLabel(), "rateUp")
        for label in (self._down, self._up):
            label.setMinimumWidth(92)
        self._fold = QToolButton()
        self._fold.setIconSize(QSize(16, 16))
        self._fold.clicked.connect(lambda: self.set_folded(not self._is_folded))
        head = QHBoxLayout()
        head.setContentsMargins(16, 0, 12, 0)
        head.setSpacing(12)
        head.addWidget(styled(QLabel("Throughput"), "dockHead"))
        head.addWidget(self._down)
        head.addWidget(self._up)
        head.addStretch(1)
        head.addWidget(self._fold)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 4)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._graph, 1)
        theme.changed.connect(self._dress)
        self._dress()
        self.show_view(ConnectionView())

    @property
    def is_folded(self) -> bool:
        return self._is_folded

    def set_folded(self, is_folded: bool) -> None:
        if is_folded == self._is_folded:
            return
        self._is_folded = is_folded
        self._graph.setVisible(not is_folded)
        self._dress()
        self.folded.emit(is_folded)

    def show_view(self, view: ConnectionView) -> None:
        has_path = view.phase in (Phase.CONNECTED, Phase.DEGRADED, Phase.RECONNECTING)
        self._graph.set_empty_text(
            "Waiting for the first second …" if has_path else "Traffic appears here while you are connected."
        )
        self._down.setVisible(has_path)
        self._up.setVisible(has_path)

    def show_sample(self, sample: TrafficSample | None) -> None:
        """None: the history was cleared."""
        self._down.setText(f"↓ {rate(sample.down_bytes_s)}" if sample else "")
        self._up.setText(f"↑ {rate(sample.up_bytes_s)}" if sample else "")
        self._graph.update()

    def _dress(self) -> None:
        name = "chevron-right" if self._is_folded else "chevron-down"
        self._fold.setIcon(icon(name, self._theme.colour("text_dim")))
        words = "Unfold traffic" if self._is_folded else "Fold traffic"
        self._fold.setToolTip(words)
        self._fold.setAccessibleName(words)
