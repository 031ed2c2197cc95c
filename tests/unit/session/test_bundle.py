"""The diagnostics bundle: no planted secret comes out, whatever it was planted in; and how the file is written."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import os
import stat
import tarfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.checks import Check, Verdict
from app.domain.errors import ErrorCode, KubeferryError
from app.platform.paths import session_log, state_dir
from app.session import bundle
from app.session import messages as m
from app.session.bundle import Content, packed, write_bundle
from app.session.bundle_sources import collect
from app.session.machine_facts import network_text
from tests.unit.kube.fake_api import Request, Write, fake_api
from tests.unit.session.test_cluster_link import Api, pod

TOKEN = "tok-4f9a8c7e6d5b"
PASSWORD = "correct horse battery"
KEY = base64.b64encode(b"-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIIrYSSNQFaA2Hwf1duRSxKtLYX5\n").decode()
EXEC_ENV = "exec-env-value-123"
CLIENT_ID = "0f" * 16
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJl"
SECRETS = (TOKEN, PASSWORD, KEY, EXEC_ENV, CLIENT_ID, JWT)


def opened(data: bytes) -> dict[str, str]:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        members = archive.getmembers()
        assert all(member.isfile() and member.mode == 0o600 for member in members)
        found = {}
        for member in members:
            file = archive.extractfile(member)
            assert file is not None
            found[member.name.removeprefix(f"{bundle.FOLDER}/")] = file.read().decode()
        return found


def assert_clean(files: dict[str, str], secrets: tuple[str, ...] = SECRETS) -> None:
    for name, text in files.items():
        for secret in secrets:
            assert secret not in text, f"{secret} is in {name}"


class LoggingApi(Api):
    """Its manager's log and status tell what they should not."""

    async def handle(self, request: Request, write: Write) -> None:
        if request.path.endswith("/log"):
            body = f"let in with Authorization: Bearer {TOKEN}\n{JWT}\nready\n".encode()
            await write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
            return
        await super().handle(request, write)


def kubeconfig(folder: Path, url: str) -> str:
    path = folder / "kubeconfig"
    exec_env = (
        f"exec: {{apiVersion: client.authentication.k8s.io/v1, command: aws, env: [{{name: K, value: {EXEC_ENV}}}]}}"
    )
    path.write_text(
        f"""
apiVersion: v1
kind: Config
current-context: test
contexts: [{{name: test, context: {{cluster: c, user: u, namespace: shop}}}}]
clusters: [{{name: c, cluster: {{server: "{url}"}}}}]
users:
- {{name: u, user: {{token: {TOKEN}, password: {PASSWORD}}}}}
- {{name: v, user: {{client-key-data: {KEY}}}}}
- {{name: w, user: {{{exec_env}}}}}
"""
    )
    return str(path)


def plant_everywhere() -> tuple[m.Snapshot, list[Check]]:
    """In free texts of every kind; none of these places says that what stands in it is secret."""
    (state_dir() / "client-id").write_text(CLIENT_ID + "\n")
    told = " and ".join(SECRETS)
    session_log().write_text(
        f"2026-11-25T19:17:40.123Z INFO app.session.runner Connecting -> Connected\nDEBUG it said {told}\n"
        f"-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n"
    )
    problem = m.ProblemInfo(ErrorCode.API_ERROR, {"server": f"https://me:{TOKEN}@host", "problem": told}, told)
    facts = m.Facts(context="test", namespace="shop", lease_id="5c7a9e0b2f31", subnets=("10.244.0.0/16",))
    status = m.Status(m.StateKind.DEGRADED, 1, problem=problem, left=(told,), facts=facts)
    return m.Snapshot(status, None, (m.Reconnect(1.0, 2.0, problem),)), [Check("login", Verdict.FAIL, told, told)]


async def test_no_planted_secret_comes_out_and_what_helps_does(tmp_path: Path) -> None:
    snapshot, checks = plant_everywhere()
    api = LoggingApi(pods=[pod("m-1")])
    api.pods[0]["metadata"]["annotations"] = {"note": TOKEN}
    api.pods[0]["spec"]["containers"][0]["env"] = [{"name": "X", "value": PASSWORD}]
    api.pods[0]["status"]["message"] = f"pulled with {JWT}"
    async with fake_api(api.handle) as server:
        data = await collect(None, kubeconfig(tmp_path, server.url), None, checks, snapshot)
    files = opened(data)
    assert_clean(files)
    assert "5c7a9e0b2f31" not in files["status.json"], "a lease's id goes as well"
    assert set(files) == {part.name for part in bundle.PARTS}
    for name in ("doctor.json", "status.json", "reconnects.json", "manager.json"):
        json.loads(files[name])
    assert "Connecting -> Connected" in files["session.log"]
    assert json.loads(files["status.json"])["facts"]["subnets"] == ["10.244.0.0/16"]
    assert json.loads(files["manager.json"])["pods"][0]["name"] == "m-1"
    assert "ready" in files["manager.log"]
    assert "does not serve: helper_not_running" in files["helper.txt"]
    assert all(part.name in files["README.txt"] for part in bundle.PARTS)


async def test_without_session_kubeconfig_and_log_it_is_still_a_bundle(tmp_path: Path) -> None:
    files = opened(await collect(None, str(tmp_path / "none"), None, (), None))
    assert json.loads(files["status.json"]) is None
    assert "no log" in files["session.log"]
    assert "problem" in json.loads(files["manager.json"])
    assert "kubeferry" in files["versions.txt"]
    assert "manager.log" not in files


