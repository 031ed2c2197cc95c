"""A command's examples: below its options in `--help`, and in its man page."""

from __future__ import annotations

HEADING = "Examples:"


def examples(*pairs: tuple[str, str]) -> str:
    """As click's epilog: each line `kubeferry …`, and what it is for beside it where that says more; else ""."""
    width = max(len(line) for line, what in pairs if what) if any(what for _, what in pairs) else 0
    lines = [f"  kubeferry {line:<{width}}  # {what}" if what else f"  kubeferry {line}" for line, what in pairs]
    return "\b\n" + "\n".join((HEADING, *lines))
