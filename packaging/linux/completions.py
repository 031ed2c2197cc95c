#!/usr/bin/env python3
"""Completions for bash, zsh and fish, made from the command line itself. Usage: completions.py FOLDER

They are words in a file: a TAB starts no Python. What only a cluster knows (contexts, workloads) is not completed.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from click_tree import Command, Option, read_tree  # noqa: E402 (after the path)

FILES = {"bash": "kubeferry", "zsh": "_kubeferry", "fish": "kubeferry.fish"}


def completions() -> dict[str, str]:
    """Text by shell."""
    tree = read_tree()
    return {"bash": _bash(tree), "zsh": _zsh(tree), "fish": _fish(tree)}


_BASH = """\
# bash completion for kubeferry
_kubeferry() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}} path= at words=
    # Bash takes `=` for a word of its own: `--output=js` is three.
    if [ "$word" = "=" ]; then word=; elif [ "$previous" = "=" ]; then previous=${{COMP_WORDS[COMP_CWORD-2]}}; fi
    COMPREPLY=()
    for ((at = 1; at < COMP_CWORD; at++)); do
        case "$path ${{COMP_WORDS[at]}}" in
{paths}
        esac
    done
    case "$path $previous" in
{values}
    esac
    case $path in
{words}
    esac
    COMPREPLY=($(compgen -W "$words" -- "$word"))
}}
complete -F _kubeferry kubeferry
"""


def _bash(tree: Command) -> str:
    paths, values, words = [], [], []
    for command in tree.walk():
        path = " ".join(command.path)
        if path:
            pattern = " ".join(command.path) if len(command.path) > 1 else f" {path}"
            paths.append(f'            "{pattern}") path="{path}" ;;')
        for option in command.options:
            if option.metavar:
                names = "|".join(f'"{path} {name}"' for name in option.names)
                values.append(f"        {names}) {_bash_values(option)}; return ;;")
        offered = [*(one.path[-1] for one in command.commands), *_names(command)]
        words.append(f'        "{path}") words="{" ".join(offered)}" ;;')
    return _BASH.format(paths="\n".join(paths), values="\n".join(values), words="\n".join(words))


def _bash_values(option: Option) -> str:
    if option.choices:
        return f'COMPREPLY=($(compgen -W "{" ".join(option.choices)}" -- "$word"))'
    return 'COMPREPLY=($(compgen -f -- "$word"))' if option.is_file else ":"


def _zsh(tree: Command) -> str:
    return "\n".join(["#compdef kubeferry", *(_zsh_function(one) for one in tree.walk()), '_kubeferry "$@"', ""])


def _zsh_name(command: Command) -> str:
    return "_".join(("_kubeferry", *command.path)).replace("-", "_")


def _zsh_function(command: Command) -> str:
    options = [f"        {spec} \\" for option in command.options for spec in _zsh_option(option)]
    if not command.commands:
        return "\n".join([f"{_zsh_name(command)}() {{", "    _arguments -s \\", *options, "        '*: :'", "}"])
    offered = [f"                {_zsh_word(f'{one.path[-1]}:{one.summary}')}" for one in command.commands]
    cases = [f"                {one.path[-1]}) {_zsh_name(one)} ;;" for one in command.commands]
    return "\n".join(
        [
            f"{_zsh_name(command)}() {{",
            "    local state line",
            "    local -a commands",
            "    _arguments -C -s \\",
            *options,
            "        '1: :->command' '*:: :->rest'",
            "    case $state in",
            "        command)",
            "            commands=(",
            *offered,
            "            )",
            "            _describe command commands ;;",
            "        rest)",
            "            case $line[1] in",
            *cases,
            "            esac ;;",
            "    esac",
            "}",
        ]
    )


def _zsh_option(option: Option) -> list[str]:
    text = option.text.replace("[", "(").replace("]", ")").replace(":", "\\:")
    value = ""
    if option.metavar:
        action = f"({' '.join(option.choices)})" if option.choices else "_files" if option.is_file else ""
        value = f":{option.metavar.replace(':', ' ')}:{action or ' '}"
    return [_zsh_word(f"*{name}[{text}]{value}") for name in option.names]


def _zsh_word(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


_FISH_AT = """\
# fish completion for kubeferry
function __kubeferry_at
    set -l words (commandline -opc)[2..]
    for wanted in $argv
        set -q words[1]; or return 1
        while string match -q -- '-*' $words[1]
            set -e words[1]
            set -q words[1]; or return 1
        end
        test "$words[1]" = "$wanted"; or return 1
        set -e words[1]
    end
    return 0
end
function __kubeferry_new
    set -l words (string match -v -- '-*' (commandline -opc)[2..])
    test (count $words) -eq (count $argv); and __kubeferry_at $argv
end
complete -c kubeferry -f
"""


def _fish(tree: Command) -> str:
    lines = [_FISH_AT.rstrip()]
    for command in tree.walk():
        path = " ".join(command.path)
        for one in command.commands:
            text = _fish_word(one.summary)
            lines.append(f"complete -c kubeferry -n '__kubeferry_new {path}' -a {one.path[-1]} -d {text}")
        at = f"__kubeferry_at {path}" if path else "__kubeferry_new"
        lines += [f"complete -c kubeferry -n '{at}' {_fish_option(option)}" for option in command.options]
    return "\n".join(lines) + "\n"


def _fish_option(option: Option) -> str:
    names = " ".join(f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names)
    value = ""
    if option.metavar:
        value = " -r -F" if option.is_file else " -x"
    if option.choices:
        value += f" -a '{' '.join(option.choices)}'"
    return f"{names}{value} -d {_fish_word(option.text)}"


def _fish_word(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _names(command: Command) -> list[str]:
    return [name for option in command.options for name in option.names if name.startswith("--")]


def main() -> None:
    if len(sys.argv) != 2:
        raise SystemExit("Usage: completions.py FOLDER")
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for shell, text in completions().items():
        (folder / FILES[shell]).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
