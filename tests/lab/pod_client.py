"""The client pod of the demo application, driven from a test: the agent's verbs through one `kubectl exec`."""

from __future__ import annotations

import itertools
import json
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from typing import Any

from tests.lab.cluster import Cluster
from tests.lab.steady_report import Records, Report

RELAY = ("python3", "-m", "tests.lab.shop.agent", "relay")
_TIMEOUT_S = 90.0
_OPEN_S = 20.0


class PodClient:
    """Connects when it is first asked, and anew when the way to the pod was cut: its jobs go on meanwhile."""

    def __init__(self, cluster: Cluster, namespace: str, workload: str = "deployment/client") -> None:
        self._argv = [*cluster.kubectl_argv, "exec", "-i", "-n", namespace, workload, "--", *RELAY]
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._waiting: dict[int, Future[dict[str, Any]]] = {}
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, verb: str, timeout_s: float = _TIMEOUT_S, /, **arguments: Any) -> dict[str, Any]:
        """{"ok": true, "answer": …}, or {"ok": false, "error", "text"}. ConnectionError: there is no way to the pod."""
        number = next(self._numbers)
        future: Future[dict[str, Any]] = Future()
        with self._lock:
            process = self._opened()
            self._waiting[number] = future
            assert process.stdin is not None
            try:
                process.stdin.write(json.dumps({"id": number, "verb": verb, "args": arguments}).encode() + b"\n")
                process.stdin.flush()
            except OSError as error:
                raise ConnectionError(f"no way to the client pod: {error}") from error
        return future.result(timeout_s)

    def call(self, verb: str, /, **arguments: Any) -> Any:
        """The answer; AssertionError with what went wrong."""
        told = self.ask(verb, **arguments)
        assert told["ok"], f"{verb} {arguments}: {told['error']}: {told['text']}"
        return told["answer"]

    def who(self, host: str, port: int, *headers: tuple[str, str], path: str = "/") -> str:
        """Who answers an HTTP request on a new connection."""
        told = self.call("http", host=host, port=port, path=path, headers=headers)
        assert told["status"] == 200, told
        return str(told["body"]["pod"])

    @contextmanager
    def steady(self, host: str, port: int, **options: Any) -> Iterator[SteadyJob]:
        job = SteadyJob(self, self.call("steady", host=host, port=port, **options)["job"], options.get("rate", 50.0))
        try:
            yield job
        finally:
            job.stop()

    def close(self) -> None:
        with self._lock:
            if self._process is not None:
                self._process.kill()
                self._process.wait()
                self._process = None

    def __enter__(self) -> PodClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _opened(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        process = subprocess.Popen(
            self._argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
        )
        self._process = process
        threading.Thread(target=self._read, args=(process,), daemon=True).start()
        return process

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        assert process.stderr is not None
        for line in process.stdout:
            told = json.loads(line)
            future = self._waiting.pop(told.pop("id"), None)
            if future is not None:
                future.set_result(told)
        said = process.stderr.read().decode(errors="replace").strip()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            with suppress(OSError):
                if stream is not None:
                    stream.close()
        if self._process is not process:
            return
        for number in list(self._waiting):
            self._waiting.pop(number).set_exception(ConnectionError(f"the client pod's exec ended: {said}"))


class SteadyJob:
    """A steady client in the pod. Times of its records are of the pod's clock: `now` asks for it."""

    def __init__(self, client: PodClient, number: int, rate: float) -> None:
        self._client, self._number, self.rate = client, number, rate
        self._records: Records = []
        self._stopped = False

    def now(self) -> float:
        return float(self._asked("now")["now"])

    def records(self) -> Records:
        """All so far."""
        if not self._stopped:
            answer = self._asked("steady_records", job=self._number, since=len(self._records))
            self._records += [tuple(record) for record in answer["records"]]
        return self._records

    def report(self, since: float = 0.0) -> Report:
        return Report(self.records(), since, 1 / self.rate)

    def wait_until_only(self, *who: str, timeout_s: float, settled_s: float = 1.0) -> float:
        """Until only these have answered for `settled_s`, with not one failure. Returns the pod's time then."""
        end = time.monotonic() + timeout_s
        while True:
            now = self.now()
            latest = [record for record in self.records() if record[0] >= now - settled_s]
            good = sum(record[2] in who for record in latest)
            if good == len(latest) and good >= settled_s * self.rate * 0.5:
                return now
            if time.monotonic() > end:
                raise AssertionError(f"not only {who} after {timeout_s:g} s: {self.report(now - settled_s)}")
            time.sleep(0.1)

    def stop(self) -> None:
        if not self._stopped:
            self.records()
            self._asked("steady_stop", job=self._number)
            self._stopped = True

    def _asked(self, verb: str, **arguments: Any) -> Any:
        """Again and again while there is no way to the pod, as when its kubelet restarts."""
        end = time.monotonic() + _OPEN_S
        while True:
            try:
                return self._client.call(verb, **arguments)
            except ConnectionError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)
