"""`manager` and `doctor`: what is printed and returned; the work itself is tested in tests/contract/kube."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.cli import manager_work
from app.cli.manager import run_interruptibly
from app.cli.program import run
from app.domain.checks import Check, Verdict
from app.domain.errors import ErrorCode, KubeferryError
from app.domain.stages import Stage
from app.kube.manager_pods import ManagerPod
from app.kube.manager_uninstall import Uninstalled
from app.session.ports import Report

POD = ManagerPod("tools", "m-1", "uid", "manager:2", True, "")


def cli(*arguments: str) -> int:
    return run(list(arguments))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    asked: list[tuple[Any, ...]] = []

    async def install(*words: Any) -> ManagerPod:
        asked.append(words[:5])
        report: Report = words[5]
        report(Stage.WAITING_FOR_MANAGER, "its pod")
        return POD

    monkeypatch.setattr(manager_work, "install_manager_of", install)
    return asked


def test_install(asked: list[tuple[Any, ...]], capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    words = ("--manager-namespace", "tools", "--image", "manager:2", "--context", "c", "--kubeconfig", str(tmp_path))
    assert cli("manager", "install", *words) == 0
    assert asked == [("c", str(tmp_path), "tools", "manager:2", None)]
    told = capsys.readouterr()
    assert told.out == "The traffic manager runs in namespace tools.\n"
    assert "its pod" in told.err


def test_install_with_the_right_to_clear_up(asked: list[tuple[Any, ...]]) -> None:
    assert cli("manager", "install", "--reap-after", "24h") == 0
    assert asked[0][-1] == 86400
    assert cli("manager", "install", "--reap-after", "soon") == 10


def test_install_as_json(asked: list[tuple[Any, ...]], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli("manager", "install", "-o", "json") == 0
    told = capsys.readouterr()
    assert json.loads(told.out) == {"namespace": "tools", "pod": "m-1", "image": "manager:2"}
    assert told.err == ""


def test_a_failure_has_its_exit_code(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    async def install(*_: Any) -> ManagerPod:
        raise KubeferryError(ErrorCode.IMAGE_PULL_FAILED, image="manager:2", problem="not found")

    monkeypatch.setattr(manager_work, "install_manager_of", install)
    assert cli("manager", "install") == 20
    assert "manager:2" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("done", "words"),
    [
        (Uninstalled(False, False), ["There was no traffic manager in namespace tools."]),
        (Uninstalled(True, True), ["The traffic manager of namespace tools is gone."]),
        (Uninstalled(True, False, "configmaps/x"), ["tools is gone.", "The namespace stays: configmaps/x."]),
    ],
)
def test_uninstall(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], done: Uninstalled, words: list[str]
) -> None:
    async def uninstall(*_: Any) -> Uninstalled:
        return done

    monkeypatch.setattr(manager_work, "uninstall_manager_of", uninstall)
    assert cli("manager", "uninstall", "--manager-namespace", "tools") == 0
    told = capsys.readouterr().out
    assert all(word in told for word in words)
    assert cli("manager", "uninstall", "-o", "json") == 0
    assert json.loads(capsys.readouterr().out)["kept"] == done.kept


def test_the_manifest_is_yaml_and_privileged_in_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli("manager", "manifest", "--manager-namespace", "tools", "--image", "manager:2") == 0
    namespace, *_, deployment = yaml.safe_load_all(capsys.readouterr().out)
    assert (namespace["kind"], namespace["metadata"]["name"]) == ("Namespace", "tools")
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    assert container["image"] == "manager:2"
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"], "add": ["NET_ADMIN", "MKNOD", "NET_RAW"]}
    assert container["securityContext"]["privileged"] is False


def test_ctrl_c_waits_for_what_is_being_undone() -> None:
    undone: list[str] = []

    async def work() -> None:
        try:
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.get_running_loop().create_future()
        finally:
            await asyncio.sleep(0)
            undone.append("all")

    with pytest.raises(KeyboardInterrupt):
        run_interruptibly(work())
    assert undone == ["all"]


@pytest.mark.parametrize(("verdict", "code"), [(Verdict.OK, 0), (Verdict.WARN, 0), (Verdict.FAIL, 3)])
def test_doctor(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], verdict: Verdict, code: int
) -> None:
    async def check_all(*_: Any) -> list[Check]:
        return [Check("helper", Verdict.OK, "runs."), Check("rights", verdict, "as said.", "Ask for them.")]

    monkeypatch.setattr("app.session.checkup.check_all", check_all)
    assert cli("doctor") == code
    told = capsys.readouterr().out
    assert "ok    helper: runs." in told
    assert "-> Ask for them." in told
    assert cli("doctor", "-o", "json") == code
    told_json = json.loads(capsys.readouterr().out)
    assert told_json["ok"] is (code == 0)
    assert told_json["checks"][1]["verdict"] == verdict


def test_a_manifest_for_a_central_installation(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--keys", "without", "--pull-secret", "registry", "--for-group", "a", "--for-group", "b")
    assert cli("manager", "manifest", *words, "--in-namespace", "shop") == 0
    objects = {(o["kind"], o["metadata"].get("namespace")): o for o in yaml.safe_load_all(capsys.readouterr().out)}
    assert ("Secret", "kubeferry") not in objects
    pod = objects["Deployment", "kubeferry"]["spec"]["template"]["spec"]
    assert pod["imagePullSecrets"] == [{"name": "registry"}]
    assert [subject["name"] for subject in objects["RoleBinding", "shop"]["subjects"]] == ["a", "b"]


def test_the_keys_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli("manager", "manifest", "--keys", "only", "--manager-namespace", "tools") == 0
    (secret,) = yaml.safe_load_all(capsys.readouterr().out)
    assert (secret["kind"], secret["metadata"]["namespace"]) == ("Secret", "tools")


def test_where_to_intercept_needs_to_be_said_for_whom(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli("manager", "manifest", "--in-namespace", "shop") == 2
    assert "--for-group" in capsys.readouterr().err
