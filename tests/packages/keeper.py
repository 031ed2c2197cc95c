"""`python -m tests.packages.keeper`, in the machine: an app with a connection, which it makes again when it is lost.

It asks the installed helper as the session does, without a cluster behind it, and tells as JSON lines what happens:
{"event": "connected", "helper": …, "interface": …, "worker": …}, {"event": "lost"}, {"event": "refused", "code": …}.
Ends on SIGTERM, without saying goodbye to the helper.
"""

from __future__ import annotations

import asyncio
import json
import sys

from helper.client.helper_client import HelperClient, HelperRefused, HelperUnavailable
from helper.protocol.helper_messages import DnsConfig, NetworkConfig

RETRY_S = 0.1
_WATCH_S = 0.1
NETWORK = NetworkConfig(
    addresses=("198.19.3.7/32", "fd6b:7562:6566::37/128"),
    mtu=1400,
    routes=("10.96.0.0/12", "fd00:10::/48"),
    dns=DnsConfig(("cluster.local",), ("shop.svc.cluster.local",)),
    loopback_delivery=True,
)


async def keep() -> None:
    while True:
        try:
            await _hold(await HelperClient.connect())
        except HelperUnavailable:
            await asyncio.sleep(RETRY_S)
        except HelperRefused as error:
            tell("refused", code=error.code, detail=error.detail)
            return


async def _hold(client: HelperClient) -> None:
    try:
        held = await client.open_connection("kept")
        with held.channel:
            answer = await client.set_network(held.connection_id, NETWORK)
            (info,) = await client.list_connections()
            tell(
                "connected",
                helper=client.welcome.helper_version,
                interface=held.interface,
                worker=info.worker_pid,
                resolver=answer.resolver,
            )
            while True:
                await asyncio.sleep(_WATCH_S)
                await client.list_connections()
    except HelperUnavailable:
        tell("lost")
        raise
    finally:
        client.close()


def tell(event: str, **facts: object) -> None:
    sys.stdout.write(json.dumps({"event": event, **facts}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(keep())
