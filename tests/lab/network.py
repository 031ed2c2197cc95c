"""Network namespaces and the links between them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from tests.lab.processes import Namespaces, check


@dataclasses.dataclass(frozen=True)
class NetworkNamespace:
    name: str

    @property
    def path(self) -> str:
        return f"/run/netns/{self.name}"

    @property
    def entered(self) -> Namespaces:
        return Namespaces(net=self.path)

    def exists(self) -> bool:
        return Path(self.path).exists()

    def create(self) -> None:
        check(["ip", "netns", "add", self.name])
        # Addresses count at once: no test has to wait for the search for duplicates.
        self.set_sysctl("net.ipv6.conf.default.accept_dad", "0")
        self.ip("link", "set", "lo", "up")

    def delete(self) -> None:
        if self.exists():
            check(["ip", "netns", "del", self.name])

    def ip(self, *arguments: str) -> str:
        return check(["ip", "-n", self.name, *arguments])

    def run(self, argv: Sequence[str], *, stdin: str | None = None) -> str:
        return check(argv, stdin=stdin, namespaces=self.entered)

    def set_sysctl(self, name: str, value: str) -> None:
        self.run(["sysctl", "-q", "-w", f"{name}={value}"])

    def nft(self, rules: str) -> None:
        self.run(["nft", "-f", "-"], stdin=rules)


def join(
    one: NetworkNamespace, one_link: str, one_address: str, other: NetworkNamespace, other_link: str, other_address: str
) -> None:
    """A veth link between two namespaces, with an address (with prefix) at each end."""
    one.ip("link", "add", one_link, "type", "veth", "peer", "name", other_link, "netns", other.name)
    for namespace, link, address in ((one, one_link, one_address), (other, other_link, other_address)):
        namespace.ip("addr", "add", address, "dev", link)
        namespace.ip("link", "set", link, "up")
