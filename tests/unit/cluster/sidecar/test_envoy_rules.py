"""Rules of which Envoy takes some; it is only imagined. The real one is in tests/netns/cluster/test_envoy.py."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from helper.cluster.sidecar.envoy_admin import AdminFailed, EnvoyAdmin
from helper.cluster.sidecar.envoy_files import EnvoyFiles
from helper.cluster.sidecar.envoy_rules import EnvoyRules
from helper.protocol.intercepts import HeaderMatch, HttpMatch, PortMap
from helper.wire.sidecar_messages import Rule

PORT = 9080
UNTAKEN = "what-envoy-does-not-take"


class ImaginedEnvoy(EnvoyAdmin):
    """Reads a file as soon as it is asked how far it is, and refuses every one with UNTAKEN in it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "nobody.sock")
        self._folder = folder
        self._read: dict[str, bytes] = {}
        self._counts: dict[str, int] = {}
        self.on_refusal: Callable[[], None] = lambda: None

    async def counters(self, pattern: str, timeout_s: float = 1.0) -> dict[str, int]:
        counted = pattern.removeprefix("^").removesuffix("[.]update_(success|rejected)$").replace("[.]", ".")
        file = {"cluster_manager.cds": "cds.json", "listener_manager.lds": "lds.json"}.get(counted, f"rds-{PORT}.json")
        names = {word: f"{counted}.update_{word}" for word in ("success", "rejected")}
        text = (self._folder / file).read_bytes()
        if self._read.get(file) != text:
            self._read[file] = text
            word = "rejected" if UNTAKEN.encode() in text else "success"
            self._counts[names[word]] = self._counts.get(names[word], 0) + 1
            if word == "rejected":
                self.on_refusal()
        return {name: self._counts.get(name, 0) for name in names.values()}


def rule(number: int, value: str) -> Rule:
    match = HttpMatch((HeaderMatch("x-user", value=value),))
    return Rule(f"{number:012x}", f"owner-{number}", f"198.19.1.{number}", match, (PortMap(PORT, 8080),))


GOOD, BAD, LATER = rule(1, "alice"), rule(2, UNTAKEN), rule(3, "carol")


@pytest.fixture
def envoy(tmp_path: Path) -> ImaginedEnvoy:
    return ImaginedEnvoy(tmp_path)


@pytest.fixture
def rules(tmp_path: Path, envoy: ImaginedEnvoy) -> EnvoyRules:
    return EnvoyRules(EnvoyFiles(tmp_path, ("127.0.0.1", 15690)), envoy)


async def test_one_that_is_not_taken_is_left_out_and_named(rules: EnvoyRules, tmp_path: Path) -> None:
    rules.wish((GOOD,))
    rules.write_all()
    await rules.deliver()
    assert rules.refused == {}
    rules.wish((GOOD, BAD, LATER))
    await rules.deliver()
    assert rules.refused == {BAD: "Envoy does not take the rule of owner-2"}
    routes = (tmp_path / f"rds-{PORT}.json").read_text()
    assert UNTAKEN not in routes
    assert "alice" in routes
    assert "carol" in routes


async def test_one_that_was_there_at_the_start_as_well(rules: EnvoyRules, tmp_path: Path) -> None:
    rules.wish((BAD, GOOD))
    rules.write_all()
    await rules.deliver()
    assert list(rules.refused) == [BAD]
    assert "alice" in (tmp_path / f"rds-{PORT}.json").read_text()


async def test_a_rule_that_goes_is_no_culprit_any_more(rules: EnvoyRules, envoy: ImaginedEnvoy) -> None:
    """Its laptop leaves while it is being tried."""
    rules.wish((GOOD,))
    rules.write_all()
    await rules.deliver()
    refusals = iter((lambda: None, lambda: rules.wish((GOOD, LATER))))
    envoy.on_refusal = lambda: next(refusals)()
    rules.wish((GOOD, rule(4, UNTAKEN + "-either"), BAD, LATER))
    await rules.deliver()
    assert rules.refused == {}


async def test_what_is_refused_as_a_whole_is_a_failure(rules: EnvoyRules, envoy: ImaginedEnvoy) -> None:
    rules.wish((GOOD,))
    rules.write_all()
    await rules.deliver()
    renamed = rule(5, "dora")
    rules.wish((Rule(renamed.intercept_id, UNTAKEN, f"{UNTAKEN}", renamed.match, renamed.ports),))
    with pytest.raises(AdminFailed, match="refuses the clusters"):
        await rules.deliver()
