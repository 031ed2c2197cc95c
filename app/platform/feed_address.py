"""What can be the address of a release feed."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from app.platform.release_feed import FeedFault


def address_fault(url: str) -> FeedFault | None:
    """Why this cannot be a feed's address; None: it can. Without TLS only on this machine."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return FeedFault.ADDRESS
    if port == 0 or not host or parts.scheme not in ("https", "http"):
        return FeedFault.ADDRESS
    if parts.username or parts.password:
        return FeedFault.LOGIN_IN_ADDRESS
    if parts.scheme == "http" and not _is_loopback(host):
        return FeedFault.NOT_HTTPS
    return None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
