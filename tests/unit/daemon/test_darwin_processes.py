"""What XNU says about processes, taken apart. The bytes are made with ctypes, after sys/ucred.h and sys/proc.h."""

import ctypes
import socket

import pytest

from helper.daemon import darwin_processes


class Xucred(ctypes.Structure):
    _fields_ = (
        ("version", ctypes.c_uint),
        ("uid", ctypes.c_uint32),
        ("ngroups", ctypes.c_short),
        ("groups", ctypes.c_uint32 * 16),
    )


class Timeval(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_int64), ("microseconds", ctypes.c_int32))


class Socket(socket.socket):
    """Answers as a unix socket of XNU does."""

    def getsockopt(self, level: int, option: int, size: int = 0) -> bytes:  # type: ignore[override]
        assert level == 0
        answer = {1: bytes(Xucred(0, 501, 2, (ctypes.c_uint32 * 16)(20, 80))), 2: bytes(ctypes.c_int32(4711))}[option]
        assert len(answer) == size
        return answer


def test_the_caller_is_the_one_that_the_kernel_names() -> None:
    with Socket(socket.AF_UNIX) as sock:
        assert darwin_processes.peer_of(sock) == (4711, 501, 20)


@pytest.mark.parametrize("raw", [b"", bytes(75), bytes(Xucred(1, 501, 1)), bytes(Xucred(0, 501, 0))])
def test_credentials_of_another_kind_are_no_credentials(raw: bytes) -> None:
    with pytest.raises(OSError, match="credentials"):
        darwin_processes.parse_credentials(raw)


def test_the_start_of_a_process() -> None:
    assert ctypes.sizeof(Timeval) == 16
    answer = bytes(Timeval(1_700_000_000, 250_000)) + bytes(632)
    assert darwin_processes.parse_started(answer) == 1_700_000_000_250_000
    assert darwin_processes.parse_started(b"") is None
