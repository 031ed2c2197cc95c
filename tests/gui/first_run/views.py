"""What the first run page is given to show, in the tests of it."""

from __future__ import annotations

import pytest

from app.controllers.first_run_views import HelperState, HelperView, KubeconfigsView, Source, SourceKind
from app.platform.helper_install import InstallPlan

NO_SIZE_HINTS = pytest.mark.qt_log_ignore("propagateSizeHints")
"""The offscreen platform says so of every window that has a parent."""

PLAN = InstallPlan(("/x/install-helper", "--code", "/x"), "sudo /x/install-helper --code /x")
OWN = Source(SourceKind.KUBECTL, "/home/dev/.kube/config", "/home/dev/.kube/config", ("one", "two"))
PASTED = Source(SourceKind.PASTED, "@keyring/prod", "prod", ("prod",))
FOUND = KubeconfigsView(True, (OWN, PASTED))
MISSING = HelperView(HelperState.MISSING, plan=PLAN)
READY = HelperView(HelperState.READY, plan=PLAN)
