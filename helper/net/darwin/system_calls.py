"""Everything that macOS's kernel is asked for a link, in one place, so that tests can stand in for it.

The real one runs on macOS only; see KNOWN_ISSUES.md for what of it was never run.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
import subprocess
import threading
from collections.abc import Sequence
from typing import Protocol

from helper.net.darwin.interface_requests import InterfaceRequest
from helper.net.darwin.socket_addresses import AF_ROUTE, AF_SYSTEM

UTUN_CONTROL_NAME = b"com.apple.net.utun_control"  # net/if_utun.h
SYSPROTO_CONTROL = 2  # sys/sys_domain.h
UTUN_OPT_IFNAME = 2  # net/if_utun.h
CTLIOCGINFO = 0xC0644E03  # sys/kern_control.h: _IOWR('N', 3, struct ctl_info)
_CTL_INFO = struct.Struct("=I96s")  # ctl_id, ctl_name[MAX_KCTL_NAME]
_ANY_UNIT = 0
_SOL_SOCKET, _SO_USELOOPBACK = 0xFFFF, 0x0040  # sys/socket.h
_COMMAND_S = 3.0
_SYSCTL_ATTEMPTS = 5


class SystemCalls(Protocol):
    """Raises OSError where the kernel refuses."""

    def open_utun(self) -> tuple[int, str]:
        """A new interface's control socket (non-blocking, the caller's to close), and the interface's name."""

    def interface_request(self, request: InterfaceRequest) -> bytes:
        """Returns the argument as the kernel left it."""

    def route_request(self, message: bytes) -> None: ...

    def sysctl(self, name: Sequence[int]) -> bytes: ...

    def interface_index(self, name: str) -> int: ...

    def interface_names(self) -> dict[int, str]: ...

    def run(self, command: Sequence[str]) -> None:
        """A program of the system's, without a shell; of ours alone, nothing of a caller is in `command`."""

    def close(self) -> None: ...


class DarwinSystemCalls:
    """Safe in several threads. The routing socket is opened at the first use."""

    def __init__(self) -> None:
        self._routes: socket.socket | None = None
        self._lock = threading.Lock()

    def open_utun(self) -> tuple[int, str]:
        with socket.socket(AF_SYSTEM, socket.SOCK_DGRAM, SYSPROTO_CONTROL) as control:
            answer = fcntl.ioctl(control, CTLIOCGINFO, _CTL_INFO.pack(0, UTUN_CONTROL_NAME))
            (identifier, _) = _CTL_INFO.unpack(answer)
            control.connect((identifier, _ANY_UNIT))
            name = control.getsockopt(SYSPROTO_CONTROL, UTUN_OPT_IFNAME, 64).rstrip(b"\0").decode()
            control.setblocking(False)
            return control.detach(), name

    def interface_request(self, request: InterfaceRequest) -> bytes:
        with socket.socket(request.family, socket.SOCK_DGRAM) as sock:
            return fcntl.ioctl(sock, request.number, request.argument)

    def route_request(self, message: bytes) -> None:
        with self._lock:
            if self._routes is None:
                self._routes = _route_socket()
            self._routes.send(message)

    def sysctl(self, name: Sequence[int]) -> bytes:
        """Asks for the size first; what grows in between is asked for again (ENOMEM)."""
        libc = ctypes.CDLL(None, use_errno=True)
        identifier = (ctypes.c_int * len(name))(*name)
        for _ in range(_SYSCTL_ATTEMPTS):
            size = ctypes.c_size_t(0)
            if libc.sysctl(identifier, len(name), None, ctypes.byref(size), None, ctypes.c_size_t(0)):
                raise _last_error("sysctl")
            size.value += size.value // 8 + 1024
            buffer = ctypes.create_string_buffer(size.value)
            if not libc.sysctl(identifier, len(name), buffer, ctypes.byref(size), None, ctypes.c_size_t(0)):
                return buffer.raw[: size.value]
        raise _last_error("sysctl")

    def interface_index(self, name: str) -> int:
        return socket.if_nametoindex(name)

    def interface_names(self) -> dict[int, str]:
        return dict(socket.if_nameindex())

    def run(self, command: Sequence[str]) -> None:
        try:
            subprocess.run(  # noqa: S603 - fixed words with absolute paths
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
                timeout=_COMMAND_S,
                check=True,
            )
        except subprocess.SubprocessError as error:
            raise OSError(str(error)) from error

    def close(self) -> None:
        with self._lock:
            if self._routes is not None:
                self._routes.close()
                self._routes = None


def _route_socket() -> socket.socket:
    """For requests only: the kernel's news would fill its buffer (route(4)). What is refused comes back from send."""
    sock = socket.socket(AF_ROUTE, socket.SOCK_RAW, 0)
    try:
        sock.setsockopt(_SOL_SOCKET, _SO_USELOOPBACK, 0)
        sock.shutdown(socket.SHUT_RD)
    except BaseException:
        sock.close()
        raise
    return sock


def _last_error(call: str) -> OSError:
    number = ctypes.get_errno()
    return OSError(number, f"{call}: {os.strerror(number)}")
