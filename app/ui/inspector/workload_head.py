"""What the chosen workload is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.controllers.views import WorkloadRow
from app.ui.styled import restyle, styled
from app.ui.translation import tr
from app.ui.widgets.elided_label import ElidedLabel
from app.ui.widgets.plain_tip import plain_tip

_MOST_IMAGES = 3


class WorkloadHead(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._name = styled(ElidedLabel(), "workloadName")
        self._place = styled(ElidedLabel(), "dim")
        self._ready = styled(QLabel(), "dim")
        self._images = styled(ElidedLabel(), "mono")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for label in (self._name, self._place, self._ready, self._images):
            column.addWidget(label)
        self._ready.setTextFormat(Qt.TextFormat.PlainText)

    def show_row(self, row: WorkloadRow) -> None:
        self._name.setText(row.name)
        self._place.setText(f"{row.kind} · {row.namespace}")
        self._ready.setText(tr("{ready} of {desired} ready", ready=row.ready, desired=row.desired))
        restyle(self._ready, "dim" if row.ready >= row.desired else "modeUnhealthy")
        shown = row.images[:_MOST_IMAGES]
        self._images.setText(", ".join(_short(image) for image in shown))
        self._images.setToolTip(plain_tip("\n".join(row.images)))
        self._images.setVisible(bool(shown))
        self.setAccessibleName(f"{row.name}, {self._place.text()}, {self._ready.text()}")


def _short(image: str) -> str:
    """Without registry and path: "reviews:v1.4.2"."""
    return image.rpartition("/")[2].partition("@")[0]
