"""From the command to the first HTTP answer, as a user's script has it. One JSON line out.

`python -m tests.bench.first_answer NAME PORT COMMAND...`: runs the command to its end, then asks http://NAME:PORT/
until it answers with 200.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time

_GIVE_UP_S = 10.0
_PAUSE_S = 0.005


def answered(name: str, port: int) -> bool:
    connection = http.client.HTTPConnection(name, port, timeout=2)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def main() -> None:
    name, port, command = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    began = time.perf_counter()
    steps: list[tuple[float, str]] = []
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        for line in process.stderr or ():
            steps.append((time.perf_counter() - began, line.strip()))
    ended_s = time.perf_counter() - began
    told: dict[str, object] = {"code": process.returncode, "ended_s": ended_s, "steps": steps, "failed_tries": 0}
    failed = 0
    while process.returncode == 0:
        if answered(name, port):
            told |= {"answer_s": time.perf_counter() - began, "failed_tries": failed}
            break
        failed += 1
        if time.perf_counter() - began > _GIVE_UP_S:
            break
        time.sleep(_PAUSE_S)
    print(json.dumps(told))


if __name__ == "__main__":
    main()