async def test_a_cluster_that_does_not_answer_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent(request: Request, write: Write) -> None:
        await asyncio.get_running_loop().create_future()

    monkeypatch.setattr("app.session.bundle_sources.CLUSTER_S", 0.05)
    async with fake_api(silent) as server:
        files = opened(await collect(None, kubeconfig(tmp_path, server.url), None, (), None))
    assert "no answer" in files["manager.json"]


_PARTS = st.sampled_from([part for part in bundle.PARTS if part is not bundle.README])
_NOISE = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
_PLACES = st.sampled_from(
    ["Bearer {}", '{{"token": "{}"}}', "  password: {}", "https://u:{}@h/", "Cookie: a={}", "X_SECRET={}", "{}"]
)


@settings(
    max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(_PARTS, _NOISE, _PLACES, st.from_regex(r"[A-Za-z0-9]{16,40}", fullmatch=True), _NOISE)
def test_whatever_it_is_planted_in(part: bundle.Part, before: str, place: str, secret: str, after: str) -> None:
    if secret in before or secret in after:
        return
    text = f"{before}\n{place.format(secret)}\n{after}"
    files = opened(packed([Content(part, text)], [secret] if place == "{}" else []))
    assert_clean(files, (secret,))


def test_sizes_are_capped_and_the_end_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "MAX_FILE_BYTES", 20_000)
    monkeypatch.setattr(bundle, "MAX_BUNDLE_BYTES", 110_000)
    line = "x" * 99 + "\n"
    huge = Content(bundle.SESSION_LOG, line * 400 + "the last line\n")
    contents = [huge, *(Content(part, huge.text) for part in bundle.PARTS[3:])]
    files = opened(packed(contents))
    assert sum(len(text) for text in files.values()) <= bundle.MAX_BUNDLE_BYTES
    assert len(files["session.log"]) <= bundle.MAX_FILE_BYTES
    assert files["session.log"].startswith("[shortened")
    assert files["session.log"].endswith("the last line\n")
    assert set(files["session.log"].splitlines()[1:-1]) == {"x" * 99}, "whole lines"


def test_a_secret_at_the_cut_is_out_before_it_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "MAX_FILE_BYTES", 2_000)
    text = f"token: {TOKEN * 300}\n" + "y\n" * 900
    assert_clean(opened(packed([Content(bundle.SESSION_LOG, text)])), (TOKEN,))


def test_the_file_is_the_owners_and_whole(tmp_path: Path) -> None:
    path = tmp_path / "diag.tar.gz"
    path.write_bytes(b"older")
    os.chmod(path, 0o644)
    write_bundle(path, b"data")
    assert path.read_bytes() == b"data"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["diag.tar.gz"]


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    target, link = tmp_path / "precious", tmp_path / "diag.tar.gz"
    target.write_text("precious")
    link.symlink_to(target)
    with pytest.raises(KubeferryError) as refused:
        write_bundle(link, b"data")
    assert refused.value.code is ErrorCode.INVALID_OPTION
    assert "link" in refused.value.params["problem"]
    assert target.read_text() == "precious"
    assert link.is_symlink()


@pytest.mark.parametrize("name", ["there/is/no/such/folder.tar.gz", "folder"])
def test_what_cannot_be_written_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(KubeferryError) as refused:
        write_bundle(tmp_path / name, b"data")
    assert refused.value.params["problem"]


def test_a_disk_that_is_full_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("app.session.bundle.os.fsync", full)
    with pytest.raises(KubeferryError):
        write_bundle(tmp_path / "diag.tar.gz", b"data")
    assert os.listdir(tmp_path) == []


def test_the_machines_network_is_read_from_files(tmp_path: Path) -> None:
    files = {
        "proc/net/route": "Iface\tDestination\tGateway\tFlags\n"
        "eth0\t00000000\t0100000A\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
        "kubeferry0\t0000F40A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n",
        "proc/net/ipv6_route": f"fd{'0' * 30} 40 {'0' * 32} 00 {'0' * 32} 00000100 00000001 00000000 00000001 eth0\n",
        "proc/net/if_inet6": "fe80" + "0" * 27 + "1 02 40 20 80 eth0\n",
        "proc/net/fib_trie": "Local:\n  |-- 10.0.0.7\n    /32 host LOCAL\n  |-- 10.0.0.255\n    /32 link BROADCAST\n",
        "sys/class/net/eth0/operstate": "up\n",
        "sys/class/net/eth0/mtu": "1500\n",
        "sys/class/net/eth0/address": "02:00:00:00:00:01\n",
        "etc/resolv.conf": "nameserver 192.0.2.53\n",
        "etc/nsswitch.conf": "passwd: files\nhosts: files dns\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    told = network_text(tmp_path)
    for line in (
        "0.0.0.0/0 dev eth0 metric 100 via 10.0.0.1",
        "10.244.0.0/16 dev kubeferry0 metric 0",
        "fd00::/64 dev eth0 metric 256",
        "eth0 up mtu 1500 fe80::1/64",
        "== own addresses, IPv4\n10.0.0.7\n\n",
        "nameserver 192.0.2.53",
        "hosts: files dns",
    ):
        assert line in told
    assert "02:00:00" not in told, "an address of hardware identifies a machine and explains nothing"
    assert "cannot be read" in network_text(tmp_path / "nowhere")
