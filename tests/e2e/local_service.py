"""What a developer runs on the laptop: the demo application's service, on 127.0.0.1 only."""

from __future__ import annotations

import os
import signal
import subprocess
from types import TracebackType

from tests.e2e.driver import Kubeferry
from tests.lab.laptop import Laptop
from tests.lab.processes import PYTHON, Identity
from tests.lab.workloads import bookinfo
from tests.lab.workloads.package import certificate

LAPTOP = "laptop"
EVERYTHING = (
    *("--http", str(bookinfo.HTTP), "--http", str(bookinfo.UNDECLARED_HTTP), "--tls", str(bookinfo.TLS)),
    *("--echo", str(bookinfo.ECHO), "--echo", str(bookinfo.UNDECLARED_ECHO), "--banner", str(bookinfo.BANNER)),
    *("--udp", str(bookinfo.UDP), "--udp", str(bookinfo.UNDECLARED_UDP)),
)
"""The ports of `reviews`."""


class LocalService:
    """`who`: how it answers. A context: it runs within."""

    def __init__(
        self, kubeferry: Kubeferry, *ports: str, who: str = LAPTOP, bind: tuple[str, ...] = ("127.0.0.1",)
    ) -> None:
        self.who = who
        self._laptop: Laptop = kubeferry.laptop
        self._identity: Identity = kubeferry.identity
        self._argv = [PYTHON, "-m", "tests.lab.shop.service", "--name", LAPTOP, "--who", who]
        self._argv += [*(part for address in bind for part in ("--bind", address)), "--certificate", str(certificate())]
        self._argv += ports or EVERYTHING
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        process = self._laptop.popen(self._argv, identity=self._identity, stdout=subprocess.PIPE)
        assert process.stdout is not None
        said = process.stdout.readline()
        process.stdout.close()
        assert said == b"ready\n", f"the laptop's service did not start: {said!r}"
        self._process = process

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def at_a_breakpoint(self) -> None:
        """Its sockets take connections, and nothing is answered."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGSTOP)

    def goes_on(self) -> None:
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGCONT)

    def __enter__(self) -> LocalService:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
