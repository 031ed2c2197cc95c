"""kill -9 before each step of each change, until a run has no step left: afterwards the machine is as before."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.netns.daemon.conftest import REPOSITORY

NAMESPACES = ("--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc")


def seen(module: str, directory: Path, *more: str) -> dict[str, Any]:
    if os.geteuid() != 0:
        pytest.skip("needs root")
    command = [*("unshare", *NAMESPACES, sys.executable, "-m"), f"tests.netns.daemon.{module}"]
    done = subprocess.run(
        [*command, str(directory), *more], cwd=REPOSITORY, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_helper_before_every_step_of_a_connection(tmp_path: Path) -> None:
    found = seen("killed_steps", tmp_path)
    print(f"killed before each of {len(found['steps'])} steps")
    assert found["left"] == {}
    told = "\n".join(found["steps"])
    for step in (
        "fcntl.ioctl in _set_interface",  # the link
        "fork_exec",
        "BufferedWriter.flush in _write\n",  # the journal
        "socket.sendto in _apply_batch",  # addresses, routes, removal
        "socket.bind in bind_dns",
        "BufferedWriter.flush in _write_new",  # resolv.conf
        "socket.sendmsg",
        "posix.unlink",
    ):
        assert step in told, f"{step!r} was never come to"


def test_the_helper_while_it_opens_a_connection_for_a_worker_that_keeps_its_device(tmp_path: Path) -> None:
    found = seen("killed_steps", tmp_path, "hostile")
    assert found["left"] == {}
    told = "\n".join(found["steps"])
    assert "socket.sendmsg" in told
    assert "socket.bind in bind_dns" in told, "the connection was open by then"


def test_resolv_conf_before_every_step_and_again_in_the_undoing(tmp_path: Path) -> None:
    found = seen("killed_names", tmp_path)
    print(f"killed {found['kills']} times")
    assert found["left"] == {}
    assert all(len(steps) > 15 for steps in found["steps"].values())
    assert any("truncate in _overwrite" in step for step in found["steps"]["a mount point, long"])
    assert any("symlink" in step for step in found["steps"]["a link"])
