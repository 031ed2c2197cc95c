"""python -m tests.demo [-y] [--terminal]: the guided tour. `make demo` installs what it needs first."""

from __future__ import annotations

import argparse
import enum
import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from tests.demo.browser_door import SHOP_URL, BrowserDoor
from tests.demo.demo_cluster import use_own_names
from tests.demo.place import Hands, LaptopPlace
from tests.demo.record import Record
from tests.demo.stage import Stage, strike
from tests.demo.story import STEPS
from tests.demo.supervisor import Supervisor, ignore_interruptions
from tests.demo.terminal import Paper, TerminalTour
from tests.lab.host_display import HostDesktop, HostDisplay
from tests.lab.laptop import Laptop
from tests.lab.processes import PYTHON

ANNOUNCE = Path(__file__).with_name("announce")


class Outcome(enum.Enum):
    """`CLOSED`: the tour's window was, before the last step."""

    FINISHED = enum.auto()
    CLOSED = enum.auto()
    FAILED = enum.auto()


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.demo", description="A guided tour of Kubeferry.")
    parser.add_argument("-y", "--yes", action="store_true", help="ask nothing, and do not wait for Enter")
    parser.add_argument("--terminal", action="store_true", help="tell the story here, even if there is a display")
    parser.add_argument("--agreed", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> int:
    options = parsed()
    if options.worker:
        return play(options)
    if not options.agreed and subprocess.run([ANNOUNCE, *(["-y"] if options.yes else [])], check=False).returncode:
        return 1
    if os.geteuid():
        sys.stderr.write("The demo makes network namespaces: run it as root, `sudo make demo`.\n")
        return 1
    use_own_names()
    if not Record.lock():
        sys.stderr.write("A demo runs on this machine already: end that one first, with Ctrl-C where it runs.\n")
        return 1
    code = Supervisor().run([sys.executable, "-m", "tests.demo", "--worker", *sys.argv[1:]])
    return clear_away(code)


def clear_away(code: int) -> int:
    """The exit code. The terminal may be gone, and everything has to go all the same."""
    paper, began = Paper(sys.stdout), time.monotonic()
    with suppress(OSError):
        paper.line()
        paper.line("Taking everything down.")
    left = strike()
    with suppress(OSError):
        for line in left:
            paper.line(f"✗ {line}")
        if not left:
            paper.line(f"✓ Nothing is left; {time.monotonic() - began:.1f} s.")
    return code or int(bool(left))


def play(options: argparse.Namespace) -> int:
    """The tour itself. Whatever it starts is cleared away by the supervisor."""
    ignore_interruptions()
    paper = Paper(sys.stdout)
    began = time.monotonic()
    display = "" if options.terminal else HostDisplay.found(os.environ)
    stage = Stage(paper.line, reachable=display.reachable if isinstance(display, HostDisplay) else ())
    try:
        laptop = stage.set_up()
        paper.line(f"Ready after {time.monotonic() - began:.0f} s.")
        outcome = tour(laptop, display, paper, ask=not options.yes and sys.stdin.isatty())
        if outcome is Outcome.FINISHED:
            outcome = tell_differences(stage, laptop, paper)
    except (RuntimeError, TimeoutError, subprocess.CalledProcessError) as error:
        sys.stderr.write(f"The demo could not go on: {error}\n")
        return 1
    return int(outcome is Outcome.FAILED)


def tour(laptop: Laptop, display: HostDisplay | str, paper: Paper, *, ask: bool) -> Outcome:
    """In the window when there is a display that lets the laptop in, else here."""
    if isinstance(display, HostDisplay):
        try:
            with HostDesktop(laptop, display) as desktop:
                return tour_in_window(desktop, paper)
        except RuntimeError as error:
            display = str(error)
    if display:
        paper.wrapped(f"{display} So the story is told here.")
    return tour_in_terminal(laptop, paper, ask=ask)


def tour_in_window(desktop: HostDesktop, paper: Paper) -> Outcome:
    paper.line("Two windows open now: Kubeferry, and the tour beside it. Closing the tour, or Ctrl-C here, ends it.")
    with BrowserDoor(desktop.laptop) as door:
        process = desktop.popen([PYTHON, "-m", "tests.demo.tour"], "tour", **{SHOP_URL: door.url})
        process.wait()
    if process.returncode < 0 or process.returncode == 1:
        raise RuntimeError(f"The tour's window did not stay: {desktop.laptop.log('tour', 12)}")
    if process.returncode == 0:
        return Outcome.FINISHED
    paper.line("The tour was closed before its end.")
    return Outcome.CLOSED


def tour_in_terminal(laptop: Laptop, paper: Paper, *, ask: bool) -> Outcome:
    def pause() -> None:
        if ask:
            paper.line()
            sys.stdout.write("  Enter goes on, Ctrl-C ends: ")
            sys.stdout.flush()
            sys.stdin.readline()

    with Hands(LaptopPlace(laptop)) as hands:
        return Outcome.FINISHED if TerminalTour(paper, hands, pause).tell(STEPS) else Outcome.FAILED


def tell_differences(stage: Stage, laptop: Laptop, paper: Paper) -> Outcome:
    """After a tour that went to its end the laptop has to be as before."""
    differences = stage.differences(laptop)
    if not differences:
        paper.line("✓ The laptop is as it was: links, addresses, routes, packet filter, resolver, /etc.")
        return Outcome.FINISHED
    paper.line("✗ The laptop is not as it was:\n  " + "\n  ".join(differences))
    return Outcome.FAILED


if __name__ == "__main__":
    sys.exit(main())
