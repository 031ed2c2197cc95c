"""A mistake in the helper that one caller comes upon is that caller's alone."""

import logging

import pytest

from helper.client import HelperClient, HelperUnavailable
from helper.daemon.actor import Actor
from tests.unit.daemon.conftest import EverybodyButSome, StartDaemon
from tests.unit.daemon.test_server import open_one


async def test_others_keep_their_connections(
    next_uid: list[int],
    start_daemon: StartDaemon,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def allows(_: EverybodyButSome, actor: Actor) -> bool:
        if actor.uid == 1001:
            raise RuntimeError("can't start new thread")
        return True

    monkeypatch.setattr(EverybodyButSome, "allows", allows)
    async with start_daemon() as daemon:
        next_uid[:] = [1000, 1001]
        ada = await HelperClient.connect(daemon.socket)
        held = await open_one(ada)
        with caplog.at_level(logging.CRITICAL), pytest.raises(HelperUnavailable):
            await HelperClient.connect(daemon.socket)
        assert [info.connection_id for info in await ada.list_connections()] == [held.connection_id]
        ada.close()
