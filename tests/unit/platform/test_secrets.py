from __future__ import annotations

import threading
from typing import Any

import keyring
import pytest
from keyring.backends import SecretService, chainer, fail, null

from app.platform import secrets
from app.platform.secrets import SERVICE, DesktopKeyring, KeyringUnavailable


class _Refusing(SecretService.Keyring):
    """Of the trusted module, so it is taken; it does what a locked or a broken Secret Service does."""

    priority = 5
    kept: dict[tuple[str, str], str] = {}  # noqa: RUF012
    error: Exception | None = None

    def _act(self) -> None:
        if self.error is not None:
            raise self.error

    def get_password(self, service: str, username: str) -> str | None:
        self._act()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._act()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._act()
        del self.kept[service, username]


_Refusing.__module__ = SecretService.__name__


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> _Refusing:
    backend = _Refusing()  # type: ignore[no-untyped-call]
    backend.kept = {}
    use(monkeypatch, backend)
    return backend


def use(monkeypatch: pytest.MonkeyPatch, backend: Any) -> None:
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)


def test_keeps_under_our_name(backend: _Refusing) -> None:
    DesktopKeyring().set("lab", "text")
    assert backend.kept == {(SERVICE, "lab"): "text"}
    assert DesktopKeyring().get("lab") == "text"
    DesktopKeyring().remove("lab")
    DesktopKeyring().remove("lab")
    assert DesktopKeyring().get("lab") is None


def test_an_error_never_quotes_the_secret(backend: _Refusing) -> None:
    backend.error = RuntimeError("could not store planted-secret")
    with pytest.raises(KeyringUnavailable) as raised:
        DesktopKeyring().set("lab", "planted-secret")
    assert "planted" not in str(raised.value)
    assert raised.value.__cause__ is None
    for action in (DesktopKeyring().get, DesktopKeyring().remove):
        with pytest.raises(KeyringUnavailable):
            action("lab")


@pytest.mark.parametrize("kind", [fail.Keyring, null.Keyring])
def test_no_keyring_and_a_keyring_that_forgets_are_none(monkeypatch: pytest.MonkeyPatch, kind: Any) -> None:
    use(monkeypatch, kind())
    with pytest.raises(KeyringUnavailable):
        DesktopKeyring().set("lab", "text")


def test_a_keyring_that_writes_in_clear_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    clear = type("PlaintextKeyring", (_Refusing,), {"__module__": "keyrings.alt.file"})()
    use(monkeypatch, clear)
    with pytest.raises(KeyringUnavailable):
        DesktopKeyring().set("lab", "text")


def test_of_several_the_first_trusted_one_is_used(monkeypatch: pytest.MonkeyPatch, backend: _Refusing) -> None:
    clear = type("PlaintextKeyring", (_Refusing,), {"__module__": "keyrings.alt.file", "kept": {}})()
    chain = chainer.ChainerBackend()  # type: ignore[no-untyped-call]
    monkeypatch.setattr(chainer.ChainerBackend, "backends", [clear, backend])
    use(monkeypatch, chain)
    DesktopKeyring().set("lab", "text")
    assert clear.kept == {}
    assert backend.kept == {(SERVICE, "lab"): "text"}


def test_a_keyring_that_hangs_is_waited_for_no_longer_than_a_prompt(
    monkeypatch: pytest.MonkeyPatch, backend: _Refusing
) -> None:
    let_go = threading.Event()
    monkeypatch.setattr(secrets, "PROMPT_S", 0.05)
    monkeypatch.setattr(backend, "get_password", lambda service, username: let_go.wait(5))
    with pytest.raises(KeyringUnavailable, match="did not answer"):
        DesktopKeyring().get("lab")
    let_go.set()
