import asyncio
import os
import socket
from collections.abc import Callable, Iterator

import pytest
import uvloop

from helper.protocol.framing import ProtocolError, encode
from helper.protocol.helper_messages import Answer, ConnectionOpened, FindOverlaps, Hello, Request
from helper.protocol.message_socket import ChannelClosed, MessageSocket

OPENED = ConnectionOpened("0123456789ab", "kubeferry0")


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def runner(request: pytest.FixtureRequest) -> Iterator[asyncio.Runner]:
    """Both kinds of loop that apps and workers use."""
    factory: Callable[[], asyncio.AbstractEventLoop] = request.param
    with asyncio.Runner(loop_factory=factory) as runner:
        yield runner


def pair() -> tuple[socket.socket, socket.socket]:
    return socket.socketpair()


def test_a_message_larger_than_the_socket_holds_arrives_whole(runner: asyncio.Runner) -> None:
    message = FindOverlaps(tuple(f"10.{n // 256}.{n % 256}.0/24" for n in range(4096)) * 1)

    async def scenario() -> None:
        left, right = pair()
        left.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        sender: MessageSocket[Answer] = MessageSocket(left, Answer)
        receiver: MessageSocket[Request] = MessageSocket(right, Request)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(sender.send(message))
            tasks.create_task(sender.send(Hello(1)))
            assert await receiver.receive() == message
            assert await receiver.receive() == Hello(1)
        sender.close()
        with pytest.raises(ChannelClosed):
            await receiver.receive()
        receiver.close()

    runner.run(scenario())


def test_a_descriptor_arrives_with_its_message(runner: asyncio.Runner) -> None:
    async def scenario() -> None:
        left, right = pair()
        sender: MessageSocket[Request] = MessageSocket(left, Request)
        receiver: MessageSocket[Answer] = MessageSocket(right, Answer, max_descriptors=1)
        reader, writer = os.pipe()
        await sender.send(OPENED, [writer])
        await sender.send(OPENED)
        os.close(writer)
        assert await receiver.receive() == OPENED
        (descriptor,) = receiver.take_descriptors(1)
        assert not os.get_inheritable(descriptor)
        os.write(descriptor, b"x")
        os.close(descriptor)
        assert os.read(reader, 2) == b"x"
        os.close(reader)
        await receiver.receive()
        with pytest.raises(ProtocolError, match="were announced"):
            receiver.take_descriptors(1)
        sender.close()
        receiver.close()

    runner.run(scenario())


def test_descriptors_nobody_asked_for_are_lost_in_the_kernel(runner: asyncio.Runner) -> None:
    async def scenario() -> None:
        left, right = pair()
        receiver: MessageSocket[Request] = MessageSocket(right, Request)
        before = len(os.listdir("/proc/self/fd"))
        with left:
            socket.send_fds(left, [encode(Hello(1))], [left.fileno()] * 20)
            assert await receiver.receive() == Hello(1)
            assert len(os.listdir("/proc/self/fd")) == before
        receiver.close()

    runner.run(scenario())


def test_closing_wakes_whoever_waits(runner: asyncio.Runner) -> None:
    async def scenario() -> None:
        left, right = pair()
        receiver: MessageSocket[Request] = MessageSocket(left, Request)
        asyncio.get_running_loop().call_later(0.001, receiver.close)
        with pytest.raises(ChannelClosed):
            await receiver.receive()
        with pytest.raises(ChannelClosed):
            await receiver.send(Hello(1))
        receiver.close()
        assert receiver.closed
        right.close()

    runner.run(scenario())


def test_a_send_cancelled_in_the_middle_closes_the_channel(runner: asyncio.Runner) -> None:
    async def scenario() -> None:
        left, right = pair()
        sender: MessageSocket[Answer] = MessageSocket(left, Answer)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await sender.send(FindOverlaps(("x" * 900_000,)))
        assert sender.closed
        right.close()

    runner.run(scenario())


def test_too_many_descriptors_are_a_protocol_error(runner: asyncio.Runner) -> None:
    async def scenario() -> None:
        left, right = pair()
        receiver: MessageSocket[Answer] = MessageSocket(right, Answer, max_descriptors=4)
        with left:
            for _ in range(5):
                socket.send_fds(left, [b"\0"], [left.fileno()] * 4)
            with pytest.raises(ProtocolError):
                await receiver.receive()
        receiver.close()

    runner.run(scenario())
