"""Fetches a release feed: one GET that tells nothing of who asks. Apart because what it imports takes a while."""

from __future__ import annotations

import urllib.error
import urllib.request
from email.message import Message
from typing import IO

from app.platform.feed_address import address_fault
from app.platform.release_feed import MAX_BYTES, FeedError, FeedFault


def fetch(url: str, timeout_s: float) -> bytes:
    """At most MAX_BYTES and one. Blocks; raises FeedError."""
    fault = address_fault(url)
    if fault is not None:
        raise FeedError(fault)
    request = urllib.request.Request(url, headers={"User-Agent": "Kubeferry", "Accept": "application/json"})  # noqa: S310 - address_fault has looked at it
    try:
        with _opener().open(request, timeout=timeout_s) as answer:
            return bytes(answer.read(MAX_BYTES + 1))
    except urllib.error.HTTPError as error:
        error.close()
        raise FeedError(FeedFault.STATUS, str(error.code)) from error
    except (OSError, urllib.error.URLError, ValueError) as error:
        raise FeedError(FeedFault.UNREACHABLE, _words(getattr(error, "reason", error))) from error


def _words(reason: object) -> str:
    if isinstance(reason, TimeoutError):
        return "timed out"
    if isinstance(reason, OSError) and reason.strerror:
        return reason.strerror
    return type(reason).__name__


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Only to where an address could lead as well."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> urllib.request.Request | None:
        if address_fault(newurl):
            fp.close()
            raise FeedError(FeedFault.NOT_HTTPS)
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]


def _opener() -> urllib.request.OpenerDirector:
    """HTTP and HTTPS with the environment's proxies; no files and no FTP."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        _Redirects(),
    ):
        opener.add_handler(handler)
    return opener
