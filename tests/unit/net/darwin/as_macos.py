"""Imports everything that a Mac runs, on a Python that lacks what macOS lacks. Prints what cannot be imported.

Libraries are read before, as they are: they have been ported by others. Run as a process of its own.
"""

import importlib
import os
import pkgutil
import select
import socket
import sys

MISSING = {
    os: ("pidfd_open", "memfd_create", "MFD_CLOEXEC", "pipe2", "eventfd", "setns", "unshare", "sched_getaffinity"),
    socket: (
        *("SOCK_NONBLOCK", "SOCK_CLOEXEC", "MSG_CMSG_CLOEXEC", "MSG_NOSIGNAL", "SO_PEERCRED", "SO_MARK"),
        *("SO_BINDTODEVICE", "AF_NETLINK", "AF_PACKET", "TCP_USER_TIMEOUT", "TCP_QUICKACK"),
    ),
    select: ("epoll", "POLLRDHUP"),
}
"""By module, as "Availability" of Python's documentation has them."""

ABSENT_PACKAGES = ("pyroute2", "jeepney")
"""Dependencies with the marker `sys_platform == 'linux'` in pyproject.toml."""

LINUX_ONLY = (
    "helper.cluster.manager",
    "helper.cluster.pod",
    "helper.cluster.sidecar",
    "helper.net.linux",
    "helper.net.links",
    "helper.net.netlink",
    "helper.net.resolved",
)
LIBRARIES = (
    *("asyncio", "subprocess", "ctypes", "ssl", "tempfile", "uvloop", "picows", "msgspec", "dns.message", "h11"),
    *("click", "yaml", "cryptography.x509", "qasync", "PySide6.QtWidgets", "PySide6.QtSvg", "aiohappyeyeballs"),
    *("aiohttp", "python_socks.async_.asyncio", "keyring", "concurrent.futures.thread", "multiprocessing.connection"),
)


class Absent:
    """An importer that has none of the packages."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name.partition(".")[0] in ABSENT_PACKAGES:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def main() -> int:
    import app
    import helper

    for name in LIBRARIES:
        importlib.import_module(name)
    for module, names in MISSING.items():
        for name in names:
            if hasattr(module, name):
                delattr(module, name)
    for name in [name for name in sys.modules if name.partition(".")[0] in ABSENT_PACKAGES]:
        del sys.modules[name]
    sys.meta_path.insert(0, Absent())
    sys.platform = "darwin"
    failed = 0
    for package in (helper, app):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if found.name.endswith("__main__") or found.name.startswith(LINUX_ONLY):
                continue
            try:
                importlib.import_module(found.name)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is to be told
                print(f"{found.name}: {type(error).__name__}: {error}")
                failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
