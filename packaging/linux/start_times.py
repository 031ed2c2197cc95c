#!/usr/bin/env python3
"""How long programs take to start, frozen beside source: median of 7 runs each, in turns. Usage: start_times.py FROZEN

FROZEN has the folders `app` and `helper`, for example build/packages/frozen. Seconds of wall time:
version: `kubeferry --version`. window: until it is on a screen, one of Xvfb's, with folders of its own. helper: from
its start until it answers a client, with a folder of its own (needs root).
"""

from __future__ import annotations

import os
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY))

from helper.protocol.framing import encode  # noqa: E402 (after the path)
from helper.protocol.helper_messages import HELPER_PROTOCOL_VERSION, Hello  # noqa: E402

RUNS = 7
PATIENCE_S = 20.0
_SEARCH = ("xdotool", "search", "--onlyvisible", "--name", "Kubeferry")


def version(command: list[str]) -> float:
    began = time.monotonic()
    subprocess.run([*command, "--version"], check=True, stdout=subprocess.DEVNULL, cwd=REPOSITORY)
    return time.monotonic() - began


def window(command: list[str]) -> float:
    with tempfile.TemporaryDirectory() as folder, _screen() as display:
        environ = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG")}
        environ |= {"HOME": folder, "DISPLAY": display, "KUBEFERRY_STATE_DIR": f"{folder}/state"}
        environ |= {"KUBEFERRY_RUNTIME_DIR": f"{folder}/run", "KUBEFERRY_HELPER_SOCKET": f"{folder}/helper.sock"}
        began = time.monotonic()
        process = subprocess.Popen(command, cwd=REPOSITORY, env=environ, stderr=subprocess.DEVNULL)
        try:
            # Not `--sync`: that looks twice a second.
            while subprocess.run(_SEARCH, env=environ, stdout=subprocess.DEVNULL).returncode:
                if time.monotonic() - began > PATIENCE_S:
                    raise SystemExit("No window came.")
            return time.monotonic() - began
        finally:
            process.terminate()
            process.wait()


@contextmanager
def _screen() -> Iterator[str]:
    """The name of a display that nobody else draws on."""
    reader, writer = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1440x900x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=(writer,),
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    try:
        with os.fdopen(reader) as told:
            yield f":{told.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


def helper(command: list[str]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        process = subprocess.Popen(
            [*command, "--run-dir", folder, "--resolv-conf", f"{folder}/resolv.conf"],
            cwd=REPOSITORY,
            stderr=subprocess.DEVNULL,
        )
        try:
            _ask(Path(folder) / "helper.sock", began + PATIENCE_S)
            return time.monotonic() - began
        finally:
            process.terminate()
            process.wait()


def _ask(path: Path, deadline: float) -> None:
    while True:
        with socket.socket(socket.AF_UNIX) as sock:
            try:
                sock.connect(str(path))
                sock.sendall(encode(Hello(HELPER_PROTOCOL_VERSION)))
                if sock.recv(1):
                    return
            except OSError:
                if time.monotonic() > deadline:
                    raise SystemExit("The helper does not answer.") from None
        time.sleep(0.002)


def _both(measure: Callable[[list[str]], float], command: list[str]) -> tuple[float, float]:
    """Wall time, and the processor's, which a busy machine does not spoil."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    wall = measure(command)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    if len(sys.argv) != 2:
        raise SystemExit("Usage: start_times.py FROZEN")
    frozen = Path(sys.argv[1]).resolve()
    rows: list[tuple[str, Callable[[list[str]], float], list[str], list[str]]] = [
        ("version", version, [str(frozen / "app/kubeferry")], [sys.executable, "-m", "app"]),
        ("window", window, [str(frozen / "app/kubeferry")], [sys.executable, "-m", "app"]),
        ("helper", helper, [str(frozen / "helper/kubeferry-helper")], [sys.executable, "-m", "helper.daemon"]),
    ]
    print(f"load {os.getloadavg()[0]:.1f}; median of {RUNS} runs after one to warm up, in turns")
    for name, measure, packed, source in rows:
        measure(packed), measure(source)
        pairs = [(*_both(measure, packed), *_both(measure, source)) for _ in range(RUNS)]
        wall, cpu, source_wall, source_cpu = (statistics.median(times) for times in zip(*pairs, strict=True))
        print(
            f"{name:8} frozen {wall:.3f} s ({cpu:.3f} s of processor)   source {source_wall:.3f} s ({source_cpu:.3f} s)"
        )


if __name__ == "__main__":
    main()
