"""python -m tests.demo.tour: the window face of the tour. Runs on the laptop, as its user, on the user's display."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import msgspec
from PySide6.QtCore import QRect, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from app.platform.paths import state_dir
from app.settings.preferences import Preferences
from app.ui.icons import application_icon
from app.ui.theme import Theme
from app.ui.wiring.shell import preferences_path
from tests.demo.browser_door import SHOP_URL
from tests.demo.guide import Guide
from tests.demo.place import Hands, HerePlace
from tests.demo.story import STEPS
from tests.demo.tour_window import HEIGHT, WIDTH, TourWindow

_GAP = 8
_FRAME = 40
"""What a window manager may put around a window, in pixels."""
_SIGNALS_MS = 200
_LEAST_WIDTH = 900


class Program:
    """The program that is shown: started once, and brought up again by a second start, as always."""

    def __init__(self) -> None:
        self._processes: list[subprocess.Popen[bytes]] = []

    def prepare(self, place: QRect) -> None:
        """Where its window is, and no first-run page: kubeconfig and helper are there."""
        window = QWidget()
        window.setGeometry(place)
        geometry = bytes(window.saveGeometry().toBase64().data()).decode()
        chosen = Preferences(geometry=geometry, first_run_done=True)
        path = preferences_path(state_dir())
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(msgspec.json.encode(chosen))

    def show(self) -> None:
        self._processes = [process for process in self._processes if process.poll() is None]
        self._processes.append(subprocess.Popen([sys.executable, "-m", "app"], stdin=subprocess.DEVNULL))

    def end(self) -> None:
        for process in self._processes:
            process.terminate()


def places(available: QRect) -> tuple[QRect, QRect]:
    """Of the program's window and of the tour's: side by side, overlapping where the screen is small."""
    room = available.adjusted(_GAP, _FRAME, -_GAP, -_GAP)
    tour = QRect(room.right() - WIDTH, room.top(), WIDTH, min(HEIGHT, room.height()))
    width = max(min(_LEAST_WIDTH, room.width()), tour.left() - room.left() - _GAP)
    return QRect(room.left(), room.top(), width, room.height()), tour


def main() -> int:
    app = QApplication(sys.argv[:1])
    app.setApplicationName("kubeferry-tour")
    app.setWindowIcon(application_icon())
    app.setStyle("Fusion")
    theme = Theme(app)
    program = Program()
    with Hands(HerePlace()) as hands:
        guide = Guide(STEPS, hands)
        window = TourWindow(theme, guide, url=os.environ.get(SHOP_URL, ""))
        of_program, of_tour = places(window.screen().availableGeometry())
        program.prepare(of_program)
        window.setGeometry(of_tour)
        window.program_asked.connect(program.show)
        window.closed.connect(app.quit)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: app.quit())
        # Python hears signals only when it runs.
        waker = QTimer()
        waker.timeout.connect(lambda: None)
        waker.start(_SIGNALS_MS)
        program.show()
        window.show()
        guide.begin()
        app.exec()
        program.end()
    finished = len(guide.done) == len(STEPS)
    sys.stdout.flush()
    # A command may still run in its thread; whoever started the tour takes the whole laptop down.
    os._exit(0 if finished else 3)


if __name__ == "__main__":
    main()
