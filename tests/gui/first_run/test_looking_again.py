"""*Look again* begins anew: what was refused before is not told any more, what is refused meanwhile is."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel

from app.ui.first_run.binding import bind_page
from app.ui.first_run.first_run_page import FirstRunPage
from tests.gui.first_run.bench import Bench

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def _told(page: FirstRunPage) -> str:
    return "\n".join(label.text() for label in page.kubeconfigs.findChildren(QLabel) if label.isVisible())


async def test_an_earlier_refusal_goes(bench: Bench, page: FirstRunPage) -> None:
    bind_page(bench.controller, page)
    bench.controller.paste("hello")
    await bench.until(lambda view: bool(view.kubeconfigs.refused))
    assert "It was not taken" in _told(page)
    page.again.click()
    view = await bench.until(lambda view: view.is_known)
    assert view.kubeconfigs.refused == ""
    assert "It was not taken" not in _told(page)


async def test_a_refusal_right_after_looking_stays(bench: Bench) -> None:
    bench.controller.look()
    bench.controller.paste("hello")
    await bench.until(lambda view: view.is_known and bool(view.kubeconfigs.refused))
    bench.controller.paste("hello again")
    bench.controller.look()
    assert bench.controller.view.kubeconfigs.refused == "", "at once"
    view = await bench.until(lambda view: bool(view.kubeconfigs.refused))
    assert view.is_known
