"""Envoy at work: started when the first rule comes, told of every change, watched, and started again when it ends.

It never serves what it did not take: `set_rules` returns when Envoy itself counts the change as done (`envoy_rules`). A
rule that it refuses is left out and named; all others are in force.
"""

from __future__ import annotations

import asyncio
import ctypes
import logging
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from helper.cluster.api import ENVOY_PORT
from helper.cluster.sidecar.envoy_admin import AdminFailed, EnvoyAdmin
from helper.cluster.sidecar.envoy_config import REQUESTS_KEY
from helper.cluster.sidecar.envoy_files import EnvoyFiles
from helper.cluster.sidecar.envoy_rules import POLL_S, EnvoyRules
from helper.cluster.sidecar.request_log import RequestLog
from helper.cluster.sidecar.rules import mesh_ports
from helper.protocol.intercepts import RequestBatch, Workload
from helper.wire.sidecar_messages import Applied, Rules

START_S = 10.0
HEALTH_INTERVAL_S = 1.0
HEALTH_TIMEOUT_S = 0.8
SILENT_CHECKS = 5
"""An Envoy that does not answer so often is ended. Nothing is taken from the first time on."""

DRAIN_S = 10.0
_RESTART_S = (0.05, 0.5, 2.0, 5.0)
_LOG_FORMAT = '{"time": "%Y-%m-%dT%T.%eZ", "level": "%l", "logger": "envoy", "message": "%j"}'
_PR_SET_PDEATHSIG = 1
_ACTIVE = "^(http[.]p[0-9]+[.]downstream_rq_active|tcp[.]raw[0-9]+[.]downstream_cx_active)$"
"""Not `http.admin`: whoever asks is active there."""

log = logging.getLogger(__name__)


class Mesh:
    """`on_change`: it serves now, or does not any more, without having been asked. Use `run` in a task."""

    def __init__(
        self,
        run_dir: Path,
        on_change: Callable[[], None],
        on_requests: Callable[[RequestBatch], None],
        *,
        envoy: Path,
        port: int = ENVOY_PORT,
    ) -> None:
        self._on_change = on_change
        self._envoy = envoy
        self._run_dir = run_dir
        self._files = EnvoyFiles(run_dir, ("::" if socket.has_dualstack_ipv6() else "0.0.0.0", port))  # noqa: S104
        self._admin = EnvoyAdmin(run_dir / "admin.sock")
        self._requests = RequestLog(on_requests)
        self._process: asyncio.subprocess.Process | None = None
        self._rules = EnvoyRules(self._files, self._admin)
        self._watched = False
        self._needed = asyncio.Event()
        self._settled = asyncio.Event()
        self._trouble = ""
        self._lock = asyncio.Lock()
        self.serving = False

    def set_source(self, workload: Workload, pod: str) -> None:
        """Whose requests they are that are told."""
        self._requests.source = (workload, pod)

    async def set_rules(self, rules: Rules) -> Applied:
        """Returns when they are in force, with what is in the way of some of them."""
        self._watched = rules.watched
        self._rules.wish(rules.rules)
        if not self._rules.ever_meshed:
            return Applied(rules.generation)
        if not self._needed.is_set():
            self._settled.clear()
            self._needed.set()
        if not self.serving:
            with suppress(TimeoutError):
                async with asyncio.timeout(START_S):
                    await self._settled.wait()
        if self.serving:
            await self._deliver()
        if self._trouble and mesh_ports(rules.rules):
            meshed = tuple(rule.intercept_id for rule in rules.rules if rule.match is not None)
            return Applied(rules.generation, self._trouble[:512], meshed)
        refused = self._rules.refused
        told = "; ".join(sorted(set(refused.values())))
        return Applied(rules.generation, told[:512], tuple(rule.intercept_id for rule in refused))

    async def run(self) -> None:
        """Until cancelled. Envoy itself then still runs: `close` ends it."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._requests.flush())
            failures = 0
            while True:
                await self._needed.wait()
                began = asyncio.get_running_loop().time()
                await self._one_life(group)
                lasted = asyncio.get_running_loop().time() - began
                failures = 0 if lasted > 30 else failures + 1
                await asyncio.sleep(_RESTART_S[min(failures, len(_RESTART_S) - 1)])

    async def close(self) -> None:
        """Requests under way have DRAIN_S; then it is ended. Bounded, and raises nothing."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        with suppress(AdminFailed, TimeoutError):
            async with asyncio.timeout(DRAIN_S):
                await self._until_idle()
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(2):
                await process.wait()
        except TimeoutError:
            process.kill()

    async def _until_idle(self) -> None:
        while True:
            active = await self._admin.counters(_ACTIVE)
            if not any(active.values()):
                return
            await asyncio.sleep(0.2)

    async def _one_life(self, group: asyncio.TaskGroup) -> None:
        """From its start to its end."""
        try:
            self._process = process = await self._start()
        except OSError as error:
            self._fail(f"Envoy cannot be started: {error}")
            return
        if process.stdout is not None:
            group.create_task(self._requests.read(process.stdout))
        async with asyncio.TaskGroup() as life:
            watching = life.create_task(self._watch())
            code = await process.wait()
            watching.cancel()
        self._fail(f"Envoy ended with {code}")
        log.error("%s", self._trouble)

    async def _start(self) -> asyncio.subprocess.Process:
        """With the configuration that is wished now. Raises OSError."""
        async with self._lock:
            self._rules.write_all()
        (self._run_dir / "admin.sock").unlink(missing_ok=True)
        return await asyncio.create_subprocess_exec(
            *(self._envoy, "-c", self._files.bootstrap, "--disable-hot-restart", "--concurrency", "2"),
            *("--log-level", "warning", "--log-format", _LOG_FORMAT, "--drain-time-s", "60"),
            # Its own is 10 s: who watches requests wants to see them.
            *("--file-flush-interval-msec", "200"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            preexec_fn=_die_with_parent,
        )

    async def _watch(self) -> None:
        """Makes it serve, and looks after it, until cancelled."""
        process = self._process
        loop = asyncio.get_running_loop()
        end = loop.time() + START_S
        while not await self._admin.ready(HEALTH_TIMEOUT_S):
            if loop.time() > end and process is not None:
                self._trouble = "Envoy does not become ready"
                process.kill()
            await asyncio.sleep(POLL_S)
        silent = 0
        await self._serve()
        while True:
            await asyncio.sleep(HEALTH_INTERVAL_S)
            if await self._admin.ready(HEALTH_TIMEOUT_S):
                silent = 0
                if not self.serving:
                    await self._serve()
                continue
            silent += 1
            if self.serving:
                self._fail("Envoy does not answer")
            if silent >= SILENT_CHECKS and process is not None:
                log.error("Envoy does not answer and is ended")
                process.kill()

    async def _serve(self) -> None:
        """What it read at its start may be old, or have been refused in part."""
        if await self._deliver():
            self.serving = True
            self._trouble = ""
            self._settled.set()
            self._on_change()

    def _fail(self, trouble: str) -> None:
        self._trouble = trouble
        self._settled.set()
        if self.serving:
            self.serving = False
            self._on_change()

    async def _deliver(self) -> bool:
        """One change at a time. An Envoy that does not take it in time does not serve."""
        async with self._lock:
            try:
                await self._rules.deliver()
                await self._admin.set_runtime(REQUESTS_KEY, 100 if self._watched else 0)
            except (AdminFailed, TimeoutError, OSError) as error:
                self._trouble = f"Envoy does not take the rules: {error or 'no answer in time'}"
                log.error("%s", self._trouble)
                self.serving = False
                return False
        return True


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
