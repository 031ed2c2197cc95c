"""Knows what no user should read: what Python, OpenSSL and servers say of a failure, as they say it."""

from __future__ import annotations

import re

_RAW = re.compile(r"Error\b|Errno|Exception|_ssl\.c|[{}\[\]<>]|:\s*\.|\.\.")


def is_raw(text: str) -> bool:
    """Also of an empty one, and of an exception's name."""
    return not text.strip() or bool(_RAW.search(text))
