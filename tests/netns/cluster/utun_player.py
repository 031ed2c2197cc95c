"""Plays a utun of macOS on a TUN of Linux: packets without offloads, each behind the four bytes of its family.

What XNU drops, this drops too: packets for 127.0.0.0/8 (ip_input.c), which Linux takes for martians anyhow.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import socket
from contextlib import suppress

from helper.net.tun import VNET_HEADER_BYTES, TunDevice

_TUNSETOFFLOAD = 0x400454D0  # linux/if_tun.h
_NO_HEADER = bytes(VNET_HEADER_BYTES)
_FAMILIES = {4: b"\0\0\0\x02", 6: b"\0\0\0\x1e"}
_TURN = 64


class UtunPlayer:
    """`socket` is what the worker gets as its utun. Lasts as long as the process."""

    def __init__(self, loop: asyncio.AbstractEventLoop, tun: TunDevice) -> None:
        fcntl.ioctl(tun.fd, _TUNSETOFFLOAD, 0)
        self.socket, self._kernel = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        for end in (self.socket, self._kernel):
            end.setblocking(False)
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        self._tun = tun.fd
        loop.add_reader(tun.fd, self._from_machine)
        loop.add_reader(self._kernel, self._from_worker)

    def _from_machine(self) -> None:
        for _ in range(_TURN):
            try:
                packet = os.read(self._tun, 70_000)
            except BlockingIOError:
                return
            assert packet[:VNET_HEADER_BYTES] == _NO_HEADER, "whole packets with whole checksums"
            packet = packet[VNET_HEADER_BYTES:]
            with suppress(BlockingIOError):  # its queue is full
                self._kernel.send(_FAMILIES[packet[0] >> 4] + packet)

    def _from_worker(self) -> None:
        for _ in range(_TURN):
            try:
                told = self._kernel.recv(70_000)
            except BlockingIOError:
                return
            family, packet = told[:4], told[4:]
            assert family == _FAMILIES[packet[0] >> 4]
            assert len(packet) <= 1500, "no trains"
            if packet[0] >> 4 == 4 and packet[16] == 127:
                continue
            with suppress(OSError):
                os.write(self._tun, _NO_HEADER + packet)
