"""SECURITY.md names a test for each promise. A test that was renamed or taken away must not stay in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
_NAMED = re.compile(r"`(tests/[\w/.]+\.py)?(?:::(\w+)(?:::(\w+))?)?`")


def named() -> Iterator[tuple[str, str]]:
    """Each file, and the test in it ("" for all of it). `::test_b` alone belongs to the file before it."""
    file = ""
    for found in _NAMED.finditer((REPOSITORY / "SECURITY.md").read_text(encoding="utf-8")):
        file = found[1] or file
        for name in (found[2], found[3]):
            if name:
                yield file, name
        if found[1] and not found[2]:
            yield file, ""


def test_every_test_that_is_named_is_there() -> None:
    seen = list(named())
    assert len(seen) > 50, "the tables are not read any more"
    gone = []
    for file, name in seen:
        path = REPOSITORY / file
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        if not text or (name and not re.search(rf"^\s*(?:async )?(?:def|class) {name}\b", text, re.MULTILINE)):
            gone.append(f"{file}::{name}")
    assert not gone
