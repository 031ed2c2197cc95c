"""Small servers for the interception lab, and their client. Answers tell who answered.

`python -m tests.netns.cluster.servers NAME HOST lines|http PORT…`: `lines` greets on TCP and then echoes, and echoes
datagrams; `http` answers with its name and the request's headers. `… ask tcp|udp|http HOST PORT [HEADER=VALUE]`.
"""

from __future__ import annotations

import http.client
import http.server
import json
import socket
import socketserver
import sys
import threading

DATA = b"ping" * 50_000


def family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def lines(name: str, host: str, port: int) -> list[socketserver.BaseServer]:
    class Tcp(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.sendall(f"{name} {port}\n".encode())
            while data := self.request.recv(65536):
                self.request.sendall(data)

    class Udp(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            data, sock = self.request
            sock.sendto(f"{name} {port} {len(data)}".encode(), self.client_address)

    class TcpServer(socketserver.ThreadingTCPServer):
        address_family = family(host)
        allow_reuse_address = True
        daemon_threads = True

    class UdpServer(socketserver.ThreadingUDPServer):
        address_family = family(host)
        daemon_threads = True
        max_packet_size = 65535

    return [TcpServer((host, port), Tcp), UdpServer((host, port), Udp)]


def web(name: str, host: str, port: int) -> list[socketserver.BaseServer]:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def do_GET(self) -> None:
            body = json.dumps({"who": name, "path": self.path, "headers": dict(self.headers.items())}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    class Server(http.server.ThreadingHTTPServer):
        address_family = family(host)
        daemon_threads = True

    return [Server((host, port), Handler)]


def ask(kind: str, host: str, port: str, *headers: str) -> str:
    """The answer's first word or words, or the name of what went wrong."""
    try:
        if kind == "tcp":
            with socket.create_connection((host, int(port)), 3) as opened:
                greeting = opened.makefile("rb").readline().decode().strip()
                opened.sendall(DATA)
                opened.shutdown(socket.SHUT_WR)
                count = 0
                while data := opened.recv(1 << 20):
                    count += len(data)
                return greeting if count == len(DATA) else f"{count} bytes came back"
        if kind == "udp":
            size = int(headers[0]) if headers else 5
            with socket.socket(family(host), socket.SOCK_DGRAM) as sock:
                sock.settimeout(3)
                sock.connect((host, int(port)))
                sock.send(b"x" * size)
                return sock.recv(65535).decode()
        connection = http.client.HTTPConnection(host, int(port), timeout=3)
        path = next((word for word in headers if word.startswith("/")), "/")
        fields = dict(word.split("=", 1) for word in headers if not word.startswith("/"))
        connection.request("GET", path, headers=fields)
        answer = connection.getresponse()
        body = answer.read().decode()
        return body if answer.status == 200 else f"{answer.status} {body}"
    except OSError as error:
        return type(error).__name__


def main(arguments: list[str]) -> None:
    if arguments[0] == "ask":
        print(ask(*arguments[1:]))
        return
    name, host, kind, *ports = arguments
    made = [server for port in ports for server in {"lines": lines, "http": web}[kind](name, host, int(port))]
    for server in made:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1:])
