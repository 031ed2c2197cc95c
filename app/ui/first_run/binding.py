"""Who tells whom about kubeconfigs and the helper: pages and lists on one controller."""

from __future__ import annotations

from app.controllers.first_run import FirstRunController
from app.ui.first_run.first_run_page import FirstRunPage
from app.ui.first_run.kubeconfig_list import KubeconfigList


def bind_page(controller: FirstRunController, page: FirstRunPage) -> None:
    """All but `page.finished`, which is the window's."""
    controller.changed.connect(page.show_state)
    page.file_chosen.connect(controller.open_file)
    page.text_pasted.connect(controller.paste)
    page.forget_asked.connect(controller.forget)
    page.install_asked.connect(controller.install_helper)
    page.test_asked.connect(controller.test)
    page.stop_test_asked.connect(controller.stop_test)
    page.look_asked.connect(controller.look)
    page.show_state(controller.view)


def bind_list(controller: FirstRunController, kubeconfigs: KubeconfigList) -> None:
    """Of the settings."""
    controller.changed.connect(lambda view: kubeconfigs.show_view(view.kubeconfigs))
    kubeconfigs.file_chosen.connect(controller.open_file)
    kubeconfigs.text_pasted.connect(controller.paste)
    kubeconfigs.forget_asked.connect(controller.forget)
    kubeconfigs.show_view(controller.view.kubeconfigs)
