"""Which ports come to this machine, to which of its own, and whether somebody listens there."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.controllers.views import PortRow
from app.domain.intercept_options import MAX_PORTS
from app.domain.intercepts import PortMap
from app.platform.listeners import Listener
from app.ui.icons import icon
from app.ui.ports.port_line import PortLine
from app.ui.ports.port_plan import PortDraft, doubled, drafts_of, missing_ports, port_map, port_number, with_map
from app.ui.styled import styled
from app.ui.theme import Theme
from app.ui.translation import tr
from app.ui.widgets.note_line import NoteLine, Tone
from app.ui.widgets.tick_box import TickBox

MESH, PROXY = "mesh", "proxy"


class PortEditor(QWidget):
    """Fits into 300 px.

    Signals:
        changed: other ports, by the user.
    """

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._mode = MESH
        self._spec: tuple[PortRow, ...] = ()
        self._listeners: tuple[Listener, ...] | None = None
        self._rows: list[PortLine] = []
        self._row_column = QVBoxLayout()
        self.only = TickBox(theme, tr("Only these ports"))
        self._add = styled(QPushButton(tr("Port")), "addButton")
        self._note = NoteLine(theme)
        self._lay_out()
        self._add.clicked.connect(self._add_row_for_user)
        self.only.toggled.connect(self._edited)
        theme.changed.connect(self._dress)
        self._dress()
        self.show_ports((), MESH)

    @property
    def rows(self) -> tuple[PortLine, ...]:
        return tuple(self._rows)

    @property
    def add_button(self) -> QPushButton:
        return self._add

    @property
    def note(self) -> str:
        return "" if self._note.isHidden() else self._note.text

    def show_ports(self, ports: tuple[PortRow, ...], mode: str) -> None:
        """Of the pod spec. `mode`: "mesh" or "proxy". What the user wrote for another workload is gone."""
        self._spec, self._mode = ports, mode
        self.only.setVisible(mode == PROXY)
        self.show_map((), False)

    def show_ports_in_use(self, listeners: tuple[Listener, ...] | None) -> None:
        """Of this machine, as they are now. None: it is not known."""
        self._listeners = listeners
        for row in self._rows:
            row.show_listeners(listeners)
        self._check()

    def show_map(self, ports: tuple[PortMap, ...], only_ports: bool) -> None:
        """A map that is in force, or was used before. Empty: the workload's own."""
        self.only.blockSignals(True)
        self.only.setChecked(only_ports)
        self.only.blockSignals(False)
        self._set_rows(with_map(drafts_of(self._spec, self._mode), ports, only_ports, self._mode))

    def ports(self) -> tuple[PortMap, ...]:
        """A proxy of everything names only those that change their number here."""
        return port_map(self._drafts(), self._mode, self.only_ports())

    def only_ports(self) -> bool:
        return self._mode == PROXY and self.only.isChecked()

    def problems(self) -> tuple[str, ...]:
        """Why it cannot be started."""
        drafts = self._drafts()
        faults = tuple(dict.fromkeys(fault for fault in self._faults(drafts) if fault))
        return (*faults, *([self._whole_fault(drafts)] if self._whole_fault(drafts) else []))

    def missing(self) -> tuple[int, ...]:
        """Ports of this machine where nobody serves what would come."""
        return missing_ports(self._drafts(), self._listeners)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(styled(QLabel(tr("PORTS")), "sectionHead"))
        head.addStretch(1)
        head.addWidget(styled(QLabel(tr("pod → this machine")), "conditionText"))
        self._row_column.setSpacing(6)
        self._add.setAccessibleName(tr("Add a port"))
        foot = QHBoxLayout()
        foot.addWidget(self._add)
        foot.addStretch(1)
        foot.addWidget(self.only)
        self.only.setToolTip(tr("All other ports stay with the workload."))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        column.addLayout(self._row_column)
        column.addLayout(foot)
        column.addWidget(self._note)

    def _dress(self) -> None:
        self._add.setIcon(icon("plus", self._theme.colour("accent")))
        self._add.setIconSize(QSize(16, 16))

    def _drafts(self) -> tuple[PortDraft, ...]:
        return tuple(row.draft() for row in self._rows)

    def _set_rows(self, drafts: tuple[PortDraft, ...]) -> None:
        """Lines that are there are used again, where they are of the same sort."""
        kept = 0
        for row, draft in zip(self._rows, drafts, strict=False):
            if row.draft().declared != draft.declared:
                break
            row.show_draft(draft)
            kept += 1
        for row in self._rows[kept:]:
            self._drop(row)
        for draft in drafts[kept:]:
            self._append(draft)
        self._check()

    def _append(self, draft: PortDraft) -> PortLine:
        row = PortLine(self._theme, draft)
        row.show_listeners(self._listeners)
        row.changed.connect(self._edited)
        row.removed.connect(lambda: self._remove(row))
        self._rows.append(row)
        self._row_column.addWidget(row)
        row.show()
        return row

    def _drop(self, row: PortLine) -> None:
        self._rows.remove(row)
        self._row_column.removeWidget(row)
        row.hide()
        row.deleteLater()

    def _add_row_for_user(self) -> None:
        protocols = ("TCP",) if self._mode == MESH else ("TCP", "UDP")
        row = self._append(PortDraft("", "", protocols=protocols))
        self._edited()
        row.remote.setFocus()

    def _remove(self, row: PortLine) -> None:
        self._drop(row)
        self._add.setFocus()
        self._edited()

    def _edited(self) -> None:
        self._check()
        self.changed.emit()

    def _check(self) -> None:
        can_choose = self._mode == MESH or self.only_ports()
        previous: QWidget | None = None
        for row in self._rows:
            row.show_choice(can_choose)
            for field in (row.take, row.remote, row.local, row.remove_button):
                if previous is not None:
                    QWidget.setTabOrder(previous, field)
                previous = field
        if previous is not None:
            QWidget.setTabOrder(previous, self._add)
            QWidget.setTabOrder(self._add, self.only)
        drafts = self._drafts()
        for row, fault in zip(self._rows, self._faults(drafts), strict=True):
            row.show_state(fault)
        self._note.tell(*self._whole_note(drafts))
        can_add = len(self._rows) < MAX_PORTS
        self._add.setEnabled(can_add)
        why = "" if can_add else tr("There are {count} ports at most.", count=MAX_PORTS)
        self._add.setToolTip(why or tr("A port that the pod spec does not name"))
        self._add.setAccessibleDescription(why)

    def _faults(self, drafts: tuple[PortDraft, ...]) -> list[str]:
        """Of each row; empty where it is fine. A row that was just added and has nothing yet is not there."""
        twice = doubled(drafts)
        return [self._fault(draft, twice) for draft in drafts]

    def _fault(self, draft: PortDraft, twice: frozenset[int]) -> str:
        if not draft.taken or not (draft.remote or draft.local):
            return ""
        if draft.map is None:
            return tr("Ports are numbers from 1 to 65535.")
        if port_number(draft.remote) in twice and not draft.declared:
            return tr("Port {remote} of the pods is there twice.", remote=draft.remote)
        return ""

    def _whole_fault(self, drafts: tuple[PortDraft, ...]) -> str:
        if self._mode == PROXY and not self.only_ports():
            return ""
        if any(draft.taken and (draft.remote or draft.local) for draft in drafts):
            return ""
        if self._rows and any(draft.declared for draft in drafts):
            return tr("Choose at least one port.")
        return tr("The pod spec names no ports: add the one that your program serves.")

    def _whole_note(self, drafts: tuple[PortDraft, ...]) -> tuple[Tone, str]:
        fault = self._whole_fault(drafts)
        if fault:
            return Tone.FAULT if self._rows else Tone.INFO, fault
        if self._mode == PROXY and not self.only_ports():
            return Tone.INFO, tr("All other ports come here too, with the same number.")
        return Tone.INFO, ""
