"""A worker that only tells what it was born with. Runs with any Python, as any user; imports nothing of ours.

To each app that is attached it writes one line of JSON; then it waits for the end of its control socket.
"""

import argparse
import ctypes
import json
import os
import signal
import socket

parser = argparse.ArgumentParser()
parser.add_argument("--control-fd", type=int, required=True)
options = parser.parse_args()
ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)
with open("/proc/self/status") as file:
    status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
report = {
    "uid": os.getresuid(),
    "gid": os.getresgid(),
    "groups": os.getgroups(),
    "capabilities": [status[name] for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")],
    "no_new_privs": status["NoNewPrivs"],
    "environment": sorted(os.environ),
    "descriptors": sorted(int(name) for name in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{name}")),
    "passed": [options.control_fd],
    "session": os.getsid(0) == os.getpid(),
    "cwd": os.getcwd(),
}
held = []
with socket.socket(fileno=options.control_fd) as control:
    while True:
        data, descriptors, _, _ = socket.recv_fds(control, 65536, 4)
        if not data:
            break
        held += descriptors
        if b"AttachApp" in data:
            os.write(descriptors[0], json.dumps(report).encode() + b"\n")
