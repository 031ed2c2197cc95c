"""What quitting ends, told before it is done: traffic that comes to this machine goes its normal way again."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QWidget

from app.controllers.intercept_views import InterceptRow
from app.ui.plans.plan_dialog import PlanDialog, Section
from app.ui.theme import Theme
from app.ui.translation import tr
from app.ui.wording import mode_word


def quit_dialog(theme: Theme, parent: QWidget, ending: Iterable[InterceptRow], *, can_hide: bool) -> PlanDialog:
    """`ending`: the own intercepts there are; at least one. `can_hide`: the window can be closed without quitting."""
    dialog = PlanDialog(theme, parent, tr("Quit Kubeferry"), tr("Disconnect and quit"))
    lines = tuple(f"{one.key[2]} · {one.rule or mode_word(one.mode)}" for one in ending)
    back = tr("Their traffic goes its normal way again.")
    pods = tr("Where nobody else is, pods are replaced by ones without the sidecar.")
    lasting = tr("Disconnecting takes all of this machine's changes back.")
    keep = (tr("To keep your intercepts, close the window instead: Kubeferry stays in the tray."),) if can_hide else ()
    dialog.show_plan(
        (
            Section(tr("Your intercepts end"), lines, mono=True),
            Section(tr("The workloads"), (back, pods)),
            Section(tr("Afterwards"), (lasting, *keep)),
        )
    )
    return dialog
