"""What a manager says instead of a welcome becomes words, whatever it is."""

from __future__ import annotations

import asyncio

import pytest

from helper.protocol.worker_messages import TunnelFailure
from helper.wire.frames import FrameKind, encode_frame
from helper.wire.hello import HelloRefusal, ManagerRefusal, encode_hello
from tests.unit.tunnel.test_keeper import _WISH, _running

_OTHER_VERSION = (HelloRefusal.VERSION, HelloRefusal.MALFORMED)


async def _answered(data: bytes) -> tuple[TunnelFailure, str]:
    """Why there is no tunnel, when that is all the manager says. `lost` fails for words that are Python's."""
    async with _running() as lab:
        lab.mute = True
        lab.keeper.set_endpoint(_WISH)
        async with asyncio.timeout(5):
            await lab.asked.wait()
        assert lab.keep is not None
        lab.keep.sendall(data)
        lost = await lab.lost()
        return lost.failure, lost.detail


@pytest.mark.parametrize("code", HelloRefusal)
async def test_a_refusal_names_its_reason_and_the_managers_version(code: HelloRefusal) -> None:
    failure, words = await _answered(encode_frame(FrameKind.REFUSED, encode_hello(ManagerRefusal(code, "0.9.1"))))
    wanted = TunnelFailure.MANAGER_VERSION if code in _OTHER_VERSION else TunnelFailure.LEASE_REFUSED
    assert failure is wanted
    assert words.endswith("(it is of version 0.9.1)")
    assert "_" not in words


@pytest.mark.parametrize("kind", [FrameKind.WELCOME, FrameKind.REFUSED])
async def test_what_cannot_be_read_is_another_version(kind: FrameKind) -> None:
    failure, words = await _answered(encode_frame(kind, b'{"no": "hello"}'))
    assert failure is TunnelFailure.MANAGER_VERSION
    assert words == "it answers in a way that this version does not know"


async def test_what_is_no_frame_at_all_is_not_the_managers() -> None:
    failure, words = await _answered(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    assert failure is TunnelFailure.CLOSED
    assert words == "what came through it is not the traffic manager's"
