"""Callers that wait as long as it takes: `python -m tests.netns.cluster.patient_callers HOST PORT SECONDS`.

One TCP connection is begun every tenth of a second, for so many seconds. Prints a list of [began, ended, answer] in
JSON: moments of CLOCK_MONOTONIC, which all processes of a machine share; the first line, or the name of an error.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

INTERVAL_S = 0.1
PATIENCE_S = 20.0


async def _call(host: str, port: int, after_s: float) -> tuple[float, float, str]:
    await asyncio.sleep(after_s)
    began = time.monotonic()
    try:
        async with asyncio.timeout(PATIENCE_S):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                answer = (await reader.readline()).decode().strip()
            finally:
                writer.close()
    except (OSError, TimeoutError) as error:
        answer = type(error).__name__
    return began, time.monotonic(), answer


async def _call_all(host: str, port: int, seconds: float) -> list[tuple[float, float, str]]:
    count = round(seconds / INTERVAL_S)
    return await asyncio.gather(*(_call(host, port, number * INTERVAL_S) for number in range(count)))


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_call_all(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))))
