"""Finds texts that are shown and do not go through `tr`: literals and f-strings, given to what shows them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

_SHOWING = frozenset(
    {
        "setText",
        "setToolTip",
        "setAccessibleName",
        "setAccessibleDescription",
        "setPlaceholderText",
        "setStatusTip",
        "setTitle",
        "setWindowTitle",
        "setInformativeText",
        "addItem",
        "addMenu",
        "addRow",
        "addTab",
        "insertTab",
        "QLabel",
        "QPushButton",
        "QToolButton",
        "QCheckBox",
        "QRadioButton",
        "QGroupBox",
        "QAction",
        "QMenu",
    }
)
_WORD = re.compile(r"[A-Za-z]{2,}")
_SAME = re.compile(r"Kubeferry|apiVersion:.*", re.DOTALL)
"""What is the same in every language."""


def untranslated(folder: Path) -> list[str]:
    """A line each: "file.py:12: setText('…')"."""
    wrong = []
    for path in sorted(folder.rglob("*.py")):
        for line, call, text in _in(ast.parse(path.read_text(encoding="utf-8"))):
            wrong.append(f"{path.relative_to(folder)}:{line}: {call}({text!r})")
    return wrong


def _in(tree: ast.AST) -> Iterator[tuple[int, str, str]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in _SHOWING:
            for argument in node.args:
                text = _plain_text(argument)
                if not _SAME.fullmatch(text.strip()) and _WORD.search(text):
                    yield node.lineno, name, text


def _plain_text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return " ".join(_plain_text(part) for part in node.values)
    if isinstance(node, ast.IfExp):
        return f"{_plain_text(node.body)} {_plain_text(node.orelse)}".strip()
    return ""
