"""The user's own X display, used from within a laptop's namespaces: its socket and its cookie are brought in.

A socket in the file system does not care for network namespaces, so `/tmp/.X11-unix` bound into the laptop is enough. A
desktop on Wayland has such a display too (XWayland). One that comes over the network, as through `ssh -X`, cannot be
reached: a laptop of the lab has no way to this machine's loopback.
"""

from __future__ import annotations

import dataclasses
import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType

from tests.lab.laptop import DEV, Laptop
from tests.lab.processes import Identity, open_log, wait_until

SOCKETS = "/tmp/.X11-unix"
_LOCAL = re.compile(r"(?:unix)?:(\d+)(?:\.\d+)?")
_BUS_S = 10.0


@dataclasses.dataclass(frozen=True)
class HostDisplay:
    """`name`: what DISPLAY says. `authority`: the file with the cookies that let one in; None: there is none."""

    name: str
    authority: Path | None

    @classmethod
    def found(cls, environ: Mapping[str, str]) -> HostDisplay | str:
        """The display, or one sentence that says why there is none that can be used."""
        name = environ.get("DISPLAY", "")
        if not name:
            return "There is no display (DISPLAY is not set)."
        local = _LOCAL.fullmatch(name)
        if local is None or not Path(f"{SOCKETS}/X{local[1]}").is_socket():
            return f"The display {name} comes over the network, which a laptop in its own namespaces cannot reach."
        authority = next((path for path in authority_files(environ) if path.is_file()), None)
        return cls(name, authority)

    @property
    def reachable(self) -> tuple[str, ...]:
        """For `Lab.add_laptop`."""
        return (SOCKETS,)


def authority_files(environ: Mapping[str, str]) -> Iterator[Path]:
    """Where the cookies may be, most likely first; sudo's caller is who sits at the display."""
    if environ.get("XAUTHORITY"):
        yield Path(environ["XAUTHORITY"])
    user, uid = environ.get("SUDO_USER"), environ.get("SUDO_UID", str(os.getuid()))
    runtime = Path(f"/run/user/{uid}")
    if runtime.is_dir():
        # GNOME's and KDE's XWayland, and GDM's X server.
        for pattern in (".mutter-Xwaylandauth.*", "xauth_*", "gdm/Xauthority"):
            yield from sorted(runtime.glob(pattern))
    if user:
        yield Path(f"~{user}").expanduser() / ".Xauthority"
    yield Path("~").expanduser() / ".Xauthority"


class HostDesktop:
    """The user's display for one user of a laptop, with a session bus of the laptop's own. A context.

    The desktop's own session bus stays outside: nothing on the laptop is to find keyrings or portals of the machine.
    """

    def __init__(self, laptop: Laptop, display: HostDisplay, identity: Identity = DEV) -> None:
        self.laptop, self.display, self.identity = laptop, display, identity
        self._cookies = f"{identity.home}/.Xauthority"
        self._bus_path = f"/run/user/{identity.uid}/bus"
        self._bus: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """Of a program on this display. Programs of Wayland desktops come to it through XWayland."""
        return {
            "DISPLAY": self.display.name,
            "XAUTHORITY": self._cookies,
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={self._bus_path}",
            "XDG_SESSION_TYPE": "x11",
            "QT_QPA_PLATFORM": "xcb",
        }

    def start(self) -> None:
        """Raises RuntimeError with what the X server has against it."""
        if self.display.authority is not None:
            cookies = self.laptop.path(self._cookies)
            cookies.write_bytes(self.display.authority.read_bytes())
            cookies.chmod(0o600)
            os.chown(cookies, self.identity.uid, self.identity.gid)
        asked = self.laptop.run(["xdpyinfo"], identity=self.identity, env=self.environment, timeout_s=10)
        if asked.code:
            reason = (asked.err or asked.out).strip().splitlines()[-1:]
            raise RuntimeError(f"The display {self.display.name} does not let the laptop in: {' '.join(reason)}")
        self._bus = self.popen(
            ["dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address=unix:path={self._bus_path}"], "bus"
        )
        wait_until("the session bus", lambda: self.laptop.listens_on(self._bus_path), _BUS_S)

    def stop(self) -> None:
        if self._bus is not None:
            self._bus.kill()
            self._bus.wait()
            self._bus = None

    def popen(self, argv: Sequence[str], log: str, **env: str) -> subprocess.Popen[bytes]:
        """A program on this display. What it says goes to the laptop's log of this name."""
        with open_log(self.laptop.logs / f"{self.laptop.name}-{log}.log") as output:
            environment = self.environment | env
            return self.laptop.popen(argv, identity=self.identity, env=environment, stdout=output, stderr=output)

    def __enter__(self) -> HostDesktop:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
