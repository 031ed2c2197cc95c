import grp
import logging
import os
import pwd
import socket
from pathlib import Path
from types import SimpleNamespace

import pytest

from helper.daemon import actor
from helper.daemon.actor import Actor, Allowance, actor_of, allowed_users
from helper.daemon.process_times import process_started

SOMEBODY = Actor(pid=1, uid=54321, gid=54321)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "helper.toml"


def test_the_kernel_says_who_calls() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert actor_of(ours) == Actor(os.getpid(), os.getuid(), os.getgid(), process_started(os.getpid()))


def test_a_caller_that_has_gone_has_no_beginning() -> None:
    """Its number may be somebody else's by now."""
    path = f"\0kubeferry-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        child = os.fork()
        if child == 0:
            with socket.socket(socket.AF_UNIX) as sock:
                sock.connect(path)
                os._exit(0)
        accepted, _ = listener.accept()
        with accepted:
            os.waitpid(child, 0)
            assert actor_of(accepted).started is None


def test_before_linux_6_5_the_number_and_its_owner_must_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actor, "_SO_PEERPIDFD", 9999)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert actor_of(ours).started == process_started(os.getpid())
        monkeypatch.setattr(actor, "_owner", lambda pid: os.getuid() + 1)
        assert actor_of(ours).started is None


def test_root_is_allowed_and_a_stranger_is_not(config: Path) -> None:
    assert Allowance(config).allows(Actor(1, 0, 0))
    assert not Allowance(config, group="no-such-group").allows(SOMEBODY)


def test_members_of_the_group_are_allowed(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grp, "getgrnam", lambda name: SimpleNamespace(gr_gid=777))
    monkeypatch.setattr(pwd, "getpwuid", lambda uid: SimpleNamespace(pw_name="ada", pw_gid=1000))
    monkeypatch.setattr(os, "getgrouplist", lambda name, gid: [gid, 777] if name == "ada" else [gid])
    assert Allowance(config).allows(SOMEBODY)
    assert Allowance(config).allows(Actor(1, 5, 777))
    monkeypatch.setattr(os, "getgrouplist", lambda name, gid: [gid])
    assert not Allowance(config).allows(SOMEBODY)


def test_users_of_the_configuration_are_allowed(config: Path) -> None:
    config.write_text('allow_users = ["nobody", 54321]')
    config.chmod(0o644)
    assert Allowance(config).allows(SOMEBODY)
    assert Allowance(config).allows(Actor(1, pwd.getpwnam("nobody").pw_uid, 5))
    assert not Allowance(config).allows(Actor(1, 54322, 5))


@pytest.mark.parametrize("mode", [0o664, 0o646])
def test_a_file_that_others_may_write_does_not_count(config: Path, mode: int, caplog: pytest.LogCaptureFixture) -> None:
    config.write_text("allow_users = [54321]")
    config.chmod(mode)
    with caplog.at_level(logging.WARNING):
        assert allowed_users(config) == frozenset()
    assert "is ignored" in caplog.text


@pytest.mark.parametrize("text", ["allow_users = 5", "allow_users = [[]]", "allow_users =", "\x00"])
def test_a_broken_file_allows_nobody(config: Path, text: str, caplog: pytest.LogCaptureFixture) -> None:
    config.write_text(text)
    config.chmod(0o644)
    with caplog.at_level(logging.WARNING):
        assert allowed_users(config) == frozenset()
    assert "is ignored" in caplog.text


def test_a_file_without_users_allows_nobody(config: Path) -> None:
    config.write_text("")
    assert allowed_users(config) == frozenset()
