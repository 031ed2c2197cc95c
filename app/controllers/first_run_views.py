"""What the first-run page and the settings' page of kubeconfigs are shown."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from app.domain.catalogue import Explanation
from app.domain.checks import Check, Verdict
from app.domain.kubeconfig_cautions import Caution
from app.platform.helper_install import Installed, InstallPlan

NO_PLAN = InstallPlan()


class SourceKind(enum.StrEnum):
    KUBECTL = "kubectl"
    OPENED = "opened"
    PASTED = "pasted"


@dataclass(frozen=True)
class Source:
    """`reference` is how it stands in the list; `problem`: why it cannot be used. `kept`: it is there the next time."""

    kind: SourceKind
    reference: str
    title: str
    contexts: tuple[str, ...] = ()
    problem: str = ""
    kept: bool = True


@dataclass(frozen=True)
class Added:
    """`unkept`: why a text is only there until the program ends; empty when the keyring has it."""

    source: Source
    cautions: tuple[Caution, ...]
    unkept: str = ""


@dataclass(frozen=True)
class KubeconfigsView:
    """`added`: what came of the last wish to add one; `refused`: why it was not taken, as the end of a sentence."""

    is_known: bool = False
    sources: tuple[Source, ...] = ()
    added: Added | None = None
    refused: str = ""

    @property
    def contexts(self) -> tuple[str, ...]:
        return tuple(name for source in self.sources for name in source.contexts)


class HelperState(enum.StrEnum):
    UNKNOWN = "unknown"
    READY = "ready"
    MISSING = "missing"
    NOT_ALLOWED = "not_allowed"
    OUTDATED = "outdated"
    FAILED = "failed"


@dataclass(frozen=True)
class HelperView:
    """`problem`: why it cannot be used. `installed`: what came of the last installation."""

    state: HelperState = HelperState.UNKNOWN
    problem: Explanation | None = None
    plan: InstallPlan = NO_PLAN
    is_installing: bool = False
    installed: Installed | None = None


@dataclass(frozen=True)
class TrialView:
    """Of the test of a connection. `step`: what is being done."""

    context: str = ""
    is_running: bool = False
    step: str = ""
    checks: tuple[Check, ...] = ()

    @property
    def is_passed(self) -> bool:
        return bool(self.checks) and not self.is_running and all(c.verdict is not Verdict.FAIL for c in self.checks)


@dataclass(frozen=True)
class FirstRunView:
    kubeconfigs: KubeconfigsView = KubeconfigsView()
    helper: HelperView = HelperView()
    trial: TrialView = TrialView()

    @property
    def is_known(self) -> bool:
        """Before, nothing can be said of whether the page is needed."""
        return self.kubeconfigs.is_known and self.helper.state is not HelperState.UNKNOWN

    @property
    def is_ready(self) -> bool:
        """There is something to connect to, and something to connect with."""
        return bool(self.kubeconfigs.contexts) and self.helper.state is HelperState.READY

    def needs_page(self, *, was_done: bool, is_dismissed: bool) -> bool:
        """Is the first-run page shown in place of the window's body? `was_done`: it was gone through once, on this
        machine. `is_dismissed`: the user has put it away in this run, and is not shown it again."""
        if is_dismissed:
            return False
        return not was_done or (self.is_known and not self.is_ready)
