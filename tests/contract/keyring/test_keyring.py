"""Our keyring on the real packages keyring and secretstorage, over a real D-Bus, to a Secret Service in memory."""

from __future__ import annotations

import gc
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import keyring
import pytest
from keyring.backends import SecretService

from app.kube.kubeconfig_sources import MAX_TEXT_BYTES
from app.platform.secrets import DesktopKeyring, KeyringUnavailable
from tests.contract.keyring.secret_service import READY

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
"""keyring 25.7 leaves its connection to the garbage collector where a call fails."""

REPOSITORY = Path(__file__).parents[3]
Start = Callable[..., None]


@contextmanager
def running(command: list[str]) -> Iterator[str]:
    """Yields its first line; ends it."""
    process = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(5)
        if process.stdout is not None:
            process.stdout.close()


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts a desktop's bus, with a Secret Service on it."""
    daemon = shutil.which("dbus-daemon")
    assert daemon is not None, "Debian package dbus-daemon"
    with ExitStack() as stack:
        address = stack.enter_context(running([daemon, "--session", "--nofork", "--print-address"]))
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)

        def begin(*options: str) -> None:
            command = [sys.executable, "-m", "tests.contract.keyring.secret_service", *options]
            assert stack.enter_context(running(command)) == READY
            monkeypatch.setattr(keyring, "get_keyring", SecretService.Keyring)

        yield begin
        gc.collect()


def test_what_is_kept_is_found_replaced_and_removed(start: Start) -> None:
    start()
    store = DesktopKeyring()
    assert store.get("lab") is None
    store.set("lab", "one")
    store.set("other", "two")
    store.set("lab", "中文: three\n")
    assert (store.get("lab"), store.get("other")) == ("中文: three\n", "two")
    store.remove("lab")
    store.remove("lab")
    assert (store.get("lab"), store.get("other")) == (None, "two")


def test_the_largest_text_that_is_taken_is_kept_whole(start: Start) -> None:
    start()
    text = "0123456789abcdef" * (MAX_TEXT_BYTES // 16)
    DesktopKeyring().set("large", text)
    assert DesktopKeyring().get("large") == text


def test_one_that_stays_locked_is_unavailable(start: Start) -> None:
    start("--locked")
    with pytest.raises(KeyringUnavailable):
        DesktopKeyring().set("lab", "planted-secret")
    with pytest.raises(KeyringUnavailable):
        DesktopKeyring().get("lab")


def test_a_bus_without_one_is_unavailable(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "get_keyring", SecretService.Keyring)
    with pytest.raises(KeyringUnavailable):
        DesktopKeyring().get("lab")
