"""A TUN device through /dev/net/tun, with offloads. Used by the helper daemon and inside the manager's pod.

See linux/if_tun.h, linux/virtio_net.h and Documentation/networking/tuntap.rst.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
import struct
from dataclasses import dataclass
from pathlib import Path

TUN_PATH = Path("/dev/net/tun")
NAME_PATTERN = "kubeferry%d"
"""The kernel puts the first free number in."""

VNET_HEADER_BYTES = 10

OFFLOAD_CSUM = 0x01
OFFLOAD_TSO4 = 0x02
OFFLOAD_TSO6 = 0x04
OFFLOAD_USO4 = 0x20
OFFLOAD_USO6 = 0x40

_TUNSETIFF = 0x400454CA
_TUNSETOFFLOAD = 0x400454D0
_TUNSETVNETHDRSZ = 0x400454D8
_IFF_TUN = 0x0001
_IFF_NO_PI = 0x1000
_IFF_VNET_HDR = 0x4000
_IFREQ = struct.Struct("16sH22x")
_TUN_DEVICE_NUMBER = os.makedev(10, 200)

_OFFLOAD_MASKS = (
    OFFLOAD_CSUM | OFFLOAD_TSO4 | OFFLOAD_TSO6 | OFFLOAD_USO4 | OFFLOAD_USO6,
    OFFLOAD_CSUM | OFFLOAD_TSO4 | OFFLOAD_TSO6,
    OFFLOAD_CSUM | OFFLOAD_TSO4,
    OFFLOAD_CSUM,
    0,
)
"""Best first. The kernel takes the two USO bits (since 6.2) only together, and TSO only with CSUM."""


@dataclass(frozen=True)
class TunDevice:
    """`fd` is non-blocking and belongs to the caller; the device lives as long as a descriptor of it is open.

    With `vnet_header` every packet read or written has a virtio_net_hdr of VNET_HEADER_BYTES in front; without it
    `offload` is 0. With `family_word` it has the address family in front, as macOS's utun wants it.
    """

    fd: int
    name: str
    offload: int
    vnet_header: bool
    family_word: bool = False


def open_tun(name: str = NAME_PATTERN) -> TunDevice:
    """Makes a non-persistent device without addresses, down. Raises OSError."""
    fd = os.open(TUN_PATH, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        actual, vnet_header = _attach(fd, name)
        offload = 0
        if vnet_header:
            fcntl.ioctl(fd, _TUNSETVNETHDRSZ, struct.pack("i", VNET_HEADER_BYTES))
            offload = _set_offload(fd)
    except BaseException:
        os.close(fd)
        raise
    return TunDevice(fd=fd, name=actual, offload=offload, vnet_header=vnet_header)


def ensure_tun_node(path: Path = TUN_PATH) -> None:
    """Makes the device node where it is absent, as in a pod (needs MKNOD). Raises OSError."""
    with contextlib.suppress(FileNotFoundError):
        if stat.S_ISCHR(path.stat().st_mode):
            return
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        os.mknod(path, 0o600 | stat.S_IFCHR, _TUN_DEVICE_NUMBER)


def _attach(fd: int, name: str) -> tuple[str, bool]:
    try:
        return _set_interface(fd, name, _IFF_TUN | _IFF_NO_PI | _IFF_VNET_HDR), True
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
    return _set_interface(fd, name, _IFF_TUN | _IFF_NO_PI), False


def _set_interface(fd: int, name: str, flags: int) -> str:
    answer = fcntl.ioctl(fd, _TUNSETIFF, _IFREQ.pack(name.encode(), flags))
    return bytes(_IFREQ.unpack(answer)[0]).rstrip(b"\0").decode()


def _set_offload(fd: int) -> int:
    for mask in _OFFLOAD_MASKS:
        try:
            fcntl.ioctl(fd, _TUNSETOFFLOAD, mask)
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise
        else:
            return mask
    return 0
