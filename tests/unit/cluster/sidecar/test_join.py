"""A sidecar tells its token to its own manager and to nobody else: the certificate is pinned."""

from __future__ import annotations

import ssl
from pathlib import Path

import msgspec
import pytest

from helper.cluster.api import MANAGER_TLS_NAME
from helper.cluster.manager.keys import ManagerKeys
from helper.cluster.sidecar.join import JoinMissing, read_join
from helper.protocol.intercepts import JoinConfig, Workload
from tests.netns.cluster.interception_lab import write_keys

WORKLOAD = Workload("Deployment", "shop", "reviews")


@pytest.fixture
def keys(tmp_path: Path) -> ManagerKeys:
    write_keys(tmp_path / "keys")
    return ManagerKeys.load(tmp_path / "keys")


@pytest.fixture
def folder(tmp_path: Path, keys: ManagerKeys) -> Path:
    made = tmp_path / "join"
    made.mkdir()
    ticket = keys.ticket(WORKLOAD, "0" * 16)
    (made / "token").write_text(ticket.token + "\n")
    (made / "manager.crt").write_text(ticket.certificate_pem)
    (made / "join.json").write_bytes(msgspec.json.encode(JoinConfig(("10.0.0.1",), 7071, WORKLOAD, "0" * 16)))
    return made


def shake_hands(client: ssl.SSLContext, server: ssl.SSLContext, name: str = MANAGER_TLS_NAME) -> None:
    """In memory. Raises ssl.SSLError of whoever is not content."""
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [client.wrap_bio(down, up, server_hostname=name), server.wrap_bio(up, down, server_side=True)]
    for _ in range(4):
        for end in list(ends):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
            ends.remove(end)
    assert ends == []


def test_its_own_manager(folder: Path, keys: ManagerKeys) -> None:
    shake_hands(read_join(folder).context, keys.context)


def test_another_manager_with_a_certificate_of_the_same_name(folder: Path, tmp_path: Path) -> None:
    write_keys(tmp_path / "other")
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(read_join(folder).context, ManagerKeys.load(tmp_path / "other").context)


def test_the_same_certificate_under_another_name(folder: Path, keys: ManagerKeys) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(read_join(folder).context, keys.context, "manager.example")


def test_the_authorities_of_the_system_count_for_nothing(folder: Path) -> None:
    context = read_join(folder).context
    assert len(context.get_ca_certs()) + context.cert_store_stats()["x509"] <= 2
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.minimum_version is ssl.TLSVersion.TLSv1_3


@pytest.mark.parametrize("name", ["token", "manager.crt", "join.json"])
@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe", b"{" * 1000])
def test_a_secret_that_is_not_whole(folder: Path, name: str, content: bytes | None) -> None:
    """The sidecar waits for a better one; a token that is wrong is the manager's to refuse."""
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content)
    if name == "token" and content in (b"", b"{" * 1000):
        assert read_join(folder).token == (content or b"").decode()
        return
    with pytest.raises(JoinMissing):
        read_join(folder)


def test_the_token_is_in_no_repr(folder: Path) -> None:
    join = read_join(folder)
    assert join.token
    assert join.token not in repr(join)
