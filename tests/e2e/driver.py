"""Kubeferry's command line, as one user of one laptop uses it."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from typing import Any

from tests.lab.laptop import DEV, Finished, Laptop
from tests.lab.processes import PYTHON, Identity, wait_until
from tests.lab.workloads import SHOP
from tests.lab.workloads.bookinfo import BOOKINFO

KUBEFERRY = (PYTHON, "-m", "app")
REACH = (PYTHON, "-m", "tests.lab.reach")
RECOVERY_S = 3.0
"""How long after the end of a fault everything must work again."""


class Kubeferry:
    def __init__(self, laptop: Laptop, identity: Identity = DEV, env: Mapping[str, str] | None = None) -> None:
        self.laptop, self.identity, self.env = laptop, identity, dict(env or {})

    def run(self, *arguments: str, timeout_s: float = 90.0) -> Finished:
        return self.laptop.run([*KUBEFERRY, *arguments], identity=self.identity, env=self.env, timeout_s=timeout_s)

    def popen(self, *arguments: str) -> subprocess.Popen[bytes]:
        streams: dict[str, Any] = dict.fromkeys(("stdout", "stderr"), subprocess.PIPE)
        return self.laptop.popen([*KUBEFERRY, *arguments], identity=self.identity, env=self.env, **streams)

    def connect(self, *arguments: str, namespace: str = SHOP) -> dict[str, Any]:
        """The status, which is `connected`. Raises AssertionError with what was said when it is not."""
        done = self.run("connect", "-n", namespace, "-o", "json", *arguments).checked()
        status: dict[str, Any] = json.loads(done.out)
        assert status["state"] == "connected", done.out
        return status

    def refused(self, *arguments: str, namespace: str = SHOP) -> tuple[int, dict[str, Any]]:
        """Of a `connect` that must fail: exit code and the explained error."""
        done = self.run("connect", "-n", namespace, "-o", "json", *arguments)
        assert done.code, f"connected, and should not have:\n{done.out}"
        return done.code, json.loads(done.out)["error"]

    def proxy(self, workload: str, *arguments: str, namespace: str = BOOKINFO) -> dict[str, Any]:
        return self._json("proxy", workload, "-n", namespace, "--yes", *arguments)

    def mesh(self, workload: str, *arguments: str, namespace: str = BOOKINFO) -> dict[str, Any]:
        return self._json("mesh", workload, "-n", namespace, "--yes", *arguments)

    def leave(self, *arguments: str) -> None:
        """`arguments`: a workload and its namespace; without any, all."""
        self.run("leave", *(arguments or ("--all",)), "-o", "json").checked()

    def repair(self, *arguments: str) -> dict[str, Any]:
        return self._json("repair", *arguments)

    def fails(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        """Of any command that must fail: exit code and the explained error."""
        done = self.run(*arguments, "-o", "json")
        assert done.code, f"{' '.join(arguments)} succeeded, and should not have:\n{done.out}\n{done.err}"
        try:
            error: dict[str, Any] = json.loads(done.out)["error"]
        except (json.JSONDecodeError, KeyError):
            raise AssertionError(f"{' '.join(arguments)} did not explain itself: {done}") from None
        return done.code, error

    def intercepts(self) -> list[dict[str, Any]]:
        """Everybody's, as `status` tells them."""
        found: list[dict[str, Any]] = self.status()["intercepts"]
        return found

    def wait_for_health(self, health: str, timeout_s: float = RECOVERY_S + 2, *, count: int = 1) -> None:
        """Until so many of my own intercepts, and no other of mine, have this health."""

        def all_have(status: dict[str, Any]) -> bool:
            mine = [one["health"] for one in status["intercepts"] if one["mine"]]
            return mine == [health] * count

        self.wait_for(f"{count} x {health}", all_have, timeout_s)

    def _json(self, *arguments: str) -> dict[str, Any]:
        done = self.run(*arguments, "-o", "json", timeout_s=150).checked()
        told: dict[str, Any] = json.loads(done.out) if done.out.strip() else {}
        return told

    def disconnect(self) -> dict[str, Any]:
        status: dict[str, Any] = json.loads(self.run("disconnect", "-o", "json").checked().out)
        return status

    def status(self) -> dict[str, Any]:
        status: dict[str, Any] = json.loads(self.run("status", "-o", "json").out)
        return status

    def wait_for(self, what: str, test: Callable[[dict[str, Any]], bool], timeout_s: float) -> dict[str, Any]:
        """Returns the first status of which `test` is true."""
        latest: dict[str, Any] = {}

        def look() -> bool:
            nonlocal latest
            latest = self.status()
            return test(latest)

        try:
            wait_until(f"status to be {what}", look, timeout_s, every_s=0.1)
        except TimeoutError as error:
            raise AssertionError(f"{error}; it is {json.dumps(latest)}") from None
        return latest

    def wait_for_state(self, state: str, timeout_s: float) -> dict[str, Any]:
        return self.wait_for(state, lambda status: status["state"] == state, timeout_s)

    def reach(self, verb: str, *arguments: str) -> Any:
        """What `tests.lab.reach` answers; AssertionError with the reason when it failed."""
        told = self.try_reach(verb, *arguments)
        assert told["ok"], f"{verb} {' '.join(arguments)}: {told}"
        return told["answer"]

    def try_reach(self, verb: str, *arguments: str) -> dict[str, Any]:
        done = self.laptop.run([*REACH, verb, *arguments], identity=self.identity)
        try:
            told: dict[str, Any] = json.loads(done.out)
        except json.JSONDecodeError:
            raise AssertionError(f"reach {verb}: {done}") from None
        return told

    def works_within(self, seconds: float, url: str = "http://productpage:9080") -> float:
        """Asks again and again; returns after how many seconds there was an answer."""
        begin = time.monotonic()
        last: dict[str, Any] = {}

        def answered() -> bool:
            nonlocal last
            last = self.try_reach("http", url, "1")
            return bool(last["ok"])

        try:
            wait_until(url, answered, seconds, every_s=0.05)
        except TimeoutError:
            raise AssertionError(
                f"{url} did not answer within {seconds:g} s: {last}; status {self.status()}\n{self._names()}"
            ) from None
        return time.monotonic() - begin

    def _names(self) -> str:
        """What the resolver and our stub say, for a failure."""
        stub = self.status()["facts"]["addresses"][:1]
        question = "productpage.shop.svc.cluster.local"
        commands = ["resolvectl status", "cat /etc/resolv.conf", f"resolvectl query {question}"]
        commands += [f"dig +time=1 +tries=1 @{server} {question}" for server in (*stub, "127.0.0.53")]
        return self.laptop.run(["sh", "-c", " 2>&1; ".join(commands)]).out


class HeldConnection:
    """One TCP connection through the tunnel that must survive what happens."""

    def __init__(self, kubeferry: Kubeferry, host: str, port: int = 7001) -> None:
        streams: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        argv = [*REACH, "hold", host, str(port)]
        self._process = kubeferry.laptop.popen(argv, identity=kubeferry.identity, **streams)
        assert json.loads(self._line())["ok"]

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline().decode()
        return line or json.dumps({"ok": False, "error": "the program ended"})

    def echo(self, text: str) -> None:
        """AssertionError when the connection does not bring it back."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{text}\n".encode())
        self._process.stdin.flush()
        told = json.loads(self._line())
        assert told["ok"], told
        assert told["echo"] == f"{text}\n"

    def close(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.communicate()

    def __enter__(self) -> HeldConnection:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
