"""The heads of tables: words that are translated when they are drawn, at the left as their columns are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt

from app.ui.translation import tr

_ALIGNED = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


def head_data(heads: Mapping[Any, str], section: int, orientation: Qt.Orientation, role: int) -> Any:
    """For a model's `headerData`. `heads`: by column, marked for translation."""
    if orientation is Qt.Orientation.Horizontal:
        if role == Qt.ItemDataRole.DisplayRole:
            return tr(heads[section])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _ALIGNED
    return None
