from __future__ import annotations

import asyncio
import datetime
import json
import os
import sys
import time
from pathlib import Path

import pytest

from app.domain.errors import ErrorCode, KubeferryError
from app.kube.exec_plugin import ExecCredential, exec_info, parse_exec_answer, run_exec_plugin
from app.kube.kubeconfig import ClusterEntry, ExecEntry, ExecEnv

V1 = "client.authentication.k8s.io/v1"
V1BETA1 = "client.authentication.k8s.io/v1beta1"
CLUSTER = ClusterEntry(server="https://c:6443", tls_server_name="name", proxy_url="http://p")


def _plugin(script: str, **more: object) -> ExecEntry:
    fields = {"command": sys.executable, "api_version": V1, "args": ["-c", script], **more}
    return ExecEntry(**fields)  # type: ignore[arg-type]


def _answer(version: str = V1, **status: str) -> str:
    return json.dumps({"apiVersion": version, "kind": "ExecCredential", "status": status})


async def _run(plugin: ExecEntry, timeout_s: float = 20.0) -> ExecCredential:
    return await run_exec_plugin(plugin, CLUSTER, "https://c:6443", "CA", os.environ, timeout_s=timeout_s)


@pytest.mark.parametrize("version", [V1, V1BETA1])
async def test_token(version: str) -> None:
    answer = _answer(version, token="SECRET", expirationTimestamp="2030-01-02T03:04:05Z")
    credential = await _run(_plugin(f"print({answer!r})", api_version=version))
    assert credential.token == "SECRET"
    assert credential.expires_at == datetime.datetime(2030, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)
    assert "SECRET" not in repr(credential)


async def test_environment_and_info_reach_the_command() -> None:
    script = (
        "import json,os; i=json.loads(os.environ['KUBERNETES_EXEC_INFO']);"
        "assert i['spec']['interactive'] is False; c=i['spec']['cluster'];"
        "assert c['server']=='https://c:6443' and c['tls-server-name']=='name' and c['proxy-url']=='http://p', c;"
        "assert c['certificate-authority-data']=='Q0E=';"
        f"print(json.dumps(dict(apiVersion={V1!r},kind='ExecCredential',status=dict(token=os.environ['OWN']))))"
    )
    plugin = _plugin(script, env=[ExecEnv("OWN", "value")], provide_cluster_info=True)
    assert (await _run(plugin)).token == "value"


def test_cluster_is_told_only_when_asked_for() -> None:
    assert "cluster" not in json.loads(exec_info(_plugin(""), CLUSTER, "https://c", None))["spec"]


async def test_missing_command_has_its_hint() -> None:
    plugin = ExecEntry(command="kubeferry-no-such-login", api_version=V1, install_hint=" Get it at example.com.\n")
    with pytest.raises(KubeferryError) as failure:
        await _run(plugin)
    assert failure.value.code is ErrorCode.LOGIN_COMMAND_MISSING
    expected = {"command": "kubeferry-no-such-login", "hint": "Get it at example.com."}
    assert dict(failure.value.params) == expected


async def test_not_executable(tmp_path: Path) -> None:
    path = tmp_path / "login"
    path.write_text("#!/bin/sh\n")
    with pytest.raises(KubeferryError) as failure:
        await _run(ExecEntry(command=str(path), api_version=V1))
    assert failure.value.code is ErrorCode.LOGIN_COMMAND_MISSING


async def test_failure_tells_the_last_lines_of_stderr() -> None:
    script = "import sys; [print(f'line {i}', file=sys.stderr) for i in range(20)]; sys.exit(3)"
    with pytest.raises(KubeferryError) as failure:
        await _run(_plugin(script))
    assert failure.value.code is ErrorCode.LOGIN_COMMAND_FAILED
    assert failure.value.params["problem"] == "it ended with exit code 3"
    assert failure.value.detail == "\n".join(f"line {i}" for i in range(15, 20))


async def test_a_signal_is_named() -> None:
    with pytest.raises(KubeferryError) as failure:
        await _run(_plugin("import os; os.kill(os.getpid(), 9)"))
    assert failure.value.params["problem"] == "it was ended by SIGKILL"


async def test_timeout_ends_the_command_and_its_children(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    script = f"sleep 600 & echo $! > {pid_file}.new; mv {pid_file}.new {pid_file}; wait"
    plugin = ExecEntry(command="sh", api_version=V1, args=["-c", script])
    with pytest.raises(KubeferryError) as failure:
        await _run(plugin, timeout_s=1.0)
    assert "did not end" in failure.value.params["problem"]
    child = int(pid_file.read_text())
    deadline = time.monotonic() + 5
    while _alive(child):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


def _alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().split()[2]
    except FileNotFoundError:
        return False


async def test_a_plugin_that_wants_a_terminal_is_refused() -> None:
    with pytest.raises(KubeferryError) as failure:
        await _run(_plugin("", interactive_mode="Always"))
    assert "terminal" in failure.value.params["problem"]


async def test_unknown_version() -> None:
    with pytest.raises(KubeferryError) as failure:
        await _run(_plugin("", api_version="client.authentication.k8s.io/v1alpha1"))
    assert "v1alpha1" in failure.value.params["problem"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("SECRET not json", "not an ExecCredential"),
        ("[]", "not an ExecCredential"),
        (json.dumps({"kind": "ExecCredential", "apiVersion": V1}), "with a status"),
        (_answer(V1BETA1, token="SECRET"), "v1beta1"),
        (_answer(), "neither"),
        (_answer(token=""), "neither"),
        (_answer(clientCertificateData="c"), "without its key"),
        (_answer(clientKeyData="SECRET", token="t"), "without its certificate"),
        (_answer(token="SECRET", expirationTimestamp="tomorrow"), "RFC 3339"),
        (_answer(token="SECRET", expirationTimestamp="2030-01-01T00:00:00"), "RFC 3339"),
        ("x" * (1 << 21), "too long"),
    ],
)
def test_unusable_answers(answer: str, words: str) -> None:
    with pytest.raises(KubeferryError) as failure:
        parse_exec_answer(_plugin(""), answer.encode())
    assert failure.value.code is ErrorCode.LOGIN_COMMAND_FAILED
    assert words in failure.value.params["problem"]
    assert "SECRET" not in str(failure.value)


def test_certificate() -> None:
    credential = parse_exec_answer(_plugin(""), _answer(clientCertificateData="C", clientKeyData="K").encode())
    assert (credential.token, credential.certificate_pem, credential.key_pem) == (None, "C", "K")
