"""`python3 -m helper.cluster.manager`: the traffic manager's process.

`--check` asks a running one whether it listens.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import socket
import sys

from helper.cluster.api import MANAGER_PORT, REAP_AFTER_VARIABLE

log = logging.getLogger("manager")


def _check() -> int:
    try:
        with socket.create_connection(("127.0.0.1", MANAGER_PORT), timeout=1.0):
            return 0
    except OSError as error:
        print(f"the manager does not listen: {error}", file=sys.stderr)
        return 1


async def _run() -> None:
    from helper.cluster.manager.server import make_manager

    loop = asyncio.get_running_loop()
    this = asyncio.current_task()
    if this is not None:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, this.cancel)
    manager = make_manager(loop)
    after_s = float(os.environ.get(REAP_AFTER_VARIABLE, 0))
    async with asyncio.TaskGroup() as group:
        group.create_task(manager.serve())
        if after_s > 0:
            from helper.cluster.manager.kube_api import KubeApi
            from helper.cluster.manager.reaper import Reaper

            group.create_task(Reaper(KubeApi.of_this_pod(), after_s, manager.owners).run())


def main() -> int:
    parser = argparse.ArgumentParser(prog="kubeferry-manager", description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 0 if the manager of this pod listens")
    arguments = parser.parse_args()
    if arguments.check:
        return _check()
    from helper.json_log import set_up_logging

    set_up_logging()
    import uvloop

    from helper.cluster.pod.nft import FirewallError
    from helper.cluster.pod.uplink import DeviceError

    code = 0
    try:
        uvloop.run(_run())
    except* (OSError, DeviceError, FirewallError, KeyError) as errors:
        log.error(
            "the manager cannot work in this pod: %s. It needs NET_ADMIN and MKNOD (and NET_RAW for IPv6).",
            errors.exceptions[0],
        )
        code = 1
    except* asyncio.CancelledError:
        log.info("stopped")
    return code


if __name__ == "__main__":
    sys.exit(main())
