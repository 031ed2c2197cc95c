"""The daemon's own ways on macOS, played on Linux: cleaning up after a crash, and letting go of what was sent."""

import asyncio
import ipaddress
import sys
from pathlib import Path

import pytest

from helper.daemon.cleanup import clean_up
from helper.daemon.handover import handed_over
from helper.net.darwin.resolver_files import FLUSH_COMMANDS, ResolverFiles
from helper.net.host import UtunLinks, host_network, link_remover
from helper.net.journal import Journal, LinkOpened
from helper.net.plan import DnsPlan
from helper.net.resolver import LinkRef
from tests.unit.net.darwin.kernel import KernelStandIn


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> KernelStandIn:
    kernel = KernelStandIn()
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr("helper.net.darwin.system_calls.DarwinSystemCalls", lambda: kernel)
    monkeypatch.setattr("helper.daemon.cleanup.process_started", lambda pid: None)
    return kernel


def test_a_helper_after_a_crash_restores_names_and_leaves_interfaces_alone(
    kernel: KernelStandIn, tmp_path: Path
) -> None:
    """An interface of that name may be somebody else's by now."""
    journal = Journal(tmp_path / "journal")
    journal.record(LinkOpened("en0", 4711, 1))
    folder = tmp_path / "resolver"
    before = ResolverFiles(folder, tmp_path / "resolv.conf", journal, kernel)
    dns = DnsPlan(ipaddress.ip_address("198.19.3.7"), ("cluster.local",), ("shop.svc.cluster.local",))
    before.set_dns(LinkRef("utun4", 16), dns)
    kernel.commands.clear()
    routes = list(kernel.routes)
    assert clean_up(Journal(tmp_path / "journal")) == ()
    assert not folder.exists()
    assert kernel.commands == list(FLUSH_COMMANDS)
    assert (kernel.routes, kernel.requests) == (routes, [])
    assert Journal(tmp_path / "journal").entries() == []


def test_the_network_is_that_of_the_system(kernel: KernelStandIn, tmp_path: Path) -> None:
    network = host_network(Journal(tmp_path / "journal"), tmp_path / "resolv.conf")
    assert type(network).__name__ == "DarwinNetwork"
    network.close()
    assert isinstance(link_remover(), UtunLinks)


class Sent:
    def __init__(self) -> None:
        self._closed = False

    def close(self) -> None:
        self._closed = True

    def is_closed(self) -> bool:
        return self._closed


async def test_what_was_sent_is_closed_when_it_has_been_taken() -> None:
    at_once, later = Sent(), Sent()
    with handed_over(at_once, grace_s=0):
        assert not at_once.is_closed()
    assert at_once.is_closed()
    with pytest.raises(KeyError), handed_over(later, grace_s=0.01):
        raise KeyError
    assert not later.is_closed()
    async with asyncio.timeout(5):
        await asyncio.sleep(0.05)
    assert later.is_closed()
