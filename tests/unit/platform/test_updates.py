"""The check against a server on this machine, and how an installation is told from another."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from app.platform import install_origin
from app.platform.install_origin import Origin, installation
from app.platform.release_feed import FeedError, FeedFault
from app.platform.updates import NO_CHECK_VARIABLE, check, is_forbidden
from tests.unit.platform.test_release_feed import KEY, NOW, OTHER, envelope, payload


class _Handler(BaseHTTPRequestHandler):
    """Answers by path; `seen` has the requests' heads."""

    answers: ClassVar[dict[str, tuple[int, dict[str, str], bytes]]] = {}
    seen: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.seen.append(f"{self.path}\n{self.headers}")
        status, headers, body = self.answers.get(self.path, (404, {}, b""))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    _Handler.answers, _Handler.seen = {}, []
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{running.server_address[1]}"
        finally:
            running.shutdown()
            thread.join()


def ask(url: str) -> str | None:
    found = check(url, own="0.1.0", keys=[KEY.public_key()], now=NOW, timeout_s=5)
    return None if found.release is None else found.release.version


def fault_of(url: str) -> tuple[FeedFault, str]:
    with pytest.raises(FeedError) as error:
        ask(url)
    return error.value.fault, error.value.detail


def test_a_newer_one_and_none(server: str) -> None:
    _Handler.answers["/feed"] = (200, {}, envelope(payload("0.2.0"), KEY))
    assert ask(f"{server}/feed") == "0.2.0"
    _Handler.answers["/feed"] = (200, {}, envelope(payload("0.1.0"), KEY))
    assert ask(f"{server}/feed") is None


def test_the_request_tells_nothing_of_who_asks(server: str) -> None:
    _Handler.answers["/feed"] = (200, {}, envelope(payload(), KEY))
    ask(f"{server}/feed")
    (head,) = _Handler.seen
    names = {line.partition(":")[0].lower() for line in head.splitlines()[1:] if line}
    assert names == {"host", "user-agent", "accept", "accept-encoding", "connection"}
    assert "User-Agent: Kubeferry\n" in head.replace("\r", "")


def test_what_a_server_can_do_wrong(server: str) -> None:
    _Handler.answers["/other-key"] = (200, {}, envelope(payload("0.2.0"), OTHER))
    _Handler.answers["/tampered"] = (200, {}, envelope(payload("0.2.0"), KEY).replace(b"0.2.0", b"0.3.0"))
    _Handler.answers["/huge"] = (200, {}, b" " * 1_000_000)
    _Handler.answers["/leads-away"] = (302, {"Location": "http://example.com/feed"}, b"")
    _Handler.answers["/leads-to-file"] = (302, {"Location": "file:///etc/passwd"}, b"")
    assert fault_of(f"{server}/other-key") == (FeedFault.UNSIGNED, "")
    assert fault_of(f"{server}/tampered") == (FeedFault.UNSIGNED, "")
    assert fault_of(f"{server}/huge") == (FeedFault.NO_FEED, "")
    assert fault_of(f"{server}/nothing") == (FeedFault.STATUS, "404")
    assert fault_of(f"{server}/leads-away") == (FeedFault.NOT_HTTPS, "")
    assert fault_of(f"{server}/leads-to-file") == (FeedFault.STATUS, "302")
    assert len(_Handler.seen) == 6, "no second request was made"


def test_a_redirection_to_where_an_address_may_lead(server: str) -> None:
    _Handler.answers["/moved"] = (301, {"Location": f"{server}/feed"}, b"")
    _Handler.answers["/feed"] = (200, {}, envelope(payload("0.2.0"), KEY))
    assert ask(f"{server}/moved") == "0.2.0"


def test_nobody_there(server: str) -> None:
    fault, detail = fault_of("http://127.0.0.1:1/feed")
    assert (fault, detail) == (FeedFault.UNREACHABLE, "Connection refused")


def test_without_keys_nothing_is_fetched(server: str) -> None:
    with pytest.raises(FeedError) as error:
        check(f"{server}/feed", keys=[])
    assert error.value.fault is FeedFault.NO_KEY
    assert _Handler.seen == []


def test_an_administrators_word_counts() -> None:
    assert not is_forbidden({})
    assert is_forbidden({NO_CHECK_VARIABLE: "1"})


def _asks(**answers: str) -> install_origin.Ask:
    def ask(argv: Sequence[str]) -> str:
        return answers.get(argv[0].replace("-", "_"), "")

    return ask


LIBRARY = Path("/usr/lib/kubeferry/app/x")


@pytest.mark.parametrize(
    ("answers", "origin", "command"),
    [
        (
            {"dpkg_query": "kubeferry: /usr/lib/kubeferry/app/x\n"},
            Origin.DEBIAN,
            "sudo apt update && sudo apt install --only-upgrade kubeferry",
        ),
        ({"rpm": "kubeferry"}, Origin.RPM, "sudo dnf upgrade kubeferry"),
        ({"pacman": "kubeferry\n"}, Origin.ARCH, "sudo pacman -Syu"),
    ],
)
def test_package_managers(answers: dict[str, str], origin: Origin, command: str) -> None:
    found = installation(LIBRARY, {}, _asks(**answers))
    assert (found.origin, found.command) == (origin, command)


@pytest.mark.parametrize(
    ("path", "environ", "origin"),
    [
        ("/opt/homebrew/Cellar/kubeferry/0.1.0/lib/x", {}, Origin.HOMEBREW),
        ("/home/jo/.local/pipx/venvs/kubeferry/lib/x", {}, Origin.PIPX),
        ("/snap/kubeferry/4/x", {"SNAP": "/snap/kubeferry/4", "SNAP_NAME": "kubeferry"}, Origin.SNAP),
    ],
)
def test_other_ways(path: str, environ: dict[str, str], origin: Origin) -> None:
    found = installation(Path(path), environ, _asks())
    assert found.origin is origin
    assert found.command.endswith("kubeferry")


def test_a_source_tree_has_no_command() -> None:
    """These tests run from one, which pip installed as editable; the real package managers know nothing of it."""
    assert installation() == install_origin.Installation(Origin.FILES, "")
