#!/usr/bin/env python3
"""Man pages of every command, made from the command line itself. Usage: man_pages.py FOLDER

The format is man(7). The helper's page has no click to be made from: data/kubeferry-helper.8.in.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from click_tree import Command, Option, exit_codes, read_tree  # noqa: E402 (after the path)
from moment import source_date  # noqa: E402

from helper.version import VERSION  # noqa: E402

_FILES = (
    (
        "~/.local/state/kubeferry",
        "A random client id, the session's log without secrets, and what was chosen in the window.",
    ),
    ("/run/kubeferry/helper.sock", "Where the helper service is asked. See kubeferry-helper(8)."),
)


def man_pages() -> dict[str, str]:
    """Text by file name, for example `kubeferry-connect.1`."""
    tree = read_tree()
    pages = {f"{_name(command)}.1": _page(command) for command in tree.walk()}
    helper = (Path(__file__).parent / "data/kubeferry-helper.8.in").read_text(encoding="utf-8")
    pages["kubeferry-helper.8"] = helper.replace("@VERSION@", VERSION).replace("@DATE@", _date())
    return pages


def _name(command: Command) -> str:
    return "-".join(("kubeferry", *command.path))


def _page(command: Command) -> str:
    lines = [
        f'.TH "{_name(command).upper()}" 1 "{_date()}" "Kubeferry {VERSION}" "Kubeferry"',
        ".SH NAME",
        f"{_plain(_name(command))} \\- {_plain(command.summary)}",
        ".SH SYNOPSIS",
        f".B {_plain(' '.join(('kubeferry', *command.path)))}",
        _plain(" ".join(("[OPTIONS]", *command.arguments, *(("COMMAND [ARGS]...",) if command.commands else ())))),
        ".SH DESCRIPTION",
        _plain(command.text),
        ".SH OPTIONS",
        *(line for option in command.options for line in _option(option)),
    ]
    if command.commands:
        lines.append(".SH COMMANDS")
        for one in command.commands:
            lines += [".TP", f"\\fB{_plain(_name(one))}\\fR(1)", _plain(one.summary) + "."]
    if command.examples:
        lines += [".SH EXAMPLES", ".nf", *(_plain(line) for line in command.examples), ".fi"]
    if not command.path:
        lines += [".SH EXIT STATUS", ".nf", *(_plain(line) for line in exit_codes().splitlines()), ".fi", ".SH FILES"]
        for path, text in _FILES:
            lines += [".TP", f".I {_plain(path)}", _plain(text)]
    others = ["kubeferry(1)"] if command.path else ["kubeferry-helper(8)"]
    lines += [".SH SEE ALSO", ", ".join(f"\\fB{_plain(one[:-3])}\\fR{one[-3:]}" for one in others)]
    return "\n".join(lines) + "\n"


def _option(option: Option) -> list[str]:
    names = ", ".join(f"\\fB{_plain(name)}\\fR" for name in option.names)
    value = f" \\fI{_plain(option.metavar)}\\fR" if option.metavar else ""
    return [".TP", names + value, _plain(option.text)]


def _plain(text: str) -> str:
    """As it stands: no word of it is an instruction to the formatter, and hyphens are those of the command line."""
    safe = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{safe}" if safe[:1] in (".", "'") else safe


def _date() -> str:
    return datetime.fromtimestamp(source_date(), UTC).strftime("%Y-%m-%d")


def main() -> None:
    if len(sys.argv) != 2:
        raise SystemExit("Usage: man_pages.py FOLDER")
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in man_pages().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
