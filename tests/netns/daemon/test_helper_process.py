"""The real helper: TUN, routes, resolv.conf, and what is left when it, its worker or its app is killed."""

import asyncio
import os
import select
import signal
import socket
from pathlib import Path

import pytest

from helper.client import HeldConnection, HelperClient, HelperRefused
from helper.protocol.helper_messages import DnsConfig, NetworkConfig, RefusalCode, ResolverBackend
from tests.netns.daemon.conftest import (
    RESOLV_CONF,
    Machine,
    children_of,
    ip_json,
    report_of,
    resident_kib,
    run_helper,
    running,
    start_helper_on,
)

CONFIG = NetworkConfig(
    addresses=("198.19.3.7/32", "fd6b:7562:6566::37/128"),
    mtu=1400,
    routes=("10.96.0.0/12", "10.244.0.0/16", "fd00:10::/48"),
    dns=DnsConfig(("cluster.local",), ("ns.svc.cluster.local",)),
)
NOBODY = 65534


async def connected(machine: Machine) -> tuple[HelperClient, HeldConnection]:
    client = await HelperClient.connect(machine.socket)
    held = await client.open_connection()
    await report_of(held)
    answer = await client.set_network(held.connection_id, CONFIG)
    assert answer.resolver is ResolverBackend.RESOLV_CONF
    assert answer.upstreams == ("192.0.2.53",)
    return client, held


def leave(client: HelperClient, held: HeldConnection) -> None:
    held.channel.close()
    client.close()


async def worker_pid(client: HelperClient) -> int:
    return (await client.list_connections())[0].worker_pid


async def test_connected_and_back(machine: Machine) -> None:
    before = machine.state()
    async with running(machine):
        client, held = await connected(machine)
        (link,) = ip_json("address", "show", "dev", held.interface)
        assert link["mtu"] == 1400
        assert link["txqlen"] == 1000
        assert "UP" in link["flags"]
        assert {entry["local"] for entry in link["addr_info"]} == {"198.19.3.7", "fd6b:7562:6566::37"}
        assert not any(entry.get("tentative") for entry in link["addr_info"])
        assert {route["dst"] for route in ip_json("-4", "route")} == {"10.96.0.0/12", "10.244.0.0/16"}
        assert b"nameserver 198.19.3.7\n" in machine.resolv_conf.read_bytes()
        assert await client.close_connection(held.connection_id) == ()
        assert machine.state() == before
        leave(client, held)


async def test_ipv6_is_switched_on_for_the_link_alone(machine: Machine) -> None:
    settings = Path("/proc/sys/net/ipv6/conf")
    for name in ("all", "default"):
        (settings / name / "disable_ipv6").write_text("1")
    async with running(machine):
        client, held = await connected(machine)
        (link,) = ip_json("-6", "address", "show", "dev", held.interface)
        assert [entry["local"] for entry in link["addr_info"]] == ["fd6b:7562:6566::37"]
        assert (settings / "lo" / "disable_ipv6").read_text() == "1\n"
        leave(client, held)


async def test_the_worker_has_nothing_but_its_caller_and_its_descriptors(machine: Machine) -> None:
    async with running(machine):
        for uid in (0, NOBODY):
            os.setresgid(-1, uid, -1)
            os.setresuid(-1, uid, -1)
            try:
                client = await HelperClient.connect(machine.socket)
                held = await client.open_connection()
                assert client.welcome.uid == uid
            finally:
                os.setresuid(-1, 0, -1)
                os.setresgid(-1, 0, -1)
            report = await report_of(held)
            assert report["uid"] == [uid] * 3
            assert report["gid"] == [uid] * 3
            assert report["groups"] == []
            assert {int(mask, 16) for mask in report["capabilities"]} == {0}
            assert report["no_new_privs"] == "1"
            assert set(report["environment"]) <= {"LANG", "LC_CTYPE", "PATH", "PYTHONPATH"}
            assert report["descriptors"] == sorted([0, 1, 2, *report["passed"]])
            assert report["session"]
            assert report["cwd"] == "/"
            leave(client, held)


async def test_a_stranger_is_told_that_he_is_not_allowed(machine: Machine) -> None:
    async with running(machine):
        os.setresuid(-1, 54321, -1)
        try:
            with pytest.raises(HelperRefused) as caught:
                await HelperClient.connect(machine.socket)
        finally:
            os.setresuid(-1, 0, -1)
        assert caught.value.code is RefusalCode.NOT_ALLOWED


async def test_sigterm_undoes_everything(machine: Machine) -> None:
    before = machine.state()
    async with running(machine) as process:
        client, held = await connected(machine)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, 5) == 0
        assert machine.state() == before
        assert not machine.socket.exists()
        leave(client, held)


