"""What packages are made from: words that fit the command line, units, policy, versions, scripts."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import click
import pytest

from app.cli.program import kubeferry
from helper.version import VERSION

REPOSITORY = Path(__file__).parents[2]
LINUX = REPOSITORY / "packaging/linux"
SERVICES = ("kubeferry-helper.service", "kubeferry-helper-cleanup.service")
HELPER_RESOURCES = Path(str(resources.files("resources") / "helper"))


def commands() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    def walk(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
        yield path, command
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                found = command.get_command(context, name)
                assert found is not None
                yield from walk(found, (*path, name))

    return walk(kubeferry, ())


def options(command: click.Command) -> list[str]:
    return [name for one in command.params if isinstance(one, click.Option) and not one.hidden for name in one.opts]


@pytest.fixture(scope="module")
def manual(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("man")
    subprocess.run([sys.executable, str(LINUX / "man_pages.py"), str(folder)], check=True)
    return folder


@pytest.fixture(scope="module")
def completions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("completions")
    subprocess.run([sys.executable, str(LINUX / "completions.py"), str(folder)], check=True)
    return folder


_COMPLETE = """\
source "$1/kubeferry"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_kubeferry
echo "${COMPREPLY[*]}"
"""


def complete(completions: Path, *words: str) -> list[str]:
    command = ["bash", "-c", _COMPLETE, "bash", str(completions), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_every_command_and_option_has_its_place_in_the_manual(manual: Path) -> None:
    for path, command in commands():
        text = (manual / ("-".join(("kubeferry", *path)) + ".1")).read_text(encoding="utf-8")
        for option in options(command):
            assert f"\\fB{option.replace('-', chr(92) + '-')}\\fR" in text, (path, option)
        assert "\\fB\\-h\\fR, \\fB\\-\\-help\\fR" in text, path
    assert VERSION in (manual / "kubeferry-helper.8").read_text(encoding="utf-8")


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff reads man pages; the machine has none")
def test_the_manual_is_well_formed(manual: Path) -> None:
    pages = [str(page) for page in sorted(manual.iterdir())]
    done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z", *pages], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_examples_of_the_command_line_are_in_the_manual(manual: Path) -> None:
    for path, command in commands():
        told = [line.strip() for line in (command.epilog or "").splitlines() if line.startswith("  kubeferry ")]
        page = (manual / f"{'-'.join(('kubeferry', *path))}.1").read_text(encoding="utf-8").replace("\\-", "-")
        assert ("\n.SH EXAMPLES\n.nf\n" + "".join(f"{line}\n" for line in told) in page) is bool(told), path
        assert page.count("Exit codes:") == (0 if path else 1)


def test_bash_offers_every_command_and_option(completions: Path) -> None:
    for path, command in commands():
        wanted = {name for name in options(command) if name.startswith("--")}
        assert wanted <= set(complete(completions, "kubeferry", *path, "--")), path


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("kubeferry", "co"), ["connect"]),
        (("kubeferry", "manager", ""), ["install", "manifest", "uninstall", "--help"]),
        (("kubeferry", "status", "-o", ""), ["text", "json"]),
        (("kubeferry", "status", "--output", "=", "j"), ["json"]),
        (("kubeferry", "connect", "--context", ""), []),
    ],
)
def test_bash_completes(completions: Path, words: tuple[str, ...], offered: list[str]) -> None:
    assert complete(completions, *words) == offered


@pytest.mark.parametrize(("shell", "name"), [("bash", "kubeferry"), ("zsh", "_kubeferry"), ("fish", "kubeferry.fish")])
def test_each_shell_can_read_its_completions(completions: Path, shell: str, name: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell} on this machine")
    done = subprocess.run([shell, "-n", str(completions / name)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_policy_says_everything_in_every_language() -> None:
    policy = ElementTree.parse(HELPER_RESOURCES / "io.kubeferry.helper.policy").getroot()  # noqa: S314 (our own file)
    actions = {action.get("id"): action for action in policy.iter("action")}
    assert set(actions) == {"io.kubeferry.helper.use", "io.kubeferry.helper.install"}
    language = "{http://www.w3.org/XML/1998/namespace}lang"
    for action in actions.values():
        for tag in ("description", "message"):
            assert {text.get(language) for text in action.iter(tag)} == {None, "zh_CN"}
    use = actions["io.kubeferry.helper.use"]
    assert [use.findtext(f"defaults/{name}") for name in ("allow_any", "allow_inactive", "allow_active")] == [
        "auth_admin_keep",
        "auth_admin_keep",
        "yes",
    ]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd on this machine")
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    units = [tmp_path / name for name in (*SERVICES, "kubeferry-helper.socket")]
    for service in units[:-1]:
        text = (HELPER_RESOURCES / f"{service.name}.in").read_text(encoding="utf-8")
        service.write_text(text.replace("@COMMAND@", "/bin/true").replace("@ENVIRONMENT@", "A=b"), encoding="utf-8")
    shutil.copyfile(HELPER_RESOURCES / units[-1].name, units[-1])
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *map(str, units)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("script", ["preinstall", "postinstall", "preremove", "postremove"])
@pytest.mark.parametrize("arguments", [["abort-upgrade", "0.0.9"], ["failed-upgrade", "0.0.9"], ["nonsense"]])
def test_a_script_that_is_not_meant_does_nothing(script: str, arguments: list[str], tmp_path: Path) -> None:
    if script == "preinstall" and Path("/usr/lib/kubeferry/install-helper").exists():
        pytest.skip("a helper is installed on this machine")
    environ = {"PATH": str(tmp_path)}  # No program is found: whatever it would do fails.
    done = subprocess.run(
        ["/bin/sh", str(LINUX / "scripts" / script), *arguments], env=environ, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_one_place_says_the_version() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    assert "version" in project["project"]["dynamic"]
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "helper.version.VERSION"}


def test_an_odd_source_date_is_refused_in_one_sentence(tmp_path: Path) -> None:
    environ = {"SOURCE_DATE_EPOCH": "yesterday", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, str(LINUX / "man_pages.py"), str(tmp_path)], env=environ, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stderr == "SOURCE_DATE_EPOCH must be a number of seconds, not 'yesterday'.\n"
