"""What the lab's pods run; needs nothing but Python's library. Usage: service.py http|echo [NEXT_URL]

http: port 9080; answers with its service's name and its pod's, and what NEXT_URL says. /slow?s=N answers after N s.
echo: TCP port 7000 sends everything back once the client has half-closed; TCP 7001 sends back at once; UDP 7001 too;
      TCP 7002 says the client's address.
"""

import http.server
import json
import os
import signal
import socket
import socketserver
import sys
import threading
import time
import urllib.parse
import urllib.request

NAME = os.environ.get("SERVICE", "?")
POD = os.environ.get("HOSTNAME", "?")
NEXT = sys.argv[2] if len(sys.argv) > 2 else ""
FAMILY = socket.AF_INET6 if os.path.exists("/proc/net/if_inet6") else socket.AF_INET


class Http(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        url = urllib.parse.urlsplit(self.path)
        if url.path == "/slow":
            time.sleep(float(urllib.parse.parse_qs(url.query)["s"][0]))
        answer = {"service": NAME, "pod": POD, "client": self.client_address[0], "path": self.path}
        if NEXT:
            with urllib.request.urlopen(NEXT, timeout=5) as response:  # noqa: S310 - a constant of the pod
                answer["next"] = json.load(response)
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class HttpServer(http.server.ThreadingHTTPServer):
    address_family = FAMILY
    daemon_threads = True
    request_queue_size = 128


class TcpServer(socketserver.ThreadingTCPServer):
    address_family = FAMILY
    allow_reuse_address = True
    daemon_threads = True


class UdpServer(socketserver.ThreadingUDPServer):
    address_family = FAMILY
    daemon_threads = True
    max_packet_size = 65535


class AfterHalfClose(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        received = bytearray()
        while chunk := self.request.recv(65536):
            received += chunk
        self.request.sendall(b"after end: " + bytes(received))


class AtOnce(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        while chunk := self.request.recv(65536):
            self.request.sendall(chunk)


class WhoAmI(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        self.request.sendall(f"{POD} {self.client_address[0]}\n".encode())


class UdpEcho(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        data, sock = self.request
        sock.sendto(data, self.client_address)


def main() -> None:
    servers: list[socketserver.BaseServer] = []
    if sys.argv[1] == "http":
        servers.append(HttpServer(("", 9080), Http))
    else:
        servers.append(TcpServer(("", 7000), AfterHalfClose))
        servers.append(TcpServer(("", 7001), AtOnce))
        servers.append(TcpServer(("", 7002), WhoAmI))
        servers.append(UdpServer(("", 7001), UdpEcho))
    for server in servers:
        threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    os._exit(0)


if __name__ == "__main__":
    main()
