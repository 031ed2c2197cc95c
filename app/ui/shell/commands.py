"""What the palette offers."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Command(NamedTuple):
    """A tuple because one is made for every workload of a cluster, in no time.

    `id` stays the same from run to run. `shortcut`: its keys as the user reads them. `why_not`: why not enabled.
    """

    id: str
    title: str
    run: Callable[[], object]
    subtitle: str = ""
    shortcut: str = ""
    enabled: bool = True
    why_not: str = ""
