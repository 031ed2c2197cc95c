"""Arguments that cannot be meant, and commands that need a connection."""

from __future__ import annotations

import json

import pytest

from tests.unit.cli.connected_session import cli, connected
from tests.unit.session.fake_keeper import FakeKeeper
from tests.unit.session.running_session import running

pytestmark = pytest.mark.usefixtures("local_program")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("mesh", "deploy/reviews"), 10, "needs a --header or a --path"),
        (("mesh", "deploy/reviews", "--header", "alice"), 10, "name=value"),
        (("mesh", "reviews", "--path", "/"), 10, "deploy/reviews"),
        (("mesh", "job/reviews", "--path", "/"), 10, "Job"),
        (("proxy", "deploy/reviews", "--port", "0"), 10, "1 to 65535"),
        (("proxy", "deploy/reviews", "--only-ports"), 10, "no --port"),
        (("proxy",), 2, "WORKLOAD"),
        (("leave", "deploy/reviews", "--all"), 10, "named as well"),
        (("repair", "-n", "shop", "-A"), 10, "--namespace"),
    ],
)
async def test_what_cannot_be_meant(
    keeper: FakeKeeper, arguments: tuple[str, ...], code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with connected(keeper):
        assert await cli(*arguments) == code
    told = capsys.readouterr()
    assert words in told.err
    assert "Traceback" not in told.err
    assert keeper.asked == []


@pytest.mark.parametrize(
    "arguments",
    [("mesh", "deploy/reviews", "--path", "/"), ("proxy", "deploy/reviews"), ("leave", "--all"), ("traffic",)],
)
async def test_without_a_connection(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert await cli(*arguments, "-o", "json") == 3
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "not_connected"
    async with running():
        assert await cli(*arguments) == 3
    assert "kubeferry connect" in capsys.readouterr().err
