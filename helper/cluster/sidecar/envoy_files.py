"""The files that Envoy reads its configuration from: replaced whole, in an order in which nothing refers to nothing."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path

import msgspec

from helper.cluster.sidecar import envoy_config
from helper.cluster.sidecar.envoy_http import Config
from helper.wire.sidecar_messages import Rule

log = logging.getLogger(__name__)


class EnvoyFiles:
    """`ports` only grow: a listener that loses one would close connections that are none of its business."""

    def __init__(self, run_dir: Path, listen: tuple[str, int]) -> None:
        self._run_dir = run_dir
        self._listen = listen
        self._written: dict[str, bytes] = {}
        self._clusters: tuple[Rule, ...] = ()
        self.ports: frozenset[int] = frozenset()

    @property
    def bootstrap(self) -> Path:
        return self._run_dir / "bootstrap.json"

    def write_bootstrap(self) -> None:
        self._write("bootstrap.json", envoy_config.bootstrap(str(self._run_dir)))

    def write_clusters(self, rules: tuple[Rule, ...]) -> bool:
        """Those of the rules before stay for one more change: routes may still lead there. True: it is another file."""
        wanted = (*self._clusters, *rules)
        self._clusters = rules
        return self._write("cds.json", envoy_config.clusters(self.ports, wanted))

    def write_routes(self, port: int, rules: Iterable[Rule], without: frozenset[str]) -> bool:
        return self._write(f"rds-{port}.json", envoy_config.routes(port, rules, without=without))

    def write_listeners(self, rules: Iterable[Rule]) -> bool:
        config = envoy_config.listeners(self.ports, rules, run_dir=str(self._run_dir), listen=self._listen)
        return self._write("lds.json", config)

    def _write(self, name: str, config: Config) -> bool:
        """Raises OSError."""
        text = msgspec.json.encode(config)
        if self._written.get(name) == text:
            return False
        draft = self._run_dir / f".{name}"
        draft.write_bytes(text)
        draft.replace(self._run_dir / name)
        self._written[name] = text
        return True
