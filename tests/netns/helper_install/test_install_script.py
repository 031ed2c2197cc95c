"""The script that root runs, on a machine that vanishes: what it puts there, who is served then, what it refuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.netns.helper_install.machine import USER

REPOSITORY = Path(__file__).parents[3]
NAMESPACES = ("--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc")


@cache
def seen(scenario: str) -> dict[str, Any]:
    if os.geteuid():
        pytest.fail("installing takes a mount namespace: run this as root")
    command = ["unshare", *NAMESPACES, sys.executable, "-m", "tests.netns.helper_install.machine", scenario]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_installed_by_pkexec_it_serves_who_installed_it() -> None:
    found = seen("whole")
    assert found["first"] == {"outcome": "done", "detail": "The helper runs."}
    assert found["group"].endswith(f":{USER}")
    assert found["member"]["interface"].startswith("kubeferry"), found["log"]
    assert found["stranger"]["interface"] == ""
    assert "HelperRefused" in found["stranger"]["error"] or "not_allowed" in found["stranger"]["error"]


def test_what_root_runs_is_roots_own() -> None:
    assert seen("whole")["loose"] == [["0o0"], [0]]


def test_again_is_an_update() -> None:
    found = seen("whole")
    assert found["again"]["outcome"] == "done"
    assert found["member_again"]["interface"].startswith("kubeferry")
    assert found["calls"].count("restart kubeferry-helper.service") == 2


def test_uninstalled_nothing_is_left() -> None:
    found = seen("whole")
    assert any(path.endswith("kubeferry-helper.service") for path in found["installed"])
    assert any(path.endswith(".policy") for path in found["installed"])
    assert found["uninstall"] == [0, "The helper is uninstalled.", ""]
    assert (found["left"], found["group_left"]) == ([], "")


def test_without_systemd_it_says_how_to_start() -> None:
    found = seen("no_systemd")
    assert (found["obstacle"], found["code"]) == ("no_systemd", 4)
    assert "-m helper.daemon" in found["said"]


@pytest.mark.parametrize(
    ("case", "code", "words"),
    [
        ("no arguments", 2, "--uninstall"),
        ("unknown", 2, ""),
        ("no value", 2, ""),
        ("relative", 3, "absolute path"),
        ("parent", 3, "characters"),
        ("line break", 3, ""),
        ("quotes", 3, "characters"),
        ("no helper", 3, "no helper in it"),
        ("no packages", 3, "which the helper needs"),
        ("link", 3, "neither a file nor a folder"),
        ("linked unit", 3, "neither a file nor a folder"),
        ("loose", 3, "written by others"),
        ("others", 3, "does not belong to root"),
        ("user", 3, "takes a number"),
        ("nobody", 3, f"there is no user {4040404}"),
        ("not root", 3, "only root"),
    ],
)
def test_odd_input_is_refused(case: str, code: int, words: str) -> None:
    found_code, last = seen("refusals")["seen"][case]
    assert found_code == code, last
    assert words in " ".join(last)


def test_what_is_refused_leaves_nothing() -> None:
    assert (seen("refusals")["written"], seen("refusals")["calls"]) == ([], "")
