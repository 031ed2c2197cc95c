"""What a caller has set may be larger than a message can be; its list is read all the same."""

import logging
from contextlib import closing

import pytest

from helper.client import HelperClient
from helper.protocol.framing import MAX_MESSAGE_BYTES, encode
from helper.protocol.helper_messages import DnsConfig, NetworkConfig, SetNetwork
from tests.unit.daemon.conftest import Daemon
from tests.unit.daemon.test_server import open_one

CONNECTIONS = 4


def nearly_a_message(number: int) -> NetworkConfig:
    labels = ".".join("d" * 58 for _ in range(4))
    domains = tuple(f"n{index:04}.{labels}" for index in range(4096))
    return NetworkConfig((f"198.19.3.{number + 1}/32",), 1400, (), DnsConfig(domains))


async def test_the_list_fits_into_a_message(daemon: Daemon, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    with closing(await HelperClient.connect(daemon.socket)) as client:
        small = NetworkConfig(("198.19.3.100/32",), 1400, ("10.96.0.0/12",))
        held = [(await open_one(client)).connection_id for _ in range(CONNECTIONS)]
        for number, connection_id in enumerate(held[:-1]):
            config = nearly_a_message(number)
            assert len(encode(SetNetwork(connection_id, config))) > MAX_MESSAGE_BYTES * 0.9
            await client.set_network(connection_id, config)
        await client.set_network(held[-1], small)
        listed = await client.list_connections()
        assert [info.connection_id for info in listed] == held
        assert [info.network for info in listed] == [nearly_a_message(0), None, None, small]
        assert caplog.text == ""
