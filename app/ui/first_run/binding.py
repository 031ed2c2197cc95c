"""Who tells whom about kubeconfigs and the helper: the page, the settings and the window on one controller."""

from __future__ import annotations

from app.controllers.first_run import FirstRunController
from app.controllers.first_run_views import FirstRunView
from app.ui.first_run.first_run_page import FirstRunPage
from app.ui.first_run.kubeconfig_drop import KubeconfigDrop
from app.ui.settings.kubeconfig_page import KubeconfigPage


def bind_first_run(
    controller: FirstRunController, page: FirstRunPage, settings: KubeconfigPage, drop: KubeconfigDrop
) -> None:
    """All but `page.finished`, which is the window's."""

    def show(view: FirstRunView) -> None:
        page.show_state(view)
        settings.show_kubeconfigs(view.kubeconfigs)

    controller.changed.connect(show)
    for asks in (page, settings.list):
        asks.file_chosen.connect(controller.open_file)
        asks.text_pasted.connect(controller.paste)
        asks.forget_asked.connect(controller.forget)
    drop.file_dropped.connect(controller.open_file)
    drop.text_dropped.connect(controller.paste)
    page.install_asked.connect(controller.install_helper)
    page.test_asked.connect(controller.test)
    page.stop_test_asked.connect(controller.stop_test)
    page.look_asked.connect(controller.look)
    show(controller.view)
