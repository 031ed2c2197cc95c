"""What a demo has made or is about to make, written down before: build/demo/LAB.json."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import msgspec

from tests.lab.processes import ROOT

FOLDER = ROOT / "build" / "demo"


class Record(msgspec.Struct):
    """`ours`: the cluster was not there before. `namespaces`: of a cluster that was, those that were not."""

    ours: bool = False
    namespaces: tuple[str, ...] = ()

    @classmethod
    def loaded(cls) -> Record:
        """Empty when there is none, or none that can be read."""
        try:
            return msgspec.json.decode(_path().read_bytes(), type=cls)
        except (FileNotFoundError, msgspec.DecodeError):
            return cls()

    def save(self) -> None:
        path = _path()
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_bytes(msgspec.json.encode(self))
        fresh.replace(path)

    @staticmethod
    def lock() -> bool:
        """Held until this process ends; False: another demo of this name runs."""
        FOLDER.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(_path().with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        return True

    @staticmethod
    def remove() -> None:
        _path().unlink(missing_ok=True)


def _path() -> Path:
    return FOLDER / f"{os.environ['KUBEFERRY_LAB']}.json"
