"""What differs on macOS in app/platform, on stand-ins: of lsof's text, of SMAppService, of a home folder."""

import plistlib
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.platform import listening, paths
from app.platform.app_service import AppService, ServiceFailed, ServiceStatus
from app.platform.helper_install import APPROVAL, Installed, InstallPlan, Machine, Outcome, plan_install, run_install
from app.platform.launch_agent import FILE_NAME, LaunchAgent
from app.platform.listeners import Listener
from app.platform.lsof_listeners import LsofListeners, listening_ports, parse
from app.platform.this_system import autostart, listener_source

LSOF = """p501
cpython3.11
f3
PTCP
n127.0.0.1:8080
f4
PTCP
n[::1]:8080
p502
cControl Center
f9
PTCP
n*:5000
f10
PTCP
n*:5000
f11
PUDP
n*:*
f12
PUDP
n*:5353
f13
PUDP
n192.168.1.7:50000->192.168.1.1:53
f14
PTCP
n[fe80:5::1%en0]:700
f15
PTCP
nno address
"""


def test_lsof_is_understood() -> None:
    assert LsofListeners(lambda: LSOF).read() == (
        Listener(700, "TCP", "Control Center", 502, "fe80:5::1", False),
        Listener(5000, "TCP", "Control Center", 502, "0.0.0.0", False),
        Listener(5353, "UDP", "Control Center", 502, "0.0.0.0", False),
        Listener(8080, "TCP", "python3.11", 501, "127.0.0.1", True),
    )
    assert listening_ports(udp=False, ask=lambda: LSOF) == frozenset((700, 5000, 8080))
    assert listening_ports(udp=True, ask=lambda: LSOF) == frozenset((700, 5000, 5353, 8080))


def test_nothing_found_is_another_thing_than_not_known() -> None:
    assert LsofListeners(lambda: "").read() == ()
    assert LsofListeners(lambda: None).read() is None
    assert listening_ports(udp=True, ask=lambda: None) is None
    assert list(parse("px\nPTCP\nn:\nn*:99999x\n")) == []


def test_macos_is_asked_by_lsof(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert isinstance(listener_source(), LsofListeners)
    assert listening.listening_ports() is None, "there is no /usr/sbin/lsof here"


@pytest.fixture
def agent(tmp_path: Path) -> LaunchAgent:
    return LaunchAgent({"HOME": str(tmp_path)}, ("/Applications/Kubeferry.app/Contents/MacOS/kubeferry",))


def test_a_launch_agent_is_the_switch(agent: LaunchAgent, tmp_path: Path) -> None:
    assert not agent.is_on()
    agent.set_on(True)
    assert agent.is_on()
    assert agent.path == tmp_path / "Library/LaunchAgents" / FILE_NAME
    told = plistlib.loads(agent.path.read_bytes())
    assert told["ProgramArguments"] == ["/Applications/Kubeferry.app/Contents/MacOS/kubeferry", "--minimised"]
    agent.set_on(True, minimised=False)
    assert len(plistlib.loads(agent.path.read_bytes())["ProgramArguments"]) == 1
    agent.set_on(False)
    agent.set_on(False)
    assert not agent.path.exists()


@pytest.mark.parametrize("content", [b"", b"<plist", plistlib.dumps({"RunAtLoad": True, "Disabled": True}), b"\xff"])
def test_a_file_that_starts_nothing_is_off(agent: LaunchAgent, content: bytes) -> None:
    agent.path.parent.mkdir(parents=True)
    agent.path.write_bytes(content)
    assert not agent.is_on()


def test_the_switch_of_the_system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert autostart({"HOME": str(tmp_path)}).path == tmp_path / "Library/LaunchAgents" / FILE_NAME


def test_folders_are_in_library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("KUBEFERRY_RUNTIME_DIR", "KUBEFERRY_STATE_DIR"):
        monkeypatch.delenv(name, raising=False)
    assert paths.state_dir() == tmp_path / "Library/Application Support/Kubeferry"
    assert paths.session_socket() == tmp_path / "Library/Caches/Kubeferry/run/session.sock"
    limit = 104  # sys/un.h of XNU: sun_path
    assert len("/Users/" + "n" * 31 + "/Library/Caches/Kubeferry/run/session.sock") < limit


class Service:
    """SMAppService: `after` is what registering makes of the status, or the words with which it is refused."""

    def __init__(self, status: ServiceStatus, after: ServiceStatus | str) -> None:
        self.now = status
        self.after = after
        self.asked: list[str] = []

    def status(self) -> ServiceStatus:
        return self.now

    def register(self) -> None:
        self.asked.append("register")
        if isinstance(self.after, str):
            raise ServiceFailed(self.after)
        self.now = self.after
        if self.now is ServiceStatus.REQUIRES_APPROVAL:
            raise ServiceFailed("Operation not permitted")  # as the system does

    def unregister(self) -> None:
        self.asked.append("unregister")
        self.now = ServiceStatus.NOT_REGISTERED

    def open_settings(self) -> None:
        self.asked.append("open_settings")


@pytest.mark.parametrize(
    ("service", "installed", "asked"),
    [
        (Service(ServiceStatus.NOT_FOUND, ServiceStatus.ENABLED), Installed(Outcome.DONE), ["register"]),
        (Service(ServiceStatus.ENABLED, ServiceStatus.ENABLED), Installed(Outcome.DONE), ["unregister", "register"]),
        (
            Service(ServiceStatus.NOT_REGISTERED, ServiceStatus.REQUIRES_APPROVAL),
            Installed(Outcome.NOT_STARTED, APPROVAL),
            ["register", "open_settings"],
        ),
        (
            Service(ServiceStatus.NOT_REGISTERED, "the signature is not valid"),
            Installed(Outcome.FAILED, "the signature is not valid"),
            ["register"],
        ),
    ],
)
async def test_the_helper_is_registered(service: Service, installed: Installed, asked: list[str]) -> None:
    plan = plan_install(Machine(platform="darwin", is_frozen=True))
    assert plan.can_ask
    make: Callable[[], AppService] = lambda: service  # noqa: E731
    assert await run_install(plan, service=make) == installed
    assert service.asked == asked


async def test_where_there_is_no_such_service_it_is_told() -> None:
    done = await run_install(InstallPlan(by_service=True))
    assert done.outcome is Outcome.FAILED
    assert "libobjc" in done.detail
