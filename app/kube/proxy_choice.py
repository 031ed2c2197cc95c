"""Which proxy leads to a server: `proxy-url` of the cluster, else the environment, by the rules of Go's net/http.

Source: golang.org/x/net/http/httpproxy (Config.ProxyFunc), which kubectl uses.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}


def choose_proxy(server_url: str, configured: str | None, environ: Mapping[str, str]) -> str | None:
    """The proxy's URL with a scheme, or None for a direct connection. Raises ValueError for an unusable URL."""
    if configured:
        return _checked(configured)
    server = urlsplit(server_url)
    name = "HTTPS_PROXY" if server.scheme == "https" else "HTTP_PROXY"
    found = environ.get(name) or environ.get(name.lower())
    if not found or _is_excluded(server, environ.get("NO_PROXY") or environ.get("no_proxy") or ""):
        return None
    return _checked(found)


def proxy_port(parts: SplitResult) -> int:
    return parts.port or _DEFAULT_PORTS[parts.scheme]


def without_credentials(url: str) -> str:
    """For sentences and logs."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _checked(url: str) -> str:
    if "://" not in url:
        url = f"http://{url}"
    try:
        parts = urlsplit(url)
        usable = parts.scheme in _DEFAULT_PORTS and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable:
        raise ValueError("a proxy's URL is http, https or socks5 with a host, as http://proxy.example.com:3128")
    return url


def _is_excluded(server: SplitResult, no_proxy: str) -> bool:
    host = (server.hostname or "").lower().rstrip(".")
    port = server.port or _DEFAULT_PORTS[server.scheme]
    address = _address(host)
    if host == "localhost" or (address is not None and address.is_loopback):
        return True
    entries = (entry.strip().lower() for entry in no_proxy.split(","))
    return any(_matches(entry, host, port, address) for entry in entries if entry)


def _matches(entry: str, host: str, port: int, address: ipaddress.IPv4Address | ipaddress.IPv6Address | None) -> bool:
    if entry == "*":
        return True
    if "/" in entry:
        try:
            return address is not None and address in ipaddress.ip_network(entry, strict=False)
        except ValueError:
            return False
    name, entry_port = _split_port(entry)
    if entry_port is not None and entry_port != port:
        return False
    if address is not None:
        return _address(name) == address
    if name.startswith("*."):
        name = name[1:]
    if name.startswith("."):
        return host.endswith(name)
    return host == name or host.endswith(f".{name}")


def _split_port(entry: str) -> tuple[str, int | None]:
    if entry.startswith("["):
        name, _, rest = entry[1:].partition("]")
        return name, int(rest[1:]) if rest[1:].isdigit() else None
    name, colon, port = entry.rpartition(":")
    if colon and port.isdigit() and ":" not in name:
        return name, int(port)
    return entry, None


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
