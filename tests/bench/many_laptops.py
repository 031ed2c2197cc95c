"""Many laptops with a rule each on every workload: lanes of one process, each with a socketpair in a TUN's place.

`python -m tests.bench.many_laptops COUNT`, a Task as JSON on the first line of standard input. Then, line by line:
    (at once)   declares everything and has tickets minted  -> {"tickets": [[workload, injection, ticket], ...]}
    settle      waits until every sidecar has every rule    -> {"took_s": ...}
    change      one laptop changes all of its rules         -> {"took_s": ...} until all sidecars have them
Ends with standard input.
"""

from __future__ import annotations

import asyncio
import itertools
import secrets
import sys
import time

import msgspec
import uvloop

from helper.protocol.intercepts import (
    HeaderMatch,
    Health,
    HttpMatch,
    Intercept,
    InterceptState,
    JoinTicket,
    PortMap,
    Workload,
)
from helper.protocol.worker_messages import Endpoint
from helper.wire.laptop_messages import Declare, Mint, Minted, States, ToLaptop
from tests.bench.further_laptops import FurtherLaptop
from tests.bench.pods import HTTP_PORT

_TOGETHER_S = 60.0


class Task(msgspec.Struct):
    """`targets`: workloads with the injections of their sidecars."""

    endpoint: Endpoint
    targets: list[tuple[Workload, str]]


class Laptop(FurtherLaptop):
    """`values`: what makes its rules other than the others', and other than its own before."""

    values = itertools.count()

    def __init__(self, number: int, task: Task) -> None:
        super().__init__(number, task.endpoint)
        self._targets = task.targets
        self.tickets: asyncio.Queue[Minted] = asyncio.Queue()
        self._wanted: set[str] = set()
        self._in_force = asyncio.Event()

    def on_message(self, message: ToLaptop) -> None:
        if isinstance(message, Minted):
            self.tickets.put_nowait(message)
        elif isinstance(message, States) and self._wanted <= {
            state.intercept.intercept_id for state in message.states if _is_in_force(state)
        }:
            self._in_force.set()

    def declare(self) -> None:
        value = f"user-{next(self.values)}"
        match = HttpMatch((HeaderMatch("x-user", value=value),))
        intercepts = tuple(
            Intercept(secrets.token_hex(6), workload, injection, time.time(), match, (PortMap(HTTP_PORT, HTTP_PORT),))
            for workload, injection in self._targets
        )
        self._wanted = {intercept.intercept_id for intercept in intercepts}
        self._in_force.clear()
        self.keeper.say(Declare(intercepts))

    async def in_force(self) -> None:
        await self._in_force.wait()

    async def mint(self) -> list[tuple[Workload, str, JoinTicket]]:
        found = []
        for workload, injection in self._targets:
            self.keeper.say(Mint(workload, injection))
            minted = await self.tickets.get()
            found.append((minted.workload, minted.injection_id, minted.ticket))
        return found


def _is_in_force(state: InterceptState) -> bool:
    return state.health is Health.ACTIVE and state.sidecars > 0 and state.applied == state.sidecars


def _say(**told: object) -> None:
    print(msgspec.json.encode(told).decode(), flush=True)


async def _obey(laptops: list[Laptop]) -> None:
    loop = asyncio.get_running_loop()
    turns = itertools.cycle(laptops)
    while command := (await loop.run_in_executor(None, sys.stdin.readline)).strip():
        changing = []
        began = time.perf_counter()
        if command == "change":
            changing = [next(turns)]
            changing[0].declare()
        async with asyncio.timeout(_TOGETHER_S):
            for laptop in changing or laptops:
                await laptop.in_force()
        _say(took_s=time.perf_counter() - began)


async def main(count: int) -> None:
    task = msgspec.json.decode(sys.stdin.readline(), type=Task)
    async with asyncio.TaskGroup() as group:
        laptops = [Laptop(number, task) for number in range(count)]
        tasks = [group.create_task(laptop.keeper.run()) for laptop in laptops]
        async with asyncio.timeout(_TOGETHER_S):
            for laptop in laptops:
                await laptop.up.wait()
            for laptop in laptops:
                laptop.declare()
            tickets = await laptops[0].mint()
        _say(tickets=tickets)
        await _obey(laptops)
        for laptop in laptops:
            laptop.keeper.release()
        await asyncio.sleep(0.5)
        for running in tasks:
            running.cancel()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
