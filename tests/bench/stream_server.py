"""Runs in a pod, standard library only: each connection's first byte says what happens to the rest.

`S` swallows everything and answers with the count (8 bytes, big-endian) at the end of each 8-byte length it was told;
`G` sends as many bytes as the next 8 bytes say; `E` echoes. `python3 stream_server.py ADDRESS PORT`.
"""

from __future__ import annotations

import socket
import struct
import sys
import threading

_CHUNK = 256 * 1024


def _read(sock: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = sock.recv(count - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def _serve(sock: socket.socket) -> None:
    buffer = memoryview(bytearray(_CHUNK))
    with sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            while True:
                command = _read(sock, 1)
                if command == b"E":
                    while count := sock.recv_into(buffer):
                        sock.sendall(buffer[:count])
                    return
                (left,) = struct.unpack(">Q", _read(sock, 8))
                if command == b"G":
                    while left:
                        left -= sock.send(buffer[: min(left, _CHUNK)])
                else:
                    while left:
                        count = sock.recv_into(buffer, min(left, _CHUNK))
                        if not count:
                            return
                        left -= count
                    sock.sendall(b"!")
        except (OSError, EOFError):
            return


def main() -> None:
    listener = socket.create_server(
        (sys.argv[1], int(sys.argv[2])), family=socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
    )
    while True:
        sock, _ = listener.accept()
        threading.Thread(target=_serve, args=(sock,), daemon=True).start()


if __name__ == "__main__":
    main()
