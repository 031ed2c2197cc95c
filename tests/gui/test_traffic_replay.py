"""Replays against real sockets of this machine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.controllers.replay import BODY_LIMIT, ReplayController, send, sent_headers
from app.controllers.scope import Scope
from app.controllers.traffic_views import ReplayAnswer, ReplayTrouble, ReplayWish
from app.domain.requests import HIDDEN
from app.ui.theme import Theme
from app.ui.traffic.replay_dialog import ReplayDialog
from app.ui.traffic.replay_target import replay_port, replay_problem
from tests.gui.accessible import nameless
from tests.gui.test_controllers import Heard
from tests.gui.traffic_data import RATINGS, laptop_row, mesh, request_row

Serve = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Answer: yes\r\n\r\nhi"


@asynccontextmanager
async def _program(serve: Serve | bytes) -> AsyncIterator[tuple[int, list[bytes]]]:
    """What a developer's program is: it listens on loopback."""
    heard: list[bytes] = []
    writers: list[asyncio.StreamWriter] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        with suppress(OSError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            lengths = [int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")]
            heard.append(head + await reader.readexactly(sum(lengths)))
            if isinstance(serve, bytes):
                writer.write(serve)
            else:
                await serve(heard[-1], writer)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], heard
    await asyncio.sleep(0)
    for writer in writers:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


def _wish(port: int, **fields: object) -> ReplayWish:
    told: dict[str, object] = {"method": "GET", "path": "/a%20b?x=/../y", "host": "reviews:9080"}
    return ReplayWish(port, **{**told, **fields})  # type: ignore[arg-type]


async def test_the_request_goes_as_it_was() -> None:
    headers = (("x-user", "alice"), ("authorization", HIDDEN), ("content-length", "99"), ("Connection", "keep-alive"))
    async with _program(OK) as (port, heard):
        answer = await send(_wish(port, headers=headers))
    head = heard[0].decode().split("\r\n")
    assert head[0] == "GET /a%20b?x=/../y HTTP/1.1"
    assert sorted(line.lower() for line in head[1:] if line) == [
        "connection: close",
        "host: reviews:9080",
        "x-user: alice",
    ]
    assert (answer.status, answer.reason, answer.body, answer.trouble) == (200, "OK", b"hi", ReplayTrouble.NONE)
    assert ("x-answer", "yes") in answer.headers
    assert answer.duration_s > 0


async def test_a_body_goes_with_it() -> None:
    async with _program(OK) as (port, heard):
        await send(_wish(port, method="POST", body=b'{"a": 1}'))
        await send(_wish(port, method="POST"))
    assert heard[0].endswith(b'\r\n\r\n{"a": 1}')
    assert b"content-length: 0" in heard[1]


async def test_nothing_but_this_machine_is_ever_called(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[tuple[object, ...]] = []

    async def refuse(*where: object, **options: object) -> None:
        called.append((*where, options))
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(asyncio, "open_connection", refuse)
    for wish in (
        _wish(80, host="evil.example"),
        _wish(81, path="http://evil.example/"),
        _wish(82, path="//evil.example"),
    ):
        assert (await send(wish)).trouble is ReplayTrouble.REFUSED
    assert called == [("127.0.0.1", 80, {}), ("127.0.0.1", 81, {}), ("127.0.0.1", 82, {})]


async def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n"
    async with _program(moved) as (port, heard):
        answer = await send(_wish(port))
    assert (answer.status, len(heard)) == (302, 1)


async def test_of_a_long_body_the_beginning_is_read() -> None:
    async def serve(_request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (BODY_LIMIT * 4))

    async with _program(serve) as (port, _):
        answer = await send(_wish(port))
    assert (len(answer.body), answer.is_cut) == (BODY_LIMIT, True)


@pytest.mark.parametrize(
    ("said", "trouble"),
    [
        (b"", ReplayTrouble.BROKEN),
        (b"SSH-2.0-OpenSSH\r\n", ReplayTrouble.BROKEN),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi", ReplayTrouble.BROKEN),
    ],
)
async def test_what_is_no_answer(said: bytes, trouble: ReplayTrouble) -> None:
    async with _program(said) as (port, _):
        assert (await send(_wish(port))).trouble is trouble


async def test_nobody_listens() -> None:
    async with _program(OK) as (port, _):
        pass
    assert (await send(_wish(port))).trouble is ReplayTrouble.REFUSED


async def test_who_stands_at_a_breakpoint_is_not_waited_for_for_ever() -> None:
    async def never(_request: bytes, _writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.2)

    async with _program(never) as (port, _):
        assert (await send(_wish(port), timeout_s=0.05)).trouble is ReplayTrouble.TIMEOUT


@pytest.mark.parametrize("fields", [{"headers": (("a", "x\r\nb: y"),)}, {"headers": (("a", "→"),)}, {"path": "/ x"}])
async def test_what_cannot_be_written_as_http(fields: dict[str, object]) -> None:
    async with _program(OK) as (port, heard):
        assert (await send(_wish(port, **fields))).trouble is ReplayTrouble.INVALID
    assert not heard


def test_without_a_host_it_is_the_laptops() -> None:
    assert sent_headers(_wish(80, host=""))[0] == ("host", "127.0.0.1")


async def test_the_controller_tells_the_answer(qapp: QCoreApplication) -> None:
    async with Scope(lambda error: pytest.fail(str(error))) as scope, _program(OK) as (port, _):
        replay = ReplayController(scope)
        answered = Heard(replay.answered)
        replay.replay(_wish(port))
        assert (await answered.next()).status == 200
        replay.replay(_wish(port))
        replay.cancel()


def test_where_a_request_would_go() -> None:
    own, others = mesh(), mesh(mine=False, intercept_id="b" * 12, ports=("9080:7070",))
    assert replay_port(laptop_row(), (others, own)) == 8080
    second = mesh(intercept_id="c" * 12, ports=("9080:6060",))
    assert replay_port(laptop_row(), (second, own)) == 8080
    assert replay_port(request_row(), (second, own)) == 6060
    assert replay_port(laptop_row(), (others,)) is None
    assert replay_port(laptop_row(port=1), (mesh(ports=(), other_ports=True),)) == 1
    assert replay_port(laptop_row(), (mesh(RATINGS),)) is None
    assert "no port" in replay_problem(laptop_row(), ())
    assert "gRPC" in replay_problem(laptop_row(grpc_status=0), (own,))
    assert replay_problem(laptop_row(), (own,)) == ""


def _dialog(qtbot: QtBot, **fields: Any) -> tuple[ReplayDialog, list[ReplayWish]]:
    dialog = ReplayDialog(laptop_row(**fields), 8080)
    qtbot.addWidget(dialog)
    wishes: list[ReplayWish] = []
    dialog.send_asked.connect(wishes.append)
    return dialog, wishes


def _button(dialog: ReplayDialog) -> QPushButton:
    return next(one for one in dialog.findChildren(QPushButton) if one.isDefault())


def _editor(dialog: ReplayDialog, name: str) -> QPlainTextEdit:
    return next(one for one in dialog.findChildren(QPlainTextEdit) if one.accessibleName().startswith(name))


def _texts(dialog: ReplayDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel))


def test_the_dialog_sends_what_stands_in_it(theme: Theme, qtbot: QtBot) -> None:
    headers = (("x-user", "alice"), ("cookie", HIDDEN))
    dialog, wishes = _dialog(qtbot, method="POST", path="/a", headers=headers)
    assert nameless(dialog) == []
    assert "127.0.0.1:8080" in _texts(dialog)
    assert "cookie" in _texts(dialog)
    assert _editor(dialog, "Headers").toPlainText() == "x-user: alice"
    assert "not kept" in _editor(dialog, "Body").placeholderText()
    _editor(dialog, "Headers").setPlainText("x-user: alice\n\nCookie:  s=1 ")
    _editor(dialog, "Body").setPlainText("{}")
    _button(dialog).click()
    expected = ReplayWish(8080, "POST", "/a", "reviews:9080", (("x-user", "alice"), ("Cookie", "s=1")), b"{}")
    assert wishes == [expected]
    dialog.show_answer(ReplayAnswer(expected, 200, "OK", 0.01, (("content-type", "text/plain"),), b"hello", True))
    assert "200 OK" in _texts(dialog)
    assert "more than 5 B" in _texts(dialog)
    assert "hello" in _editor(dialog, "Answer").toPlainText()
    dialog.show_answer(ReplayAnswer(expected, 200, "OK", 0.01, (), b"\0\1"))
    assert "not text" in _editor(dialog, "Answer").toPlainText()


def test_a_get_has_no_body_and_a_line_without_a_colon_is_told(theme: Theme, qtbot: QtBot) -> None:
    dialog, wishes = _dialog(qtbot)
    assert not [one for one in dialog.findChildren(QPlainTextEdit) if one.accessibleName() == "Body"]
    _editor(dialog, "Headers").setPlainText("nonsense")
    _button(dialog).click()
    assert not wishes
    assert "no colon" in _texts(dialog)


@pytest.mark.parametrize("trouble", [one for one in ReplayTrouble if one is not ReplayTrouble.NONE])
def test_every_trouble_has_its_words(theme: Theme, qtbot: QtBot, trouble: ReplayTrouble) -> None:
    dialog, _ = _dialog(qtbot)
    before = _texts(dialog)
    dialog.show_answer(ReplayAnswer(ReplayWish(8080, "GET", "/", ""), trouble=trouble, detail="it broke"))
    assert len(_texts(dialog)) > len(before) + 20


def test_waiting_can_be_called_off(theme: Theme, qtbot: QtBot) -> None:
    dialog, _ = _dialog(qtbot)
    called_off: list[bool] = []
    dialog.call_off_asked.connect(lambda: called_off.append(True))
    button = _button(dialog)
    button.click()
    assert button.text() == "Call off"
    button.click()
    assert called_off == [True]
    button.click()
    dialog.reject()
    assert called_off == [True, True]