async def test_kill_of_the_helper_leaves_nothing(machine: Machine) -> None:
    before = machine.state()
    async with running(machine) as process:
        client, held = await connected(machine)
        os.kill(await worker_pid(client), signal.SIGSTOP)
        process.kill()
        await machine.becomes(before, patience_s=5)
        leave(client, held)
    async with running(machine):
        leave(*await connected(machine))


async def test_kill_of_the_worker_leaves_nothing(machine: Machine) -> None:
    before = machine.state()
    async with running(machine):
        client, held = await connected(machine)
        os.kill(await worker_pid(client), signal.SIGKILL)
        await machine.becomes(before, patience_s=5)
        leave(client, held)
        leave(*await connected(machine))


async def test_a_stopped_worker_is_killed_on_close(machine: Machine) -> None:
    before = machine.state()
    async with running(machine):
        client, held = await connected(machine)
        os.kill(await worker_pid(client), signal.SIGSTOP)
        assert await client.close_connection(held.connection_id) == ()
        assert machine.state() == before
        leave(client, held)


async def test_an_app_that_is_gone_leaves_nothing(machine: Machine) -> None:
    before = machine.state()
    async with running(machine):
        leave(*await connected(machine))
        await machine.becomes(before, patience_s=5)


async def test_kill_of_everything_at_once_leaves_nothing(machine: Machine) -> None:
    before = machine.state()
    async with running(machine) as process:
        client, held = await connected(machine)
        pid = await worker_pid(client)
        process.kill()
        os.kill(pid, signal.SIGKILL)
        leave(client, held)
        await machine.becomes(before, patience_s=5)


async def test_cleanup_undoes_what_helper_and_guard_left(machine: Machine) -> None:
    before = machine.state()
    async with running(machine) as process:
        client, held = await connected(machine)
        worker = await worker_pid(client)
        (guard,) = (child for child in children_of(process.pid) if child != worker)
        os.kill(guard, signal.SIGKILL)
        process.kill()
        process.wait()
        assert machine.resolv_conf.read_bytes() != RESOLV_CONF
        leave(client, held)
        assert run_helper(machine, "--cleanup") == 0
        assert machine.state() == before


async def test_only_one_helper_runs_and_a_stale_socket_is_replaced(machine: Machine) -> None:
    machine.socket.parent.mkdir()
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(machine.socket))
    async with running(machine):
        client, held = await connected(machine)
        assert await asyncio.to_thread(run_helper, machine) == 3
        assert len(await client.list_connections()) == 1
        leave(client, held)


async def test_the_helper_is_small(machine: Machine) -> None:
    async with running(machine) as process:
        client, held = await connected(machine)
        assert resident_kib(process.pid) < 40 * 1024
        leave(client, held)


async def test_a_socket_of_systemds_is_used(machine: Machine) -> None:
    machine.socket.parent.mkdir()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(machine.socket))
        listener.listen()
        process = start_helper_on(machine, listener)
        try:
            (await HelperClient.connect(machine.socket)).close()
        finally:
            process.terminate()
            assert process.wait(10) == 0
        assert machine.socket.exists()


async def test_a_prepared_worker_is_used_or_gone_with_its_app(machine: Machine) -> None:
    before = machine.state()
    async with running(machine) as process:
        helpers = set(children_of(process.pid))
        client, idle = [await HelperClient.connect(machine.socket) for _ in range(2)]
        await client.prepare_worker()
        (prepared,) = set(children_of(process.pid)) - helpers
        await idle.prepare_worker()
        (unused,) = set(children_of(process.pid)) - helpers - {prepared}
        assert machine.state() == before
        os.kill(unused, signal.SIGSTOP)
        idle.close()
        held = await client.open_connection()
        report = await report_of(held)
        assert await worker_pid(client) == prepared
        assert report["descriptors"] == sorted([0, 1, 2, *report["passed"]])
        async with asyncio.timeout(5):
            while unused in children_of(process.pid):  # noqa: ASYNC110 - a process has no event to wait for
                await asyncio.sleep(0.01)
        leave(client, held)
        await machine.becomes(before, patience_s=5)


async def test_kill_of_the_helper_ends_a_prepared_worker(machine: Machine) -> None:
    async with running(machine) as process:
        helpers = set(children_of(process.pid))
        client = await HelperClient.connect(machine.socket)
        await client.prepare_worker()
        (prepared,) = set(children_of(process.pid)) - helpers
        pidfd = os.pidfd_open(prepared)
        process.kill()
        process.wait()  # the worker may end a moment before its helper can be waited for
        assert await asyncio.to_thread(lambda: select.select([pidfd], [], [], 5)[0]) == [pidfd]
        os.close(pidfd)
        client.close()
