"""The helper's composition root: options, lock, journal, network, server."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from helper.daemon.actor import CONFIG_FILE, Allowance
from helper.daemon.cleanup import clean_up
from helper.daemon.guard import Guard
from helper.daemon.line_limit import LineLimit
from helper.daemon.listener import AlreadyRunning, Listener, WrongSocket, listen, notify_ready, take_lock
from helper.daemon.polkit import Polkit
from helper.daemon.server import HelperServer
from helper.daemon.worker import SpawnWorker, spawn_worker
from helper.json_log import set_up_logging
from helper.net.host import host_network
from helper.net.journal import Journal
from helper.net.resolv_conf import RESOLV_CONF
from helper.protocol.knock import DEFAULT_SOCKET
from helper.version import VERSION

RUN_DIR = DEFAULT_SOCKET.parent
SOCKET_NAME = "helper.sock"
STATE_DIR = Path("/var/db/kubeferry" if sys.platform == "darwin" else "/var/lib/kubeferry")
"""What has to be undone even after the machine went down: /run is empty then."""
EXIT_ALREADY_RUNNING = 3
EXIT_LEFT_SOMETHING = 4
EXIT_WRONG_SOCKET = 5

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Places:
    run_dir: Path
    state_dir: Path
    socket: Path
    config: Path
    resolv_conf: Path


def run(arguments: list[str], guard: Guard | None, spawn: SpawnWorker = spawn_worker) -> int:
    """Returns the process's exit code. Without a guard it cleans up and ends."""
    options = _parser().parse_args(arguments)
    set_up_logging(logging.DEBUG if options.debug else logging.INFO, LineLimit())
    places = Places(
        options.run_dir,
        options.state_dir or (STATE_DIR if options.run_dir == RUN_DIR else options.run_dir),
        options.socket or options.run_dir / SOCKET_NAME,
        options.config,
        options.resolv_conf,
    )
    os.umask(0o022)
    try:
        lock = take_lock(places.run_dir)
    except AlreadyRunning:
        _log.warning("Another helper is running and looks after %s", places.run_dir)
        return _dismissed(guard, 0 if options.cleanup else EXIT_ALREADY_RUNNING)
    try:
        journal = Journal(places.run_dir / "journal", places.state_dir / "journal")
        left = clean_up(journal)
        if guard is None:
            return EXIT_LEFT_SOMETHING if left else 0
        try:
            listener = listen(places.socket)
        except WrongSocket as error:
            _log.error("%s", error)
            return _dismissed(guard, EXIT_WRONG_SOCKET)
        asyncio.run(_serve(places, listener, journal, spawn))
        return _dismissed(guard, 0)
    finally:
        os.close(lock)


def _dismissed(guard: Guard | None, code: int) -> int:
    if guard is not None:
        guard.dismiss()
    return code


async def _serve(places: Places, listener: Listener, journal: Journal, spawn: SpawnWorker) -> None:
    network = host_network(journal, places.resolv_conf)
    server = HelperServer(
        listener.socket, network, journal, Allowance(places.config), spawn, permission=Polkit().allows
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)
    notify_ready()
    _log.info("The helper %s listens on %s", VERSION, listener.path or "the socket of systemd")
    try:
        await server.run()
    finally:
        listener.close()
        network.close()
        _log.info("The helper has ended")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kubeferry-helper", description="Kubeferry's root helper.")
    parser.add_argument("--version", action="version", version=f"%(prog)s {VERSION}")
    parser.add_argument("--cleanup", action="store_true", help="undo what a killed helper has left, and end")
    parser.add_argument("--debug", action="store_true", help="log more")
    parser.add_argument("--run-dir", type=Path, default=RUN_DIR, help="lock, journal and socket (default %(default)s)")
    parser.add_argument("--state-dir", type=Path, help="journal of what is on disk (default: of --run-dir's choice)")
    parser.add_argument("--socket", type=Path, help="where apps connect (default: in the run directory)")
    parser.add_argument("--config", type=Path, default=CONFIG_FILE, help="who else is allowed (default %(default)s)")
    parser.add_argument("--resolv-conf", type=Path, default=RESOLV_CONF, help="default %(default)s")
    return parser
