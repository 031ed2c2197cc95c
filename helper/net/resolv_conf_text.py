"""The text of a resolv.conf (resolv.conf(5)): pure functions."""

from __future__ import annotations

import ipaddress

MARKER = "# Kubeferry is connected and answers here; the file as it was comes back on disconnect."

_REPLACED = ("nameserver", "search", "domain")


def nameservers(text: str) -> tuple[str, ...]:
    """Addresses in the order they are tried; what is not an address is left out, as the C library does."""
    found = []
    for keyword, *values in _directives(text):
        if keyword == "nameserver" and values and _is_address(values[0]):
            found.append(values[0])
    return tuple(dict.fromkeys(found))


def search_domains(text: str) -> tuple[str, ...]:
    """Of `search` and `domain` the last one counts."""
    found: tuple[str, ...] = ()
    for keyword, *values in _directives(text):
        if keyword == "search":
            found = tuple(values)
        elif keyword == "domain":
            found = tuple(values[:1])
    return found


def with_server(text: str, server: str, search: tuple[str, ...]) -> str:
    """`server` is the only nameserver, `search` comes before the old search list, everything else stays."""
    kept = [line for line in text.splitlines() if _keyword(line) not in _REPLACED and line != MARKER]
    domains = tuple(dict.fromkeys(search + search_domains(text)))
    ours = [MARKER, f"nameserver {server}"]
    if domains:
        ours.append("search " + " ".join(domains))
    return "\n".join(ours + kept) + "\n"


def without_server(text: str, server: str, search: tuple[str, ...]) -> str:
    """Takes our lines out of a file that somebody else has rewritten around them; otherwise returns it as it is."""
    if MARKER not in text.splitlines() and server not in nameservers(text):
        return text
    lines: list[str] = []
    for line in text.splitlines():
        keyword, *values = line.split() or [""]
        if line == MARKER or (keyword == "nameserver" and values == [server]):
            continue
        if keyword == "search":
            values = [value for value in values if value not in search]
            if not values:
                continue
            line = "search " + " ".join(values)
        lines.append(line)
    return "".join(f"{line}\n" for line in lines)


def _directives(text: str) -> list[list[str]]:
    return [words for line in text.splitlines() if (words := line.split()) and words[0][0] not in "#;"]


def _keyword(line: str) -> str:
    words = line.split()
    return words[0] if words else ""


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
