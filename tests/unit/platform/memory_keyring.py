"""A keyring in memory. The real one's choice of backend and its errors are tested in test_secrets."""

from __future__ import annotations

from app.platform.secrets import KeyringUnavailable


class MemoryKeyring:
    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.is_locked = False
        self.asked = 0
        """How often something was read."""

    def get(self, name: str) -> str | None:
        self.asked += 1
        self._require()
        return self.kept.get(name)

    def set(self, name: str, text: str) -> None:
        self._require()
        self.kept[name] = text

    def remove(self, name: str) -> None:
        self._require()
        self.kept.pop(name, None)

    def _require(self) -> None:
        if self.is_locked:
            raise KeyringUnavailable("it is locked")
