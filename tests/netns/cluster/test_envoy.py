"""The real Envoy and its rules: what matches, how they change under load, what becomes of it when it is hurt."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from helper.protocol.intercepts import HeaderMatch, MatchKind, PortMap, Verdict
from helper.wire.sidecar_messages import Rule
from tests.netns.cluster.envoy_lab import CLIENT4, OTHER4, POD4, POD6, EnvoyLab, catch_all, envoy_lab, header, rule
from tests.netns.cluster.envoy_servers import LOCAL_PORT, PORT, SERVER_FIRST_PORT, TLS_PORT

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")

EXACT, PREFIX, REGEX, PRESENT = MatchKind.EXACT, MatchKind.PREFIX, MatchKind.REGEX, MatchKind.PRESENT
UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
CLIENTS = 8
PATIENCE_S = 10.0

# Headers and path of the rule, requests that it takes, requests that it leaves: see `asked`.
Case = tuple[list[tuple[str, MatchKind, str]], str, list[str], list[str]]
USERS: list[Case] = [
    (
        [("x-user", EXACT, "alice")],
        "",
        ["X-User: alice", "x-user:alice", "X-User: bob|X-User: alice"],
        ["X-User: Alice", "", "X-Use: alice", "X-User: alice, bob"],
    ),
    ([("x-user", EXACT, "")], "", ["X-User:"], ["X-User: a", ""]),
    ([("x-user", EXACT, 'a b;c="d"\\ü')], "", ['X-User: a b;c="d"\\Ã¼'], ["X-User: a b"]),
    ([("x-user", EXACT, "x" * 1024)], "", ["X-User: " + "x" * 1024], ["X-User: " + "x" * 1023]),
    ([("x-user", EXACT, "a\n\0b")], "", [], ["X-User: a"]),
    ([("x-user", PREFIX, "al")], "", ["X-User: al", "X-User: alice"], ["X-User: a", "X-User: xal", ""]),
    ([("x-user", PREFIX, "")], "", ["X-User: anyone"], [""]),
    ([("x-user", REGEX, "al.*|bob")], "", ["X-User: alice", "X-User: bob"], ["X-User: xal", "X-User: bobby", ""]),
    ([("x-user", REGEX, "")], "", ["X-User:"], ["X-User: a", ""]),
    ([("x-user", REGEX, "(?i)alice")], "", ["X-User: ALICE"], ["X-User: bob"]),
    ([("x-id", REGEX, UUID)], "", ["X-Id: 00000000-1111-2222-3333-444444444444"], ["X-Id: 0"]),
    ([("x-user", PRESENT, "")], "", ["X-User: alice", "X-User:"], [""]),
    ([("x-a", EXACT, "1"), ("x-b", EXACT, "2")], "", ["X-A: 1|X-B: 2"], ["X-A: 1", "X-B: 2", "X-A: 1|X-B: 3"]),
    ([("cookie", REGEX, "(.*; ?)?user=alice(;.*)?")], "", ["Cookie: a=1; user=alice; b=2"], ["Cookie: user=alicia"]),
]
PSEUDO: list[Case] = [
    ([("host", PREFIX, "reviews")], "", [""], []),
    ([("host", EXACT, "reviews")], "", [], [""]),
    ([(":method", EXACT, "PUT")], "", ["PUT /"], ["", "POST /"]),
    ([(":path", PREFIX, "/a")], "", ["GET /ab", "GET /a?b"], ["GET /b"]),
    ([(":no-such", PRESENT, "")], "", [], [""]),
]
PATHS: list[Case] = [
    (
        [],
        "/api",
        ["GET /api", "GET /api/", "GET /api/x", "GET /api?x"],
        ["GET /apis", "GET /", "GET /x/api", "GET /API"],
    ),
    ([], "/api/", ["GET /api", "GET /api/x"], ["GET /apis"]),
    ([], "/a", ["GET /a/b"], ["GET /ab"]),
    ([], "/", ["GET /", "GET /x", "GET /?x"], []),
    ([], "//", ["GET /x"], []),
    ([], "/café", ["GET /caf%C3%A9/1"], ["GET /cafe"]),
    ([], "/a?b", ["GET /a%3Fb"], ["GET /a?b", "GET /a"]),
    ([], "/a#b", ["GET /a%23b"], ["GET /a"]),
    ([], "/a b", [], ["GET /a"]),
    ([("x-user", EXACT, "alice")], "/api", ["GET /api/1|X-User: alice"], ["GET /api/1", "X-User: alice"]),
]
MATCHES = [*USERS, *PSEUDO, *PATHS]


async def asked(lab: EnvoyLab, words: str) -> str:
    """Who answers. `words`: header lines, and "METHOD /path" where it is not GET /."""
    lines = [line for line in words.split("|") if line]
    method, path = "GET", "/"
    if lines and lines[0].split(" ")[0] in ("GET", "PUT", "POST"):
        method, path = lines.pop(0).split(" ")
    return (await lab.ask(*lines, path=path, method=method)).who


@pytest.mark.parametrize("number", range(len(MATCHES)))
async def test_what_a_rule_takes(tmp_path: Path, number: int) -> None:
    headers, path, takes, leaves = MATCHES[number]
    async with envoy_lab(tmp_path) as lab:
        applied = await lab.set(rule(1, *(HeaderMatch(name, kind, value) for name, kind, value in headers), path=path))
        assert (applied.trouble, applied.refused) == ("", ())
        assert {words: await asked(lab, words) for words in takes} == dict.fromkeys(takes, "laptop")
        assert {words: await asked(lab, words) for words in leaves} == dict.fromkeys(leaves, "pod")


async def test_the_first_rule_wins_and_one_without_a_match_comes_last(tmp_path: Path) -> None:
    async with envoy_lab(tmp_path) as lab:
        wide, narrow = rule(1, header("x-user=a", PREFIX)), rule(2, header("x-user=alice"), address=OTHER4)
        await lab.set(wide, narrow)
        assert await asked(lab, "X-User: alice") == "laptop"
        await lab.set(narrow, wide, catch_all(3))
        assert await asked(lab, "X-User: alice") == "other"
        assert await asked(lab, "X-User: anna") == "laptop"
        assert await asked(lab, "X-User: bob") == "laptop", "by the proxy of everything"
        await lab.set(narrow)
        assert await asked(lab, "X-User: anna") == "pod"


async def test_every_regular_expression_that_is_refused_is_named_and_all_others_are_in_force(tmp_path: Path) -> None:
    bad = ["(", "a**", "(?=a)", "[z-a]", "\\1", "(((a{1,100}){1,100}){1,100})"]
    async with envoy_lab(tmp_path) as lab:
        good = rule(1, header("x-user=alice")), rule(2, header("x-user=b.b", REGEX), address=OTHER4)
        await lab.set(*good)
        culprits = [rule(10 + number, HeaderMatch("x-user", REGEX, text)) for number, text in enumerate(bad)]
        applied = await lab.set(culprits[0], good[0], *culprits[1:], good[1])
        assert set(applied.refused) == {culprit.intercept_id for culprit in culprits}
        assert "owner10" in applied.trouble
        assert [await asked(lab, f"X-User: {name}") for name in ("alice", "bob", "carol")] == ["laptop", "other", "pod"]
        late = rule(3, header("x-user=carol"))
        assert len((await lab.set(*culprits, *good, late)).refused) == len(bad)
        assert await asked(lab, "X-User: carol") == "laptop", "what comes later is taken beside them"
        assert await lab.set(*good) == applied.__class__(lab.generation)


async def test_a_bad_rule_that_is_the_first_of_all(tmp_path: Path) -> None:
    async with envoy_lab(tmp_path) as lab:
        applied = await lab.set(rule(1, header("x-user=(", REGEX)), rule(2, header("x-user=alice")))
        assert applied.refused == (f"{1:012x}",)
        assert await asked(lab, "X-User: alice") == "laptop"


_DAWDLED_S = 0.4
"""Who says nothing for half a second is taken for a client of a server that speaks first. A busy machine makes such."""


class Load:
    """Requests of several clients on connections that stay open. Each says who should answer, and counts who did."""

    def __init__(self, lab: EnvoyLab, *, keep_alive: bool) -> None:
        self._lab = lab
        self._keep_alive = keep_alive
        self.answers: Counter[tuple[str, str]] = Counter()
        self.failures: list[str] = []

    async def run(self, number: int) -> None:
        user = ("alice", "nobody")[number % 2]
        host = (POD4, POD6)[number // 2 % 2]
        while True:
            began = time.monotonic()
            connection = await self._lab.open(host=host)
            try:
                if time.monotonic() - began > _DAWDLED_S:
                    continue
                for _ in range(1000 if self._keep_alive else 1):
                    who = (await connection.ask(f"X-User: {user}", "X-Load: 1")).who
                    self.answers[user, who.split(" ")[0]] += 1
                    if who not in ("laptop", "pod", "other"):
                        self.failures.append(who)
                    await asyncio.sleep(0.001)
            except (OSError, EOFError) as error:
                self.failures.append(repr(error))
            finally:
                connection.close()


@asynccontextmanager
async def under_load(lab: EnvoyLab, *, keep_alive: bool) -> AsyncIterator[Load]:
    load = Load(lab, keep_alive=keep_alive)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(load.run(number)) for number in range(CLIENTS)]
        try:
            yield load
        finally:
            for task in tasks:
                task.cancel()


@pytest.mark.parametrize("keep_alive", [True, False], ids=["kept-alive", "new-connections"])
async def test_changes_under_load_lose_no_request(tmp_path: Path, keep_alive: bool) -> None:
    mine, others = rule(1, header("x-user=alice")), [rule(n, header(f"x-user=u{n}")) for n in range(10, 30)]
    async with envoy_lab(tmp_path) as lab:
        await lab.set(mine)
        times = []
        async with under_load(lab, keep_alive=keep_alive) as load:
            for step in range(30):
                rules: list[Rule] = [mine, *others[: step % 20]]
                if step % 3 == 1:
                    rules.append(catch_all(0xAA, address=OTHER4))
                if step % 3 == 2:
                    rules[0] = rule(
                        1, header("x-user=alice"), ports=(PortMap(PORT, LOCAL_PORT), PortMap(TLS_PORT, 8443))
                    )
                if step == 20:
                    rules.append(rule(0xBB, header("x-user=b"), ports=(PortMap(SERVER_FIRST_PORT, 8306),)))
                if step % 7 == 3:
                    rules[0] = rule(1, header("x-user=alice"), address=OTHER4)
                began = time.monotonic()
                assert not (await lab.set(*rules)).trouble
                times.append(time.monotonic() - began)
                await asyncio.sleep(0.05)
        assert load.failures == []
        assert {user for user, _ in load.answers} == {"alice", "nobody"}
        assert not load.answers["alice", "pod"]
        assert sorted(times)[len(times) // 2] < 0.2


async def test_a_change_is_in_force_when_it_is_said_to_be(tmp_path: Path) -> None:
    async with envoy_lab(tmp_path) as lab:
        connection = await lab.open() if await lab.set(rule(1, header("x-user=nobody"))) else None
        assert connection is not None
        for step in range(60):
            user = f"u{step}"
            assert (await connection.ask(f"X-User: {user}")).who == "pod"
            await lab.set(rule(step + 2, header(f"x-user={user}"), address=OTHER4))
            assert (await connection.ask(f"X-User: {user}")).who == "other"
            if step % 20 == 0:
                # A port that is new: connections to it are known at once, too.
                port = (SERVER_FIRST_PORT, TLS_PORT, PORT)[step // 20]
                await lab.set(rule(step + 2, header(f"x-user={user}"), ports=(PortMap(port, LOCAL_PORT),)))
                if port == SERVER_FIRST_PORT:
                    assert (await lab.ask(f"X-User: {user}", port=port)).who == "laptop"
        connection.close()


async def test_a_laptop_whose_port_changes_is_missed_by_nobody(tmp_path: Path) -> None:
    """The same rule with another local port: routes that lead to the old one still do for a moment."""
    async with envoy_lab(tmp_path) as lab:
        await lab.set(rule(1, header("x-user=alice")))
        async with under_load(lab, keep_alive=True) as load:
            for step in range(20):
                local = (LOCAL_PORT, 8443)[step % 2]
                address, mapped = (
                    ("198.19.1.1", PortMap(PORT, LOCAL_PORT)) if step % 2 else (OTHER4, PortMap(PORT, local))
                )
                await lab.set(rule(1, header("x-user=alice"), address=address, ports=(mapped, PortMap(local, local))))
                await asyncio.sleep(0.02)
        assert [text for text in load.failures if "no cluster" in text or "NC" in text] == []


async def until(test: Callable[[], bool]) -> float:
    began = time.monotonic()
    async with asyncio.timeout(PATIENCE_S):
        while not test():  # noqa: ASYNC110 - a process is looked at from outside
            await asyncio.sleep(0.005)
    return time.monotonic() - began


async def test_killed_envoy_is_noticed_at_once_and_comes_again_with_its_rules(tmp_path: Path) -> None:
    async with envoy_lab(tmp_path) as lab:
        await lab.set(rule(1, header("x-user=alice")), rule(2, header("x-user=(", REGEX)))
        assert lab.mesh.serving
        for _ in range(2):
            lab.changes.clear()
            os.kill(lab.pid, signal.SIGKILL)
            assert await until(lambda: not lab.mesh.serving) < 0.3
            await until(lambda: lab.mesh.serving)
            assert lab.changes == [False, True]
            assert await asked(lab, "X-User: alice") == "laptop"
            assert (await lab.set(rule(1, header("x-user=alice")), rule(2, header("x-user=(", REGEX)))).refused


async def test_stopped_envoy_is_noticed_and_forgiven(tmp_path: Path) -> None:
    async with envoy_lab(tmp_path) as lab:
        await lab.set(rule(1, header("x-user=alice")))
        os.kill(lab.pid, signal.SIGSTOP)
        assert await until(lambda: not lab.mesh.serving) < 3
        os.kill(lab.pid, signal.SIGCONT)
        await until(lambda: lab.mesh.serving)
        assert await asked(lab, "X-User: alice") == "laptop"


async def test_rules_that_come_while_it_is_down_are_in_force_when_it_is_up(tmp_path: Path) -> None:
    async with envoy_lab(tmp_path) as lab:
        await lab.set(rule(1, header("x-user=alice")))
        os.kill(lab.pid, signal.SIGKILL)
        await until(lambda: not lab.mesh.serving)
        await lab.set(rule(2, header("x-user=bob")))
        await until(lambda: lab.mesh.serving)
        assert [await asked(lab, f"X-User: {name}") for name in ("alice", "bob")] == ["pod", "laptop"]


async def test_a_rule_that_is_refused_does_not_disturb_those_in_force(tmp_path: Path) -> None:
    good = rule(1, header("x-user=al.*", REGEX))
    async with envoy_lab(tmp_path) as lab:
        await lab.set(good)
        async with under_load(lab, keep_alive=True) as load:
            for number in range(2, 10):
                assert (await lab.set(good, rule(number, header("x-user=(", REGEX)))).refused
        assert load.failures == []
        assert not load.answers["alice", "pod"]


async def test_closing_lets_requests_end_and_does_not_wait_for_idle_connections(tmp_path: Path) -> None:
    async with envoy_lab(tmp_path) as lab:
        await lab.set(rule(1, header("x-user=alice")))
        idle = await lab.open()
        assert (await idle.ask()).who == "pod"
        pid = lab.pid
        async with asyncio.TaskGroup() as group:
            slow = group.create_task(lab.ask("X-User: alice", path="/slow?1"))
            await asyncio.sleep(0.3)
            began = time.monotonic()
            await lab.mesh.close()
        assert slow.result().who == "laptop"
        assert time.monotonic() - began < 4
        assert not await asyncio.to_thread(Path(f"/proc/{pid}").exists)
        idle.close()


async def test_watched_requests_are_told(tmp_path: Path) -> None:
    mine = rule(1, header("x-user=alice"))
    async with envoy_lab(tmp_path) as lab:
        await lab.set(mine)
        await lab.ask(path="/unseen")
        await lab.set(mine, watched=True)
        began = time.time()
        await lab.ask("X-User: alice", path='/mine?a="b"&c=%00', method="PUT")
        await lab.ask(path="/others/" + "x" * 3000)
        await until(lambda: sum(batch.seen for batch in lab.batches) >= 2)
        first, second = (record for batch in lab.batches for record in batch.records)
        assert (first.method, first.path, first.host) == ("PUT", '/mine?a="b"&c=%00', "reviews:9080")
        assert (first.protocol, first.status, first.port) == ("HTTP/1.1", 200, PORT)
        assert (first.verdict, first.intercept_id) == (Verdict.LAPTOP, mine.intercept_id)
        assert began - 1 < first.time < time.time()
        assert 0 <= first.duration_s < 1
        assert (second.verdict, second.intercept_id, len(second.path)) == (Verdict.CLUSTER, "", 1024)
        lab.batches.clear()
        kept = await lab.open()
        answers = [await kept.ask(), await kept.ask("X-Odd: \xff", path='/%ff"\\'), await kept.ask(path="/\xff")]
        kept.close()
        assert [answer.status for answer in answers] == [200, 200, 400], "Envoy knows no such path"
        await until(lambda: sum(batch.seen for batch in lab.batches) >= 3)
        assert sum(len(batch.records) for batch in lab.batches) == 3, "whatever bytes there are in them"
        lab.batches.clear()
        await lab.set(mine)
        await lab.ask(path="/unseen")
        await asyncio.sleep(1)
        assert lab.batches == []


async def test_headers_of_watched_requests_are_told_as_the_rules_are_now(tmp_path: Path) -> None:
    async with envoy_lab(tmp_path) as lab:
        await lab.set(rule(1, header("x-user=alice")), watched=True)
        kept = await lab.open()
        sent = ("X-User: alice", "Accept: text/\xff", "Authorization: Bearer abc", "X-Team: blue", "Cookie: a=1")
        await kept.ask(*sent)
        await until(lambda: sum(batch.seen for batch in lab.batches) >= 1)
        await lab.set(rule(1, header("x-user=alice")), rule(2, header("x-team=red"), header("x-token=t")), watched=True)
        await kept.ask(*sent, "X-Token: secret")
        await until(lambda: sum(batch.seen for batch in lab.batches) >= 2)
        kept.close()
        first, second = (record for batch in lab.batches for record in batch.records)
        always = {"accept": "text/\xff", "authorization": "(hidden)", "cookie": "(hidden)", "x-forwarded-for": CLIENT4}
        assert dict(first.headers) == {"x-user": "alice", **always}
        assert dict(second.headers) == {"x-user": "alice", "x-team": "blue", "x-token": "(hidden)", **always}


async def test_thousands_of_requests_are_counted_and_some_are_told(tmp_path: Path) -> None:
    async with envoy_lab(tmp_path) as lab:
        await lab.set(rule(1, header("x-user=alice")), watched=True)
        argv = [
            "nsenter",
            f"--net=/proc/{os.getpid()}/fd/{lab.netns}",
            "wrk",
            "-t1",
            "-c8",
            "-d3s",
            f"http://{POD4}:{PORT}/",
        ]
        process = await asyncio.create_subprocess_exec(*argv, stdout=subprocess.PIPE)
        output, _ = await process.communicate()
        done = int(output.decode().split(" requests in")[0].split()[-1])
        await until(lambda: sum(batch.seen for batch in lab.batches) >= done)
        assert sum(batch.seen for batch in lab.batches) < done + 20, "those that wrk did not wait for"
        assert max(len(batch.records) for batch in lab.batches) == 100
