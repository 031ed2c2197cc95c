"""`python -m tests.packages.login_session USER (local|remote) COMMAND…`, as root in the machine: in a logind session.

org.freedesktop.login1(5), CreateSession, as pam_systemd calls it. A local session is on seat0, which makes it active; a
remote one has no seat. The session ends with the command.
"""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
import time
from typing import Any

from jeepney import DBusAddress, new_method_call
from jeepney.io.blocking import open_dbus_connection

_MANAGER = DBusAddress(
    "/org/freedesktop/login1", bus_name="org.freedesktop.login1", interface="org.freedesktop.login1.Manager"
)


def main(name: str, place: str, *command: str) -> int:
    user = pwd.getpwnam(name)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(writer)
        os.read(reader, 1)
        os.initgroups(name, user.pw_gid)
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)
        os.execvp(command[0], list(command))  # noqa: S606
    bus = open_dbus_connection("SYSTEM", enable_fds=True)
    is_local = place == "local"
    seat = "seat0" if is_local else ""
    body: tuple[Any, ...] = (user.pw_uid, child, "login", "tty", "user", "", seat, 0, "", "", not is_local, "", "", [])
    message = new_method_call(_MANAGER, "CreateSession", "uusssssussbssa(sv)", body)
    reply = bus.send_and_get_reply(message, timeout=10)
    session = reply.body[0]
    if is_local:
        _wait_until_active(str(session))
    os.write(writer, b"1")
    _, status = os.waitpid(child, 0)
    bus.close()
    return os.waitstatus_to_exitcode(status)


def _wait_until_active(session: str) -> None:
    for _ in range(100):
        shown = subprocess.run(["loginctl", "show-session", session, "-p", "State"], capture_output=True, text=True)
        if shown.stdout.strip() == "State=active":
            return
        time.sleep(0.05)
    raise SystemExit(f"session {session} does not become active: {shown.stdout}{shown.stderr}")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
