"""Everything a connection may change on a laptop, as text: compare before and after."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from tests.lab.laptop import Laptop
from tests.lab.processes import ROOT_USER

_COUNTED = {"stats64", "stats", "expires", "valid_life_time", "preferred_life_time", "cacheinfo"}
"""Values that run on by themselves."""


def _still(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _still(item) for key, item in value.items() if key not in _COUNTED}
    if isinstance(value, list):
        return [_still(item) for item in value]
    return value


def _lines(text: str) -> list[str]:
    return sorted(json.dumps(_still(item), sort_keys=True) for item in json.loads(text or "[]"))


def _etc(laptop: Laptop) -> dict[str, str]:
    found: dict[str, str] = {}
    top = laptop.path("/etc")
    for folder, _, names in os.walk(top):
        for name in names:
            path = Path(folder) / name
            status = path.lstat()
            content = os.readlink(path) if path.is_symlink() else path.read_bytes().hex()
            found[str(path.relative_to(top))] = f"{status.st_mode:o} {status.st_uid} {status.st_gid} {hash(content)}"
    return found


def take(laptop: Laptop) -> dict[str, Any]:
    """Links, addresses, routes, rules, packet filters, files of /etc, what the resolver was told."""

    def ask(*argv: str) -> str:
        return laptop.run(argv, identity=ROOT_USER).checked().out

    state: dict[str, Any] = {
        "links": _lines(ask("ip", "-j", "link")),
        "addresses": _lines(ask("ip", "-j", "addr")),
        "routes": _lines(ask("ip", "-j", "-4", "route", "show", "table", "all")),
        "routes6": _lines(ask("ip", "-j", "-6", "route", "show", "table", "all")),
        "rules": _lines(ask("ip", "-j", "-4", "rule")),
        "rules6": _lines(ask("ip", "-j", "-6", "rule")),
        "nft": ask("nft", "list", "ruleset"),
        "etc": _etc(laptop),
        "resolv.conf": laptop.path("/etc/resolv.conf").read_text(),
        "sysctl": laptop.run(
            ["sysctl", "-a", "-r", "net.ipv[46].conf.(all|default|eth0).(forwarding|disable_ipv6|rp_filter)"],
            identity=ROOT_USER,
        ).out,
    }
    if laptop.path("/run/systemd/resolve").exists():
        for what in ("dns", "domain", "default-route"):
            state[f"resolved {what}"] = ask("resolvectl", what)
    return state


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """One line a difference; empty when the laptop is as it was."""
    found: list[str] = []
    for what in before.keys() | after.keys():
        old, new = before.get(what), after.get(what)
        if old == new:
            continue
        if isinstance(old, list) and isinstance(new, list):
            found += [f"{what}: gone: {item}" for item in old if item not in new]
            found += [f"{what}: new: {item}" for item in new if item not in old]
        elif isinstance(old, dict) and isinstance(new, dict):
            changed = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
            found.append(f"{what}: changed: {', '.join(sorted(changed))}")
        else:
            found.append(f"{what}: was {old!r}, is {new!r}")
    return sorted(found)
