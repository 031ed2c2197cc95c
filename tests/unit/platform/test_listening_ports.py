"""Ports that somebody listens on, from the kernel's tables."""

from __future__ import annotations

from pathlib import Path

from app.platform.listening import listening_ports

TCP = """  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1
   1: 0100007F:1F91 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 2
   broken
"""
UDP = """  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 3
"""


def test_listening_ports(tmp_path: Path) -> None:
    assert listening_ports(folder=tmp_path) is None
    (tmp_path / "tcp").write_text(TCP)
    (tmp_path / "udp").write_text(UDP)
    assert listening_ports(folder=tmp_path) == frozenset({0x1F90})
    assert listening_ports(udp=True, folder=tmp_path) == frozenset({0x1F90, 53})
