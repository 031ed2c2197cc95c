#!/usr/bin/env python3
"""Finds what the window says, and keeps its translations: python packaging/translations/extract.py [--check].

Reads the program's text, not its modules: literals given to tr, tr_count and mark under app/ui and app/controllers,
and the sentences of the catalogue and of the stages, which every client shows. Writes each language's
resources/translations/kubeferry_*.ts (Qt Linguist's format): what is translated stays, what is new is marked
unfinished, what is said no more goes. Then Qt's lrelease makes the .qm files that the program reads.

--check changes nothing; it fails when a file is not as it would be written, or when a text has no translation.
"""

from __future__ import annotations

import argparse
import ast
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "resources/translations"
LANGUAGES = ("zh_CN",)
CONTEXT = "Kubeferry"
SPEAKING = ("app/ui", "app/controllers")
CALLS = {"tr": (0,), "tr_count": (1, 2), "mark": (0,)}
DOMAIN = "app/domain"
STAGES = ("stages.py", "intercept_stages.py")
ENTRY_TEXTS = 4
"""The last arguments of an Entry of the catalogue: title, what, effect, next_step."""


@dataclass(frozen=True)
class Text:
    """`place`: the first file that says it, for whoever translates."""

    source: str
    place: str


def texts(root: Path = ROOT) -> tuple[Text, ...]:
    """Everything that has to be translated, each once, sorted by where it is said first and then by place in it."""
    found: dict[str, Text] = {}
    for path, source in _said(root):
        if source.strip():
            found.setdefault(source, Text(source, path.relative_to(root).as_posix()))
    return tuple(found.values())


def _said(root: Path) -> Iterator[tuple[Path, str]]:
    for folder in SPEAKING:
        for path in sorted((root / folder).rglob("*.py")):
            for source in _of_calls(_tree(path)):
                yield path, source
    domain = root / DOMAIN
    for path in sorted(domain.glob("catalogue_*.py")):
        for source in _of_catalogue(_tree(path), _constants(_tree(domain / "catalogue_entry.py"))):
            yield path, source
    for name in STAGES:
        for source in _of_stages(_tree(domain / name)):
            yield domain / name, source


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), path.as_posix())


def _of_calls(tree: ast.Module) -> Iterator[str]:
    for node in _in_order(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
            for place in CALLS[node.func.id]:
                yield from _strings(node.args[place] if place < len(node.args) else None)


def _strings(node: ast.expr | None) -> Iterator[str]:
    """A literal, or one of two: `tr("a" if b else "c")`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _strings(node.body)
        yield from _strings(node.orelse)


def _constants(tree: ast.Module) -> dict[str, str]:
    found = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            found.update({name.id: node.value.value for name in node.targets if isinstance(name, ast.Name)})
    return found


def _of_catalogue(tree: ast.Module, shared: dict[str, str]) -> Iterator[str]:
    for node in _in_order(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Entry":
            for argument in node.args[-ENTRY_TEXTS:]:
                if isinstance(argument, ast.Name) and argument.id in shared:
                    yield shared[argument.id]
                else:
                    yield from _strings(argument)


def _of_stages(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "_WORDS":
            for inner in _in_order(node):
                yield from _strings(inner if isinstance(inner, ast.Constant) else None)


def _in_order(tree: ast.AST) -> list[ast.AST]:
    nodes = [node for node in ast.walk(tree) if hasattr(node, "lineno")]
    return sorted(nodes, key=lambda node: (getattr(node, "lineno", 0), getattr(node, "col_offset", 0)))


def known_translations(path: Path) -> dict[str, str]:
    """Finished ones only."""
    if not path.exists():
        return {}
    tree = ElementTree.fromstring(path.read_bytes())  # noqa: S314  (our own file)
    found = {}
    for message in tree.iter("message"):
        translation = message.find("translation")
        if translation is not None and translation.get("type") is None and translation.text:
            found[message.findtext("source") or ""] = translation.text
    return found


def ts_text(language: str, wanted: tuple[Text, ...], known: dict[str, str]) -> str:
    """The .ts file, as Qt Linguist writes it."""
    root = ElementTree.Element("TS", version="2.1", language=language, sourcelanguage="en")
    context = ElementTree.SubElement(root, "context")
    ElementTree.SubElement(context, "name").text = CONTEXT
    for text in wanted:
        message = ElementTree.SubElement(context, "message")
        ElementTree.SubElement(message, "location", filename=text.place)
        ElementTree.SubElement(message, "source").text = text.source
        translation = ElementTree.SubElement(message, "translation")
        if text.source in known:
            translation.text = known[text.source]
        else:
            translation.set("type", "unfinished")
    ElementTree.indent(root, "    ")
    body = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{body}\n'


def release(ts: Path, qm: Path) -> None:
    """With the lrelease that comes with PySide6. The old file is replaced, not written over: a window that runs has it
    mapped into its memory, and would be killed by SIGBUS."""
    spec = find_spec("PySide6")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("PySide6 is not installed")
    program = Path(spec.submodule_search_locations[0]) / "lrelease"
    new = qm.with_name(f"{qm.name}.new")
    subprocess.run([program, "-silent", ts, "-qm", new], check=True)
    new.replace(qm)


def check(language: str, wanted: tuple[Text, ...]) -> list[str]:
    """What is wrong, a line each."""
    ts, qm = FOLDER / f"kubeferry_{language}.ts", FOLDER / f"kubeferry_{language}.qm"
    known = known_translations(ts)
    wrong = [f"{text.place}: no {language} for {text.source!r}" for text in wanted if text.source not in known]
    if not ts.exists() or ts.read_text(encoding="utf-8") != ts_text(language, wanted, known):
        wrong.append(f"{ts.name} is not as extract.py writes it")
    elif not qm.exists() or _released(ts) != qm.read_bytes():
        wrong.append(f"{qm.name} is not what {ts.name} says")
    return wrong


def _released(ts: Path) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "made.qm"
        release(ts, made)
        return made.read_bytes()


def main() -> int:
    parser = argparse.ArgumentParser(description="Keeps the window's translations.")
    parser.add_argument("--check", action="store_true", help="change nothing, fail when something is missing")
    only_check = parser.parse_args().check
    wanted = texts()
    wrong: list[str] = []
    for language in LANGUAGES:
        ts = FOLDER / f"kubeferry_{language}.ts"
        if not only_check:
            known = known_translations(ts)
            ts.write_text(ts_text(language, wanted, known), encoding="utf-8")
            release(ts, ts.with_suffix(".qm"))
            missing = sum(text.source not in known for text in wanted)
            print(f"{ts.name}: {len(wanted)} texts, {missing} without a translation")
        else:
            wrong += check(language, wanted)
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
