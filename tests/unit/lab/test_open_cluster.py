"""Which cluster the tests run on is the environment's choice."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.lab import cluster as module
from tests.lab import engine_cluster
from tests.lab.engine_cluster import ENGINES, address_of, at_container

CONFIG = """\
apiVersion: v1
clusters:
- {name: c, cluster: {server: "https://127.0.0.1:41234"}}
contexts:
- {name: c, context: {cluster: c, user: u}}
current-context: c
users: []
"""


class Opened(Exception):
    pass


@pytest.fixture(autouse=True)
def _nothing_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (module.EXTERNAL, module.ENGINE, module.KIT, module.KIT_FOLDER):
        monkeypatch.delenv(name, raising=False)

    def opened(name: str) -> type:
        def init(self: object, *arguments: object) -> None:
            raise Opened(name, *arguments)

        return type(name, (), {"__init__": init})

    monkeypatch.setattr(module, "OwnCluster", opened("own"))
    monkeypatch.setattr(module, "ScriptedCluster", opened("kit"))
    monkeypatch.setattr(engine_cluster, "EngineCluster", opened("engine"))


def chosen() -> tuple[object, ...]:
    with pytest.raises(Opened) as caught:
        module.open_cluster()
    return caught.value.args


def test_the_projects_own_where_the_kit_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(module.KIT, "")
    assert chosen() == ("own",)


def test_a_kit_that_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "up").touch()
    monkeypatch.setenv(module.KIT, str(tmp_path))
    assert chosen() == ("kit", tmp_path)


def test_a_kit_that_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(module.KIT, str(tmp_path))
    with pytest.raises(RuntimeError, match="has no script `up`; leave it empty"):
        module.open_cluster()


def test_a_kubeconfig_comes_before_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "config").write_text(CONFIG)
    monkeypatch.setenv(module.EXTERNAL, str(tmp_path / "config"))
    monkeypatch.setenv(module.ENGINE, "kind")
    opened = module.open_cluster()
    assert (opened.api_address, opened.api_port, opened.node) == ("127.0.0.1", 41234, None)


@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_comes_before_a_kit(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(module.ENGINE, name)
    monkeypatch.setattr("shutil.which", lambda program: f"/usr/bin/{program}")
    assert chosen() == ("engine", ENGINES[name])


@pytest.mark.parametrize(
    ("name", "words"), [("k3s", "is one of kind, k3d, minikube"), ("kind", "needs kind: install it")]
)
def test_an_engine_that_is_not_there(monkeypatch: pytest.MonkeyPatch, name: str, words: str) -> None:
    monkeypatch.setenv(module.ENGINE, name)
    monkeypatch.setattr("shutil.which", lambda program: None)
    with pytest.raises(RuntimeError, match=words):
        module.open_cluster()


def test_the_api_server_is_taken_by_its_containers_address() -> None:
    inspected = {"NetworkSettings": {"Networks": {"none": {"IPAddress": ""}, "kind": {"IPAddress": "172.18.0.2"}}}}
    text = at_container(f"WARN: something\n{CONFIG}", address_of(inspected), 6443)
    assert yaml.safe_load(text)["clusters"][0]["cluster"]["server"] == "https://172.18.0.2:6443"


@pytest.mark.parametrize("name", ENGINES)
def test_command_lines_are_filled_in(name: str) -> None:
    engine = ENGINES[name]
    for words in (engine.list_names, engine.create, engine.kubeconfig, engine.delete):
        assert not any("{" in word for word in engine.argv(words))
    assert "/x.tar" in engine.argv(engine.load, file="/x.tar")
