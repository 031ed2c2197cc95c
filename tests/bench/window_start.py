"""python -m tests.bench.window_start: from the program's start to a window that was painted, and its memory.

The real program, offscreen, with folders of its own: no session, no helper, a kubeconfig of one context. Targets: a
usable window in less than 1 s, and less than 200 MiB with 5,000 workloads in it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

RUNS = 7
WORKLOADS = 5000
_STARTED = "KUBEFERRY_BENCH_STARTED"
_KUBECONFIG = """\
apiVersion: v1
kind: Config
current-context: bench
contexts: [{name: bench, context: {cluster: bench, user: bench}}]
clusters: [{name: bench, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: bench, user: {}}]
"""


def child() -> None:
    """The program, with a window that says when it was painted first, and what it takes when it is full."""
    from PySide6.QtCore import QTimer
    from PySide6.QtGui import QPaintEvent

    import app.ui.main as program
    from app.controllers.views import WorkloadRow, WorkloadsView
    from app.ui.shell.knock import take_lock, window_socket
    from app.ui.window import Window

    class Measured(Window):
        was_painted = False

        def paintEvent(self, event: QPaintEvent) -> None:
            super().paintEvent(event)
            if not self.was_painted:
                self.was_painted = True
                # What is painted after this event belongs to the same frame.
                QTimer.singleShot(0, self, self.tell)

        def tell(self) -> None:
            print(f"painted {time.monotonic() - float(os.environ[_STARTED]):.4f}", flush=True)
            self.show_page(None)
            names = [f"service-{number}" for number in range(WORKLOADS)]
            rows = tuple(
                WorkloadRow("Deployment", f"team-{at % 200}", name, 2, 2, 1.7e9, (f"shop/{name}:1",), (("app", name),))
                for at, name in enumerate(names)
            )
            self.show_namespace(None)
            self.show_workloads(WorkloadsView(rows))
            QTimer.singleShot(1500, self, self.end)

        def end(self) -> None:
            status = Path("/proc/self/status").read_text(encoding="ascii")
            resident = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
            print(f"resident {int(resident) / 1024:.1f}", flush=True)
            os._exit(0)

    setattr(program, "Window", Measured)  # noqa: B010 (mypy: a module does not export what it imports)
    lock = take_lock(window_socket())
    assert lock is not None
    program.main(lock)


def measure() -> tuple[float, float]:
    """Seconds to the first paint, and MiB with all workloads."""
    with tempfile.TemporaryDirectory() as folder:
        kubeconfig = Path(folder) / "config"
        kubeconfig.write_text(_KUBECONFIG, encoding="ascii")
        environ = {
            **os.environ,
            "QT_QPA_PLATFORM": "offscreen",
            "KUBECONFIG": str(kubeconfig),
            "HOME": folder,
            "KUBEFERRY_STATE_DIR": f"{folder}/state",
            "KUBEFERRY_RUNTIME_DIR": f"{folder}/run",
            "KUBEFERRY_HELPER_SOCKET": f"{folder}/helper.sock",
            _STARTED: str(time.monotonic()),
        }
        argv = [sys.executable, "-m", "tests.bench.window_start", "child"]
        done = subprocess.run(argv, env=environ, capture_output=True, text=True, timeout=60, check=True)
    told = dict(line.split() for line in done.stdout.splitlines() if line.startswith(("painted", "resident")))
    return float(told["painted"]), float(told["resident"])


def main() -> None:
    measure()  # compiles what was changed, and warms the disk's cache
    runs = [measure() for _ in range(RUNS)]
    starts, sizes = [run[0] for run in runs], [run[1] for run in runs]
    load = os.getloadavg()[0]
    print(f"load {load:.1f}; {RUNS} runs after one to warm up")
    print(
        f"start to painted window  median {median(starts):.2f} s, {min(starts):.2f} to {max(starts):.2f}   target < 1 s"
    )
    print(f"resident with {WORKLOADS} workloads  {max(sizes):.0f} MiB   target < 200 MiB")


if __name__ == "__main__":
    child() if sys.argv[1:] == ["child"] else main()
