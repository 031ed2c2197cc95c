"""What a process of the user's could make of a worker: keeps its device, makes it persistent, and does not want to end.

Runs with any Python, as any user; imports nothing of ours. To the app it writes one line of JSON: what it achieved.
"""

import argparse
import ctypes
import fcntl
import json
import os
import signal
import socket
import time

TUNSETPERSIST = 0x400454CB
TUNSETOWNER = 0x400454CC
LASTS_S = 60

parser = argparse.ArgumentParser()
parser.add_argument("--control-fd", type=int, required=True)
options = parser.parse_args()
ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)  # it does not want to die with its parent
for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
    signal.signal(number, signal.SIG_IGN)
report = {}
device = -1
held = []


def keeper() -> int:
    """A process that is nobody's child and holds the device when this one is killed."""
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.write(writer, str(os.getpid()).encode())
            control.close()
            time.sleep(LASTS_S)
        os._exit(0)
    os.wait()
    return int(os.read(reader, 20))


with socket.socket(fileno=options.control_fd) as control:
    while True:
        data, descriptors, _, _ = socket.recv_fds(control, 65536, 4)
        held += descriptors
        if b"TakeDevice" in data:
            device = held[0]
            for name, request, value in (("persistent", TUNSETPERSIST, 1), ("owner", TUNSETOWNER, os.getuid())):
                fcntl.ioctl(device, request, value)
                report[name] = value
            report["keeper"] = keeper()
        if b"AttachApp" in data:
            os.write(held[-1], json.dumps(report).encode() + b"\n")
        if not data:
            time.sleep(LASTS_S)
