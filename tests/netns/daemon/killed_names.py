"""resolv.conf alone: every kind of file, killed before every step of the change, and again in the undoing.

`unshare --mount … python -m tests.netns.daemon.killed_names DIRECTORY` prints, as JSON: `steps` of a whole change and
`left`, what differed afterwards, both by kind of file, and `kills`, how many there were.
"""

from __future__ import annotations

import ipaddress
import json
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

from helper.daemon.cleanup import clean_up
from helper.net.host import link_remover
from helper.net.journal import Journal
from helper.net.plan import DnsPlan
from helper.net.resolv_conf import ResolvConf
from helper.net.resolver import LinkRef
from tests.lab import kernel
from tests.netns.daemon.forks import Work, fork, wait
from tests.netns.daemon.killer import Killer

LINK = LinkRef("kubeferry0", 7)
FIRST = DnsPlan(ipaddress.IPv4Address("198.19.3.7"), (), ("ns.svc.cluster.local", "svc.cluster.local"))
SECOND = DnsPlan(ipaddress.IPv4Address("198.19.3.8"), (), ("b.svc.cluster.local",))
SHORT = b"nameserver 192.0.2.53\n"
LONG = SHORT + b"search corp.example\n# " + b"a comment that makes it longer than what we write. " * 20 + b"\xff\n"


def _plain(path: Path) -> None:
    path.write_bytes(LONG)
    path.chmod(0o640)
    os.chown(path, 4321, 4322)


def _linked(path: Path) -> None:
    path.with_name("real.conf").write_bytes(SHORT)
    path.symlink_to("real.conf")


def _mounted(content: bytes) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        path.write_bytes(b"overmounted\n")
        source = path.with_name("source.conf")
        source.write_bytes(content)
        kernel.mount(source, path, flags=kernel.MS_BIND)

    return make


KINDS: dict[str, Callable[[Path], None]] = {
    "a file": _plain,
    "no file": lambda _: None,
    "a link": _linked,
    "a link to nothing": lambda path: path.symlink_to("nowhere"),
    "a mount point, long": _mounted(LONG),
    "a mount point, short": _mounted(SHORT),
}

INTERRUPTED = {"a file", "a link", "a mount point, long"}
"""Those whose undoing is killed too: one of each way to put a file back."""


class Kind:
    def __init__(self, name: str, folder: Path) -> None:
        self._folder = folder
        self._make = KINDS[name]
        self._interrupted = name in INTERRUPTED
        self._seen: set[str] = set()
        self.kills = 0
        self.steps: list[str] = []
        self.left: dict[str, str] = {}

    def run(self) -> None:
        """Kills the change before each of its steps."""
        for number in range(1, 200):
            place, before = self._fresh(f"{number}")
            self.steps, killed = self._watched(_change(place / "resolv.conf"), number)
            found = _state(place)
            self._undo(place, before, f"killed at {self.steps[-1]} ({number})")
            if not killed:
                return
            if self._interrupted and found not in self._seen:
                self._seen.add(found)
                self._interrupt(number)
        raise RuntimeError("no end of steps")

    def _interrupt(self, number: int) -> None:
        """Kills the undoing of what is left by a change killed at `number`, before each step of its own."""
        for again in range(1, 100):
            place, before = self._fresh(f"{number}-{again}")
            steps, _ = self._watched(_change(place / "resolv.conf"), number)
            undone, killed = self._watched(_undo(place), again)
            self._undo(place, before, f"killed at {steps[-1]} ({number}) and at {undone[-1:]} ({again})")
            if not killed:
                return

    def _undo(self, place: Path, before: str, where: str) -> None:
        wait(fork(_undo(place)))
        if (after := _state(place)) != before:
            self.left[where] = f"{before} became {after}"

    def _watched(self, work: Work, kill_at: int) -> tuple[list[str], bool]:
        child = fork(work, kill_at)
        killed = wait(child)
        self.kills += killed
        return child.steps(), killed

    def _fresh(self, name: str) -> tuple[Path, str]:
        place = self._folder / name
        place.mkdir(parents=True)
        Journal(place / "run")
        self._make(place / "resolv.conf")
        return place, _state(place)


def _change(path: Path) -> Work:
    def work(killer: Killer) -> int:
        resolver = ResolvConf(path, Journal(path.parent / "run"))
        killer.armed = True
        resolver.set_dns(LINK, FIRST)
        resolver.set_dns(LINK, SECOND)
        return len(resolver.revert(LINK))

    return work


def _undo(place: Path) -> Work:
    def work(killer: Killer) -> int:
        journal = Journal(place / "run")
        killer.armed = True
        return len(clean_up(journal))

    return work


def _state(place: Path) -> str:
    found = []
    for path in sorted(place.rglob("*")):
        if path == place / "run":
            continue
        status = path.lstat()
        content = os.readlink(path) if path.is_symlink() else path.read_bytes()
        owner = (stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid)
        found.append((str(path.relative_to(place)), content, owner))
    return repr(found).replace(str(place), "")


def main() -> int:
    directory = Path(sys.argv[1])
    link_remover().close()  # read once, not in each child
    kernel.mount("tmpfs", str(directory), "tmpfs", options="mode=755")
    kinds = {name: Kind(name, directory / name.replace(" ", "-")) for name in KINDS}
    for kind in kinds.values():
        kind.run()
    found = {
        "steps": {name: kind.steps for name, kind in kinds.items()},
        "left": {name: kind.left for name, kind in kinds.items() if kind.left},
        "kills": sum(kind.kills for kind in kinds.values()),
    }
    json.dump(found, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
