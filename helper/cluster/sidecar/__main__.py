"""`python3 -m helper.cluster.sidecar --probe 15700=9080`: the sidecar's process, in a pod of the workload.

`--probe`: connections to the first port go to the second, always. It is where the injection sent a probe.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from pathlib import Path

from helper.cluster.api import ENVOY_PROGRAM, JOIN_DIR, SIDECAR_READY_FILE
from helper.json_log import set_up_logging

log = logging.getLogger("sidecar")


def _probe(text: str) -> tuple[int, int]:
    port, _, target = text.partition("=")
    try:
        found = int(port), int(target)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not PORT=PORT") from None
    if not all(0 < number < 65536 for number in found):
        raise argparse.ArgumentTypeError(f"{text!r} has a port that is none")
    return found


async def _run(arguments: argparse.Namespace) -> None:
    from helper.cluster.sidecar.sidecar import make_sidecar

    loop = asyncio.get_running_loop()
    this = asyncio.current_task()
    if this is not None:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, this.cancel)
    sidecar = make_sidecar(dict(arguments.probe), arguments.join_dir, arguments.run_dir, envoy=arguments.envoy)
    await sidecar.run()


def main() -> int:
    parser = argparse.ArgumentParser(prog="kubeferry-sidecar", description=__doc__)
    parser.add_argument("--probe", type=_probe, action="append", default=[], metavar="PORT=PORT")
    parser.add_argument("--join-dir", type=Path, default=Path(JOIN_DIR), help="where the workload's Secret is mounted")
    parser.add_argument("--run-dir", type=Path, default=Path(SIDECAR_READY_FILE).parent, help="the only place to write")
    parser.add_argument("--envoy", type=Path, default=Path(ENVOY_PROGRAM))
    arguments = parser.parse_args()
    set_up_logging()
    import uvloop

    from helper.cluster.pod.nft import FirewallError
    from helper.cluster.pod.uplink import DeviceError

    try:
        uvloop.run(_run(arguments))
    except (OSError, DeviceError, FirewallError) as error:
        log.error("the sidecar cannot work in this pod: %s. It needs NET_ADMIN and MKNOD.", error)
        return 1
    except asyncio.CancelledError:
        log.info("stopped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
