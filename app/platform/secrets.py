"""Texts that are kept in the desktop's keyring, and nowhere else: pasted kubeconfigs with the credentials in them.

Calls block: the keyring may ask its owner to unlock it. Backends that write to a file in clear are not used, whatever
keyring's own configuration says; where no other is left, `set` says so and nothing is kept.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from functools import partial
from typing import NoReturn, Protocol, TypeVar

SERVICE = "kubeferry"
"""Under which the keyring's own program lists what is ours."""

_TRUSTED = (
    "keyring.backends.SecretService",
    "keyring.backends.libsecret",
    "keyring.backends.kwallet",
    "keyring.backends.macOS",
    "keyring.backends.Windows",
)
"""They encrypt with the user's login. keyrings.alt has some that do not."""

PROMPT_S = 60.0
"""How long the keyring's owner has for its prompt, and a keyring that hangs to answer at all."""

T = TypeVar("T")


class KeyringUnavailable(Exception):
    """There is none, it stays locked, or it refuses. The text is for details."""


class SecretStore(Protocol):
    def get(self, name: str) -> str | None:
        """None: it keeps nothing of this name. Raises KeyringUnavailable."""

    def set(self, name: str, text: str) -> None:
        """Raises KeyringUnavailable; then nothing was kept."""

    def remove(self, name: str) -> None:
        """Nothing to remove is fine. Raises KeyringUnavailable."""


class _Backend(Protocol):
    def get_password(self, service: str, username: str) -> str | None: ...

    def set_password(self, service: str, username: str, password: str) -> None: ...

    def delete_password(self, service: str, username: str) -> None: ...


class DesktopKeyring:
    """The real one: Secret Service, KWallet, macOS Keychain, by the package `keyring`, read when it is first needed."""

    def get(self, name: str) -> str | None:
        return _asked(lambda: _trusted_backend().get_password(SERVICE, name))

    def set(self, name: str, text: str) -> None:
        _asked(lambda: _trusted_backend().set_password(SERVICE, name, text))

    def remove(self, name: str) -> None:
        def act() -> None:
            backend = _trusted_backend()
            if backend.get_password(SERVICE, name) is not None:
                backend.delete_password(SERVICE, name)

        _asked(act)


def _asked(act: Callable[[], T]) -> T:
    """Does it in a thread that the end of the program does not wait for: a prompt may stay open for hours."""
    answers: queue.SimpleQueue[Callable[[], T]] = queue.SimpleQueue()

    def work() -> None:
        try:
            found = act()
        except KeyringUnavailable as error:
            answers.put(partial(_raise, str(error)))
        except Exception as error:  # noqa: BLE001  (backends raise what their libraries raise)
            # Its name alone: the text could quote the secret.
            answers.put(partial(_raise, type(error).__name__))
        else:
            answers.put(lambda: found)

    threading.Thread(target=work, name="keyring", daemon=True).start()
    try:
        answer = answers.get(timeout=PROMPT_S)
    except queue.Empty:
        raise KeyringUnavailable(f"it did not answer within {PROMPT_S:.0f} s") from None
    return answer()


def _raise(words: str) -> NoReturn:
    raise KeyringUnavailable(words)


def _trusted_backend() -> _Backend:
    import keyring
    from keyring.backends.chainer import ChainerBackend

    chosen = keyring.get_keyring()
    every = list(chosen.backends) if isinstance(chosen, ChainerBackend) else [chosen]
    for backend in every:
        if type(backend).__module__.startswith(_TRUSTED):
            found: _Backend = backend
            return found
    raise KeyringUnavailable("no keyring of the desktop was found")
